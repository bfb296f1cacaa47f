// node.h: an immutable value with a count, as atoms and snapshots hold it.
//
// A node is born with a count of one, which belongs to whoever made it. The count says how
// many references exist: cells that hold the node, handles that own it, and decrements that
// are still to come (retired.h). Hazard pointers are not counted.
//
// Thread safety: the value is never changed; the count may be changed from any thread.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "primitives/reclaim/node_pool.h"
#include "primitives/sync/atomic.h"

namespace tussle::reclaim {

class node_base {
 public:
  node_base(const node_base&) = delete;
  node_base& operator=(const node_base&) = delete;

  // One more reference. Only while something keeps the node alive: a reference, or a hazard
  // pointer.
  void acquire() const noexcept {
    // Relaxed: the caller can already use the node, so nothing has to become visible here.
    count_.fetch_add(1, std::memory_order_relaxed);
  }

  // One reference less; destroys the value with the last.
  void release() const noexcept {
    // (1) acquire; pairs with (2): if nobody else has a reference, what the others did with
    // the node happened before, and no locked instruction is needed.
    if (count_.load(std::memory_order_acquire) == 1 ||
        // (2) acq_rel; pairs with itself and (1): what every other owner did happens before
        // the destruction by the last.
        count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      destroy_(this);
    }
  }

 protected:
  using destroyer = void (*)(const node_base*) noexcept;

  explicit node_base(destroyer destroy) noexcept : destroy_(destroy) {}
  ~node_base() = default;

 private:
  mutable sync::atomic<std::uint64_t> count_{1};
  const destroyer destroy_;
};

template <typename T>
class node final : public node_base {
 public:
  // Throws: what the allocation or T's constructor throws.
  template <typename... Args>
  static const node* make(Args&&... args) {
    void* const block = node_pool<sizeof(node), alignof(node)>::allocate();
    if constexpr (std::is_nothrow_constructible_v<T, Args&&...>) {
      return new (block) node(std::forward<Args>(args)...);
    } else {
      try {
        return new (block) node(std::forward<Args>(args)...);
      } catch (...) {
        node_pool<sizeof(node), alignof(node)>::deallocate(block);
        throw;
      }
    }
  }

  const T& value() const noexcept { return value_; }

 private:
  template <typename... Args>  // NOLINTNEXTLINE(modernize-use-equals-delete)
  explicit node(Args&&... args) noexcept(std::is_nothrow_constructible_v<T, Args&&...>)
      : node_base(&destroy), value_(std::forward<Args>(args)...) {}
  ~node() = default;

  static void destroy(const node_base* base) noexcept {
    // Every node is made by `make`, as a node that is not const.
    node* const self = const_cast<node*>(static_cast<const node*>(base));
    self->~node();
    node_pool<sizeof(node), alignof(node)>::deallocate(self);
  }

  T value_;
};

}  // namespace tussle::reclaim
