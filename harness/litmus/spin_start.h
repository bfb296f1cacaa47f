// spin_start.h: lets a few threads start at nearly the same instant, again and again.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "harness/case/worker.h"

namespace tussle::litmus {

class spin_start {
 public:
  explicit spin_start(int threads) : threads_(threads) {}

  // Returns when all threads have called it. What each of them did before happens before
  // what they do after.
  void meet() noexcept {
    // Relaxed: nobody advances it before this thread has arrived.
    const std::uint64_t round = round_.load(std::memory_order_relaxed);
    // acq_rel, pairs with itself: the last to arrive sees what all did before.
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
      arrived_.store(0, std::memory_order_relaxed);        // published by (1)
      round_.store(round + 1, std::memory_order_release);  // (1)
      return;
    }
    // (2) acquire; pairs with (1).
    for (int spins = 0; round_.load(std::memory_order_acquire) == round; ++spins) {
      if (spins > spins_before_yield) std::this_thread::yield();
    }
  }

 private:
  // Longer than a start takes while all threads run.
  static constexpr int spins_before_yield = 2000;

  const int threads_;
  alignas(harness::padding) std::atomic<int> arrived_{0};
  alignas(harness::padding) std::atomic<std::uint64_t> round_{0};
};

}  // namespace tussle::litmus
