// own_lock.h: a lock of this project, as a subject of Tussle.
#pragma once

#include <atomic>

#include "harness/case/case_info.h"
#include "workloads/subjects/locked_cell.h"

// Takes the lock when it sees it free, and looks without writing until then.
class patient_lock {
 public:
  void lock() {
    while (taken_.exchange(true, std::memory_order_acquire)) {  // (1) pairs with (2)
      // Blocks until it is free; relaxed: the exchange above looks again.
      taken_.wait(true, std::memory_order_relaxed);
    }
  }

  void unlock() {
    taken_.store(false, std::memory_order_release);  // (2) pairs with (1)
    taken_.notify_one();
  }

 private:
  std::atomic<bool> taken_{false};
};

struct own_lock {
  static tussle::harness::subject_info info() {
    return {.name = "own_lock",
            .description = "A flag that sleeps while it is taken, around a plain value.",
            .source = "own_lock.h"};
  }

  // The role "cell": load() and update(f). Every cell can also count.
  template <typename T>
  using cell = tussle::workloads::subjects::locked_cell<T, patient_lock>;
};
