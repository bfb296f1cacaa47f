// atomic_wait.h (subject): a lock made of std::atomic::wait and notify.
#pragma once

#include <atomic>

#include "harness/case/case_info.h"
#include "workloads/subjects/locked_cell.h"

namespace tussle::workloads::subjects {

// Drepper, "Futexes are tricky", 2011, section 5 (mutex2): a release wakes somebody only
// when somebody may be asleep.
//
//   free → taken → free               nobody else came
//   taken → contended                 a thread that is about to sleep says so
//   contended → free, and wake one    who then takes it as contended: others may sleep
class waiting_lock {
 public:
  void lock() {
    int seen = free;
    // (1) acquire; pairs with the release (3). Relaxed on failure: takes nothing.
    if (state_.compare_exchange_strong(seen, taken, std::memory_order_acquire,
                                       std::memory_order_relaxed)) {
      return;
    }
    while (state_.exchange(contended, std::memory_order_acquire) != free) {  // (2) ← (3)
      state_.wait(contended, std::memory_order_relaxed);  // relaxed: (2) looks again
    }
  }

  void unlock() {
    // (3) release; pairs with (1) and (2).
    if (state_.exchange(free, std::memory_order_release) == contended) {
      state_.notify_one();
    }
  }

 private:
  static constexpr int free = 0;
  static constexpr int taken = 1;
  static constexpr int contended = 2;

  std::atomic<int> state_{free};
};

struct atomic_wait {
  static harness::subject_info info() {
    return {.name = "atomic_wait",
            .kind = harness::subject_kind::baseline,
            .description =
                "A lock of std::atomic::wait and notify around a plain value; "
                "waiters sleep.",
            .source = "workloads/subjects/atomic_wait.h"};
  }

  template <typename T>
  using cell = locked_cell<T, waiting_lock>;
};

}  // namespace tussle::workloads::subjects
