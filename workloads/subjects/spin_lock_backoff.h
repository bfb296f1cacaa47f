// spin_lock_backoff.h (subject): a spin lock with randomised exponential backoff.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>

#include "harness/case/case_info.h"
#include "primitives/sync/hooks.h"
#include "workloads/subjects/locked_cell.h"
#include "workloads/subjects/spin_wait.h"

namespace tussle::workloads::subjects {

// Anderson, "The performance of spin lock alternatives for shared-memory
// multiprocessors", IEEE TPDS 1(1), 1990, section 3: after each failed attempt a thread
// stays away for a random time, whose bound doubles. Fewer attempts collide; a thread that
// has waited long waits ever longer, so fairness suffers.
class backoff_lock {
 public:
  void lock() {
    std::uint32_t bound = first_bound;
    while (taken_.exchange(true, std::memory_order_acquire)) {  // (1) pairs with (2)
      sync::count(sync::event::failed_attempt);
      stay_away(bound);
      bound = std::min(bound * 2, last_bound);
      // Relaxed: only a hint to try the exchange.
      while (taken_.load(std::memory_order_relaxed)) stay_away(bound);
    }
  }

  void unlock() { taken_.store(false, std::memory_order_release); }  // (2) pairs with (1)

 private:
  static constexpr std::uint32_t first_bound = 4;  // pauses
#if defined(TUSSLE_MODE_BENCH)
  static constexpr std::uint32_t last_bound = 1024;
#else
  static constexpr std::uint32_t last_bound = 16;
#endif

  // At the last bound the owner may have no core: then also gives its own away.
  static void stay_away(std::uint32_t bound) {
    const std::uint32_t pauses = 1 + random() % bound;
    for (std::uint32_t i = 0; i < pauses; ++i) pause_core();
    if (bound == last_bound) std::this_thread::yield();
  }

  // Marsaglia 2003, one state a thread: the threads must not stay away equally long.
  static std::uint32_t random() {
    static std::atomic<std::uint32_t> seeds{1};
    // Relaxed: only has to differ from thread to thread; odd, and so never zero.
    thread_local std::uint32_t state =
        seeds.fetch_add(2, std::memory_order_relaxed) * 0x9E3779B1U;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
  }

  std::atomic<bool> taken_{false};
};

struct spin_lock_backoff {
  static harness::subject_info info() {
    return {.name = "spin_lock_backoff",
            .kind = harness::subject_kind::baseline,
            .description =
                "A spin lock with randomised exponential backoff around a plain value: "
                "after a failed attempt a thread stays away, each time up to twice as "
                "long.",
            .source = "workloads/subjects/spin_lock_backoff.h",
            .counts_failed_attempts = true};
  }

  template <typename T>
  using cell = locked_cell<T, backoff_lock>;
};

}  // namespace tussle::workloads::subjects
