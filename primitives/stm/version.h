// version.h: the values that a ref has had, newest first, and from which point on each counts.
//
// A version gets its stamp late, so that all versions of a commit begin to count in one step
// (install, then stamp; vCAS, Wei and others 2021, does so for one cell):
//
//   PRIVATE ──linked as head──▶ PENDING ─────────────────────────▶ STAMPED(point)
//                                the stamp names the committer, whose commit_word says
//
//   commit_word of the committer:  INSTALLING ──▶ READY(serial) ──▶ the commit's point
//                                  all versions are linked ┘      └─ by the committer, or by a
//                                                                    reader that could not wait
//
// A reader that meets a pending version of an INSTALLING committer passes over it: its own read
// point was drawn before READY, and so is earlier than the commit's point will be. If it finds
// READY, it draws a point itself and fixes it, if nobody was faster, before it decides. Nobody
// waits.
//
// Once stamped, a version does not change but for `older`, which clearing up moves on past
// versions that no read point needs (history.h).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "primitives/reclaim/node_pool.h"
#include "primitives/reference/kept_value.h"
#include "primitives/reference/snapshot.h"
#include "primitives/stm/points.h"
#include "primitives/sync/atomic.h"

namespace tussle::stm {

// Later than every point: of a version that does not count yet.
inline constexpr point not_yet = ~std::uint64_t{0};

class version_base {
 public:
  version_base(const version_base&) = delete;
  version_base& operator=(const version_base&) = delete;

  // From which point on it counts; not_yet if its commit has not come so far. Lock-free: see
  // above.
  point counts_from() const noexcept {
    // (3) acquire; pairs with (4): a point of a commit, and what its thread did before it.
    const std::uint64_t stamp = stamp_.load(std::memory_order_acquire);
    if ((stamp & pending_bit) == 0) [[likely]]
      return stamp;
    return ask_committer();
  }

  // seq_cst: a look at it is ordered against clearing up, as a look at a ref's head is.
  version_base* older() const noexcept { return older_.load(std::memory_order_seq_cst); }
  void set_older(version_base* v) noexcept { older_.store(v, std::memory_order_seq_cst); }

  // Before it is linked. `committer`: the index of the participant.
  void make_pending(std::size_t committer, version_base* older, era present) noexcept {
    // Relaxed, both: published by the link.
    stamp_.store(committer | pending_bit, std::memory_order_relaxed);
    older_.store(older, std::memory_order_relaxed);
    born_ = present;
  }
  void stamp(point from) noexcept {
    // (4) release; pairs with (3).
    stamp_.store(from, std::memory_order_release);
  }

  void destroy() noexcept { destroy_(this); }

  // Unlinked in this era, from a chain or a list that goes on with `next`. By its owner.
  void retire(version_base* next, era present) noexcept {
    next_retired_ = next;
    retired_ = present;
  }
  void keep_retired(version_base* next) noexcept { next_retired_ = next; }
  version_base* next_retired() const noexcept { return next_retired_; }
  // Whether a reader that announced `seen` may have it in its hands.
  bool lived_in(era seen) const noexcept { return born_ <= seen && seen <= retired_; }

 protected:
  using destroyer = void (*)(version_base*) noexcept;
  explicit version_base(destroyer by) noexcept : destroy_(by) {}
  ~version_base() = default;

 private:
  static constexpr std::uint64_t pending_bit = std::uint64_t{1} << 63;

  [[gnu::cold]] point ask_committer() const noexcept;

  sync::atomic<std::uint64_t> stamp_{first_point};
  sync::atomic<version_base*> older_{nullptr};
  era born_ = no_era;     // written before it is linked
  era retired_ = no_era;  // the rest by whoever unlinked it
  version_base* next_retired_ = nullptr;
  const destroyer destroy_;
};

template <typename T>
class version final : public version_base {
 public:
  // Throws: std::bad_alloc.
  static version* make(snapshot<T> value) {
    return new (pool::allocate()) version(std::move(value));
  }

  // While the caller is protected (reading.h), or owns it.
  const kept_value<T>& value() const noexcept { return value_; }

 private:
  struct pool;

  explicit version(snapshot<T> value) noexcept
      : version_base(&destroy), value_(std::move(value)) {}
  ~version() = default;

  static void destroy(version_base* base) noexcept {
    auto* const self = static_cast<version*>(base);
    self->~version();
    pool::deallocate(self);
  }

  kept_value<T> value_;
};

// Not before the class is complete.
template <typename T>
struct version<T>::pool {
  static void* allocate() {
    return reclaim::node_pool<sizeof(version), alignof(version)>::allocate();
  }
  static void deallocate(void* memory) noexcept {
    reclaim::node_pool<sizeof(version), alignof(version)>::deallocate(memory);
  }
};

struct destroy_version {
  void operator()(version_base* v) const noexcept { v->destroy(); }
};
// A version that is linked nowhere yet.
using version_ptr = std::unique_ptr<version_base, destroy_version>;

// Some of those; it owns them. Takes no memory, so nothing fails.
class version_stack {
 public:
  version_stack() noexcept = default;
  version_stack(const version_stack&) = delete;
  version_stack& operator=(const version_stack&) = delete;
  ~version_stack() { clear(); }

  std::size_t size() const noexcept { return size_; }
  void push(version_base* owned) noexcept {
    owned->keep_retired(last_);
    last_ = owned;
    ++size_;
  }
  // It is not empty.
  version_base* pop() noexcept {
    --size_;
    return std::exchange(last_, last_->next_retired());
  }
  void clear() noexcept {
    while (last_ != nullptr) pop()->destroy();
  }

 private:
  version_base* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tussle::stm
