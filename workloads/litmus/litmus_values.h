// litmus_values.h: values that show when they are torn, or used after their end.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "primitives/sync/plain.h"
#include "workloads/gives_up_nodes.h"

namespace tussle::workloads::litmus {

// Two words: held in a node, and torn where they do not fit together.
struct wide {
  std::int64_t number = 0;
  std::int64_t complement = ~std::int64_t{0};

  static wide of(std::int64_t n) { return {n, ~n}; }
};

inline constexpr int torn = -1;

inline int number_of(const wide& value) {
  return value.complement == ~value.number ? static_cast<int>(value.number) : torn;
}

inline int number_of(std::int64_t value) { return static_cast<int>(value); }

template <typename T>
T numbered(int n) {
  if constexpr (std::is_same_v<T, wide>) {
    return wide::of(n);
  } else {
    return n;
  }
}

// Says whether it lives, also from memory that was given back but not used again, and counts
// how often one of its kind was destroyed. Its number is plain: who reads it and is not
// ordered before its end, or after its beginning, is found.
class witness {
 public:
  using counter = std::shared_ptr<std::atomic<int>>;

  witness(int number, counter destroyed) : destroyed_(std::move(destroyed)) {
    number_.write(number);
  }
  witness(const witness& other) : witness(other.number_.read(), nullptr) {}
  // The counter goes with what is kept.
  witness(witness&& other) noexcept
      : witness(other.number_.read(), std::move(other.destroyed_)) {}
  witness& operator=(const witness&) = delete;
  ~witness() {
    // Relaxed: read when all actors have ended.
    if (destroyed_) destroyed_->fetch_add(1, std::memory_order_relaxed);
    // Atomic so that the compiler keeps a store to memory that is given back.
    mark_.store(dead, std::memory_order_relaxed);
    number_.write(torn);
  }

  // Its number, or `torn` when it is no more.
  int number() const {
    return mark_.load(std::memory_order_relaxed) == alive ? number_.read() : torn;
  }

 private:
  static constexpr std::uint32_t alive = 0xa11fe;
  static constexpr std::uint32_t dead = 0xdead;

  sync::plain<int> number_;
  std::atomic<std::uint32_t> mark_{alive};
  counter destroyed_;
};

inline witness::counter nobody_yet() { return std::make_shared<std::atomic<int>>(0); }

}  // namespace tussle::workloads::litmus
