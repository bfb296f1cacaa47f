// vector_nodes.h: what a vector is made of: leaves of 32 elements, inner nodes of 32 children.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "primitives/reclaim/node_pool.h"
#include "primitives/value/detail/bits.h"
#include "primitives/value/detail/counted.h"
#include "primitives/value/detail/lineage.h"

namespace tussle::value::detail {

// Up to 32 elements. Those of a leaf in the tree are complete; the tail grows.
template <typename T>
class leaf final : public counted {
 public:
  // Moved within a leaf, and from one to another, without a chance to fail half-way.
  static constexpr bool movable = std::is_nothrow_move_constructible_v<T>;

  // Empty. Throws: std::bad_alloc.
  static leaf* make() { return new (allocate()) leaf; }

  // With copies of the first `count` elements. Throws: what the allocation or a copy throws.
  static leaf* copy_of(const leaf& from, std::uint32_t count) {
    holder copy(make());
    copy->append_copies(from.data(), count);
    return copy.release();
  }

  // Likewise, with `element` in the place of one of them.
  static leaf* copy_with(const leaf& from, std::uint32_t count, std::uint32_t at,
                         T&& element) {
    holder copy(make());
    if constexpr (std::is_trivially_copyable_v<T>) {
      copy->append_copies(from.data(), count);
      copy->replace(at, std::move(element));
    } else {
      copy->append_copies(from.data(), at);
      copy->append(std::move(element));
      copy->append_copies(from.data() + at + 1, count - at - 1);
    }
    return copy.release();
  }

  static void release(leaf* node) noexcept {
    if (node != nullptr && node->drop()) node->destroy();
  }

  void destroy() noexcept {
    std::destroy_n(data(), size_);
    free();
  }

  std::uint32_t size() const noexcept { return size_; }
  T* data() noexcept { return std::launder(reinterpret_cast<T*>(memory_)); }
  const T* data() const noexcept {
    return std::launder(reinterpret_cast<const T*>(memory_));
  }

  // For a leaf that the caller has to itself.
  template <typename... Args>
  void append(Args&&... args) {
    new (memory_ + size_ * sizeof(T)) T(std::forward<Args>(args)...);
    ++size_;
  }
  void remove_last() noexcept { std::destroy_at(data() + --size_); }
  void replace(std::uint32_t at, T&& element) noexcept requires movable {
    std::destroy_at(data() + at);
    new (memory_ + at * sizeof(T)) T(std::move(element));
  }

  void append_copies(const T* from, std::uint32_t count) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      // A whole leaf is a copy of known size, which the compiler lays out.
      if (count == branching) {
        std::memcpy(memory_, from, branching * sizeof(T));
      } else if (count > 0) {
        std::memcpy(memory_ + size_ * sizeof(T), from, count * sizeof(T));
      }
    } else {
      std::uninitialized_copy_n(from, count, data() + size_);
    }
    size_ += count;
  }

  struct giving_up {
    void operator()(leaf* node) const noexcept { release(node); }
  };
  using holder = std::unique_ptr<leaf, giving_up>;

 private:
  leaf() = default;
  ~leaf() = default;

  static void* allocate() {
    return reclaim::node_pool<sizeof(leaf), alignof(leaf)>::allocate();
  }
  void free() noexcept {
    this->~leaf();
    reclaim::node_pool<sizeof(leaf), alignof(leaf)>::deallocate(this);
  }

  std::uint32_t size_ = 0;
  alignas(T) std::byte memory_[branching * sizeof(T)];
};

// Children are leaves where the height is one, else inner nodes.
template <typename T>
class alignas(node_alignment) inner final : public lineage {
 public:
  // Without children. Throws: std::bad_alloc.
  static inner* make(std::uint32_t height) { return new (allocate()) inner(height); }

  // A copy that may use the children of `from`. If `taken`, the caller's reference to `from`
  // passes to the copy, or is given up. Throws: std::bad_alloc; `from` is then as it was.
  static inner* copy_of(inner& from, bool taken) {
    inner* const copy = new (allocate()) inner(from);
    if (inherit(*copy, from, 0)) {
      if (!taken) from.acquire();
    } else if (taken) {
      release(&from);
    }
    return copy;
  }

  static void release(inner* node) noexcept {
    while (node != nullptr && node->drop()) {
      node->give_up(node->owned_);
      // Origins one after the other, not one inside the other.
      inner* const origin = const_cast<inner*>(static_cast<const inner*>(node->origin()));
      node->free_without_children();
      node = origin;
    }
  }

  std::uint32_t height() const noexcept { return extent_; }

  counted* child(std::uint32_t bit) const noexcept {
    return children_[static_cast<std::size_t>(std::countr_zero(bit))];
  }
  counted* child_at(std::size_t slot) const noexcept { return children_[slot]; }
  inner* inner_at(std::size_t slot) const noexcept {
    return static_cast<inner*>(children_[slot]);
  }
  leaf<T>* leaf_at(std::size_t slot) const noexcept {
    return static_cast<leaf<T>*>(children_[slot]);
  }

  // Sets a slot to a child whose reference passes to this node; the caller has the node to
  // itself, and sees to the reference of the child before.
  void own(std::size_t slot, counted* next) noexcept {
    const std::uint32_t bit = 1U << slot;
    children_[slot] = next;
    present_ |= bit;
    owned_ |= bit;
  }
  // Empties a slot; as above.
  void forget(std::size_t slot) noexcept {
    const std::uint32_t bit = 1U << slot;
    children_[slot] = nullptr;
    present_ &= ~bit;
    owned_ &= ~bit;
  }

  void release_child(std::size_t slot) const noexcept {
    if (height() == 1) {
      leaf<T>::release(leaf_at(slot));
    } else {
      release(inner_at(slot));
    }
  }

  // For settle. The node may be shared.
  void settle_child(std::uint32_t bit) const noexcept {
    if (height() > 1) settle(static_cast<inner&>(*child(bit)));
  }
  // The node is the caller's alone.
  void give_up(std::uint32_t slots) const noexcept {
    for_each_bit(slots, [this](std::uint32_t bit) {
      release_child(static_cast<std::size_t>(std::countr_zero(bit)));
    });
  }
  void free_without_children() noexcept {
    this->~inner();
    reclaim::node_pool<sizeof(inner), alignof(inner)>::deallocate(this);
  }

 private:
  explicit inner(std::uint32_t height) noexcept : lineage(height), children_() {}
  inner(const inner& from) noexcept : lineage(from.extent_), children_(from.children_) {
    present_ = from.present_;
  }
  ~inner() = default;

  static void* allocate() {
    return reclaim::node_pool<sizeof(inner), alignof(inner)>::allocate();
  }

  std::array<counted*, branching> children_;
};

}  // namespace tussle::value::detail
