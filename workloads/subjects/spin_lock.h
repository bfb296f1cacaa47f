// spin_lock.h (subject): a test-and-test-and-set lock without backoff around a plain value.
#pragma once

#include <atomic>

#include "harness/case/case_info.h"
#include "primitives/sync/hooks.h"
#include "workloads/subjects/locked_cell.h"
#include "workloads/subjects/spin_wait.h"

namespace tussle::workloads::subjects {

// Waits on a read, so that waiters share the line until the owner leaves (Rudolph and
// Segall 1984), and yields after a while, because the owner may not be running. When the
// owner leaves, all waiters try at once: see spin_lock_backoff.h.
class test_and_test_and_set_lock {
 public:
  void lock() {
    while (taken_.exchange(true, std::memory_order_acquire)) {  // (1) pairs with (2)
      sync::count(sync::event::failed_attempt);
      spin_wait wait;
      // Relaxed: only a hint to try the exchange.
      while (taken_.load(std::memory_order_relaxed)) wait.turn();
    }
  }

  void unlock() { taken_.store(false, std::memory_order_release); }  // (2) pairs with (1)

 private:
  std::atomic<bool> taken_{false};
};

struct spin_lock {
  static harness::subject_info info() {
    return {.name = "spin_lock",
            .kind = harness::subject_kind::baseline,
            .description =
                "A test-and-test-and-set spin lock without backoff around a plain value; "
                "waiters burn CPU time and yield after 100 spins.",
            .source = "workloads/subjects/spin_lock.h",
            .counts_failed_attempts = true};
  }

  template <typename T>
  using cell = locked_cell<T, test_and_test_and_set_lock>;
};

}  // namespace tussle::workloads::subjects
