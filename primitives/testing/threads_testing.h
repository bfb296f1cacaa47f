// threads_testing.h: threads that start together, and rounds that they go through
// together.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <latch>
#include <thread>
#include <vector>

#include "primitives/sync/mode.h"

namespace tussle::tests {

// Enough to meet contention, few enough for two cores; fewer where every operation is
// watched.
inline constexpr int rounds = sync::has_schedule_points ? 2'000 : 10'000;

// Calls body(index) on `count` threads that start together and joins them.
// Throws what the first of them (by index) threw.
template <typename Body>
void run_together(int count, const Body& body) {
  std::latch start(count);
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(count));
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int index = 0; index < count; ++index) {
    threads.emplace_back([&, index] {
      start.arrive_and_wait();
      try {
        body(index);
      } catch (...) {
        failures[static_cast<std::size_t>(index)] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

// Runs `act` on a thread of its own, from start to end: "meanwhile, elsewhere".
template <typename Act>
void on_another_thread(const Act& act) {
  run_together(1, [&](int) { act(); });
}

// Lets two threads leave `meet` at nearly the same instant, again and again.
class pair_barrier {
 public:
  void meet() noexcept {
    // Relaxed: only the partner advances it, and not before this thread has arrived.
    const int round = round_.load(std::memory_order_relaxed);
    // acq_rel, pairs with itself: the second to arrive sees what the first did before.
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) == 1) {
      arrived_.store(0, std::memory_order_relaxed);  // published by the release store (1)
      round_.store(round + 1, std::memory_order_release);  // (1)
      return;
    }
    // (2) acquire; pairs with (1).
    for (int spins = 0; round_.load(std::memory_order_acquire) == round; ++spins) {
      if (spins > spins_before_yield) std::this_thread::yield();
    }
  }

 private:
  static constexpr int spins_before_yield = 500;

  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<int> round_{0};
};

}  // namespace tussle::tests
