// counted_ptr.h: shared ownership with the count inside the object.
//
// counted_ptr<T> owns a T that lives beside its count in one allocation. Unlike
// std::shared_ptr it is one word, and its counts go through the seam and are atomic from
// the first moment (the standard library's are plain while the process has one thread).
//
// Thread safety: distinct handles may be used from any threads at once; one handle by one
// thread at a time, as with any value. The last handle may be dropped by any thread,
// which then runs ~T.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "primitives/sync/atomic.h"

namespace tussle {

namespace detail {

// A T that names `block_alignment` has its block, count and all, on cache lines of its own.
template <typename T>
inline constexpr std::size_t block_alignment = alignof(T) > alignof(std::uint64_t)
                                                   ? alignof(T)
                                                   : alignof(std::uint64_t);
template <typename T>
requires requires { T::block_alignment; }
inline constexpr std::size_t block_alignment<T> = T::block_alignment;

}  // namespace detail

template <typename T>
class counted_ptr {
 public:
  constexpr counted_ptr() noexcept = default;

  // Allocates and constructs. Throws what the allocation or T's constructor throws.
  template <typename... Args>
  static counted_ptr make(Args&&... args) {
    return counted_ptr(new block(std::forward<Args>(args)...));
  }

  counted_ptr(const counted_ptr& other) noexcept : block_(other.block_) {
    // Relaxed: the caller already owns a reference, so nothing has to become visible
    // here.
    if (block_ != nullptr) block_->count.fetch_add(1, std::memory_order_relaxed);
  }
  counted_ptr(counted_ptr&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)) {}
  counted_ptr& operator=(counted_ptr other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~counted_ptr() { drop(); }

  T& operator*() const noexcept { return block_->value; }
  T* operator->() const noexcept { return &block_->value; }
  T* get() const noexcept { return block_ == nullptr ? nullptr : &block_->value; }
  explicit operator bool() const noexcept { return block_ != nullptr; }

  // Identity: the same object, not an equal one.
  friend bool operator==(const counted_ptr& a, const counted_ptr& b) noexcept {
    return a.block_ == b.block_;
  }

 private:
  struct alignas(detail::block_alignment<T>) block {
    template <typename... Args>
    explicit block(Args&&... args) : value(std::forward<Args>(args)...) {}

    // The count may stand in what alignment leaves free at the end of the value.
    [[no_unique_address]] T value;
    sync::atomic<std::uint64_t> count{1};
  };

  explicit counted_ptr(block* b) noexcept : block_(b) {}

  void drop() noexcept {
    // acq_rel; pairs with itself: what every other owner did happens before the
    // destruction by the last.
    if (block_ != nullptr && block_->count.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete block_;
    }
  }

  block* block_ = nullptr;
};

}  // namespace tussle
