// snapshot.h: a value of a reference, owned for as long as the reader likes.
//
// snapshot<T> is a cheap copyable handle to an immutable T. Two snapshots are the *same*
// when they denote the same stored value: identity, not equality. There are two
// representations, chosen by T alone:
//
//   inline  T fits a lock-free word and has unique object representations (no padding, no
//           floating point). The handle is the value, and identity is the representation.
//   boxed   every other T. The value lives in an immutable node, and identity is the node's.
//           A loaded snapshot stands for its node by one of its thread's few hazard slots
//           while there are free ones; a copy is counted, so whoever keeps many for long
//           keeps copies (reclaim/node_cell.h).
//
// Thread safety: distinct snapshots may be used from any threads at once. ~T must be safe on
// any thread that uses references, and must not throw.
// Lifetime:      a value is destroyed after the last snapshot of it and the last reference
//                that holds it are gone: at once, or when a thread that replaced it looks
//                again (reclaim/retired.h says when, and how many values can wait).
// Contract: CONTRACT.md sections 0.3 and 2.2.
#pragma once

#include <bit>
#include <type_traits>
#include <utility>

#include "primitives/reclaim/node_cell.h"

namespace tussle {

template <typename T>
class cell;
template <typename T>
class kept_value;

// True for values that are held in the word of a reference itself.
template <typename T>
concept inline_value = std::is_trivially_copyable_v<T> &&
                       std::is_copy_constructible_v<T> &&
                       std::is_move_constructible_v<T> && std::is_copy_assignable_v<T> &&
                       std::is_move_assignable_v<T> &&
                       std::has_unique_object_representations_v<T> &&
                       std::has_single_bit(sizeof(T)) && sizeof(T) <= sizeof(void*);

// Boxed representation. A moved-from snapshot may only be assigned to or destroyed.
template <typename T>
class snapshot {
 public:
  using value_type = T;

  // Stores `value` as a new, distinct identity. Throws: what the allocation or T's move
  // throws.
  explicit snapshot(T value) : node_(node::make(std::move(value))) {}

  const T& operator*() const noexcept { return *node_; }
  const T* operator->() const noexcept { return &*node_; }

  // Whether both denote the same stored value.
  bool same_as(const snapshot& other) const noexcept { return node_ == other.node_; }

 private:
  friend class cell<T>;
  friend class kept_value<T>;

  using node = reclaim::node_ref<T>;
  explicit snapshot(node held) noexcept : node_(std::move(held)) {}

  node node_;
};

// Inline representation.
template <inline_value T>
class snapshot<T> {
 public:
  using value_type = T;

  explicit snapshot(T value) noexcept : value_(value) {}

  const T& operator*() const noexcept { return value_; }
  const T* operator->() const noexcept { return &value_; }

  // Whether both have the same representation, which for such a T is the same as being
  // equal.
  bool same_as(const snapshot& other) const noexcept {
    return __builtin_memcmp(&value_, &other.value_, sizeof(T)) == 0;
  }

 private:
  T value_;
};

}  // namespace tussle
