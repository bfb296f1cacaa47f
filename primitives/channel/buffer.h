// buffer.h: how many elements a channel holds, and which it keeps when there are more.
//
//                  full?       a put when full           is_unblocking()
//   (none)         –           meets a taker, or waits   no
//   fixed(n)       size >= n   waits                     no
//   dropping(n)    never       the new one is dropped    yes
//   sliding(n)     never       the oldest is dropped     yes
//   for_promise()  never       the first one stays       yes
//
// An expanding transducer may fill a fixed buffer beyond n; it then is full until it has
// drained below n.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace tussle {

class buffer {
 public:
  enum class keeping : std::uint8_t { nothing, fixed, dropping, sliding, first };

  // No buffer: every put meets its take.
  constexpr buffer() noexcept = default;
  // Throws: std::invalid_argument if n is 0, or no std::uint32_t.
  constexpr buffer(keeping how, std::size_t n)
      : how_(how), capacity_(static_cast<std::uint32_t>(n)) {
    if (n == 0 || n > UINT32_MAX)
      throw std::invalid_argument("tussle: a buffer has room for 1 element at least");
  }

  constexpr keeping how() const noexcept { return how_; }
  constexpr std::uint32_t capacity() const noexcept { return capacity_; }
  // Whether a put never waits for room.
  constexpr bool is_unblocking() const noexcept { return how_ > keeping::fixed; }

 private:
  keeping how_ = keeping::nothing;
  std::uint32_t capacity_ = 0;
};

constexpr buffer fixed(std::size_t n) { return {buffer::keeping::fixed, n}; }
constexpr buffer dropping(std::size_t n) { return {buffer::keeping::dropping, n}; }
constexpr buffer sliding(std::size_t n) { return {buffer::keeping::sliding, n}; }
constexpr buffer for_promise() { return {buffer::keeping::first, 1}; }

namespace detail {

// First in, first out; one element needs no memory of its own. Not thread-safe.
template <typename T>
class element_ring {
 public:
  // Throws: std::bad_alloc.
  explicit element_ring(std::uint32_t capacity)
      : cells_(capacity > 1 ? allocate(capacity) : inline_cell()),
        capacity_(capacity > 1 ? capacity : 1) {}
  element_ring(const element_ring&) = delete;
  element_ring& operator=(const element_ring&) = delete;
  ~element_ring() {
    clear();
    deallocate(cells_);
  }

  std::uint32_t size() const noexcept { return size_; }
  T& front() noexcept { return cells_[head_]; }

  // There is room, or memory for twice as many. Throws: std::bad_alloc; then nothing has
  // changed.
  void push(T&& last) {
    if (size_ == capacity_) grow();
    std::construct_at(cells_ + wrapped(head_ + size_), std::move(last));
    ++size_;
  }
  T pop() noexcept {
    T taken(std::move(front()));
    drop_front();
    return taken;
  }
  void drop_front() noexcept {
    std::destroy_at(cells_ + head_);
    head_ = wrapped(head_ + 1);
    --size_;
  }

  void clear() noexcept {
    while (size_ > 0) drop_front();
  }

 private:
  using storage = std::aligned_storage_t<sizeof(T), alignof(T)>;

  static T* allocate(std::uint32_t capacity) {
    return static_cast<T*>(
        ::operator new (capacity * sizeof(T), std::align_val_t{alignof(T)}));
  }
  void deallocate(T* cells) noexcept {
    if (cells != inline_cell()) ::operator delete (cells, std::align_val_t{alignof(T)});
  }
  T* inline_cell() noexcept { return reinterpret_cast<T*>(&inline_); }
  std::uint32_t wrapped(std::uint32_t at) const noexcept {
    return at < capacity_ ? at : at - capacity_;
  }

  void grow() {
    const std::uint32_t twice = 2 * capacity_;
    T* const cells = allocate(twice);
    for (std::uint32_t i = 0; i < size_; ++i) {
      T& from = cells_[wrapped(head_ + i)];
      std::construct_at(cells + i, std::move(from));
      std::destroy_at(&from);
    }
    deallocate(cells_);
    cells_ = cells;
    capacity_ = twice;
    head_ = 0;
  }

  T* cells_;
  std::uint32_t capacity_;
  std::uint32_t head_ = 0;
  std::uint32_t size_ = 0;
  storage inline_;
};

}  // namespace detail
}  // namespace tussle
