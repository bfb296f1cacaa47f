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
#include <stdexcept>

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

}  // namespace tussle
