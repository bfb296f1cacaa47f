// words.h: a value as a row of atomic words, read and written one after the other.
//
// What planted subjects are made of that must not race: every access is atomic, and yet
// the whole is not.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "primitives/sync/atomic.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::workloads::planted {

template <typename T>
class words {
  static_assert(std::is_trivially_copyable_v<T> &&
                sizeof(T) % sizeof(std::uint32_t) == 0);

 public:
  void write(const T& value) noexcept {
    const raw all = std::bit_cast<raw>(value);
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) sync::schedule_point("planted.words.between_words");
      // Relaxed: that nothing holds the words together is the point.
      words_[i].word.store(all[i], std::memory_order_relaxed);
    }
  }

  T read() const noexcept {
    raw all;
    for (std::size_t i = 0; i < count; ++i) {
      all[i] = words_[i].word.load(std::memory_order_relaxed);  // as above
    }
    return std::bit_cast<T>(all);
  }

 private:
  static constexpr std::size_t count = sizeof(T) / sizeof(std::uint32_t);
  using raw = std::array<std::uint32_t, count>;

  // A line each: one line would often travel between the cores as a whole.
  struct alignas(64) line {
    sync::atomic<std::uint32_t> word{0};
  };
  std::array<line, count> words_;
};

}  // namespace tussle::workloads::planted
