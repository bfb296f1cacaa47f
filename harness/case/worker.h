// worker.h: what one thread of a run knows of itself.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "primitives/sync/hooks.h"

namespace tussle::harness {

// Two cache lines: neighbouring lines are fetched in pairs.
inline constexpr std::size_t padding = 128;

// A small generator, one per thread (xorshift64*, Vigna 2016): a workload's choices cost
// about a nanosecond and touch no shared state. Not for anything that needs good
// randomness.
class generator {
 public:
  explicit generator(std::uint64_t seed) : state_(mix(seed)) {}

  std::uint64_t operator()() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1DU;
  }

  // True with the given probability in [0, 1].
  bool chance(double probability) {
    return static_cast<double>((*this)() >> 11) * 0x1p-53 < probability;
  }

 private:
  // SplitMix64: neighbouring seeds give unrelated states; never zero.
  static std::uint64_t mix(std::uint64_t z) {
    z += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return (z ^ (z >> 31)) | 1U;
  }

  std::uint64_t state_;
};

// Work that the optimiser cannot remove: `units` dependent multiplications, about a
// nanosecond each (the measured cost of one is in every record).
inline void work(std::int64_t units) {
  std::uint64_t x = static_cast<std::uint64_t>(units) | 1U;
  for (; units > 0; --units) {
    x *= 0x2545F4914F6CDD1DU;
    asm volatile("" : "+r"(x));
  }
}

// One per thread of a team; used by that thread, except where a member says otherwise.
class alignas(padding) worker {
 public:
  worker(int index, int threads, std::uint64_t seed)
      : random(seed * 1024 + static_cast<std::uint64_t>(index)),
        index_(index),
        threads_(threads) {}

  int index() const { return index_; }  // 0 ... threads() - 1
  int threads() const { return threads_; }

  // Tells the time keeper how many steps are complete. The count is on this worker's own
  // cache lines.
  void publish(std::uint64_t steps) {
    // Relaxed: a statistic; results of steps become visible through the join.
    completed_.store(steps, std::memory_order_relaxed);
  }
  std::uint64_t completed() const { return completed_.load(std::memory_order_relaxed); }

  generator random;
  sync::event_counts events;  // readable by the time keeper

 private:
  int index_;
  int threads_;
  std::atomic<std::uint64_t> completed_{0};
};

}  // namespace tussle::harness
