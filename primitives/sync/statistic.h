// statistic.h: tussle::sync::statistic, a count that one thread keeps and any thread reads.
//
// For what primitives tell of themselves and never act on. No scheduler hears of it, in no
// mode: nothing is published through it, and no interleaving of it is worth exploring.
#pragma once

#include <atomic>
#include <cstdint>

namespace tussle::sync {

class statistic {
 public:
  // By its one thread: no locked instruction.
  void add(std::uint64_t amount) noexcept {
    // Relaxed, both, and the load below: nothing is published through it.
    count_.store(count_.load(std::memory_order_relaxed) + amount,
                 std::memory_order_relaxed);
  }

  std::uint64_t read() const noexcept { return count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace tussle::sync
