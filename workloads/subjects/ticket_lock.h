// ticket_lock.h (subject): a lock that serves in the order of arrival.
#pragma once

#include <atomic>
#include <cstdint>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "workloads/subjects/locked_cell.h"
#include "workloads/subjects/spin_wait.h"

namespace tussle::workloads::subjects {

// Mellor-Crummey and Scott, "Algorithms for scalable synchronization on shared-memory
// multiprocessors", ACM TOCS 9(1), 1991, section 2.2. A thread draws a number and waits
// until it is served. All waiters read the same line, which every release writes.
//
// The two numbers are on lines of their own, so that arrivals do not disturb the waiters.
// Numbers wrap at 2^32: only equality matters.
class ticket_order_lock {
 public:
  void lock() {
    // Relaxed: draws a number and publishes nothing.
    const std::uint32_t mine = next_.fetch_add(1, std::memory_order_relaxed);
    spin_wait wait;
    while (serving_.load(std::memory_order_acquire) != mine) wait.turn();  // (1) ← (2)
  }

  void unlock() {
    // Relaxed: only the owner of the lock writes it.
    const std::uint32_t mine = serving_.load(std::memory_order_relaxed);
    serving_.store(mine + 1, std::memory_order_release);  // (2) → (1)
  }

  // The end of the line: another value after each arrival. For tests.
  std::uintptr_t last_place() const {
    return next_.load(std::memory_order_relaxed);  // relaxed: only compared
  }

 private:
  alignas(harness::padding) std::atomic<std::uint32_t> next_{0};
  alignas(harness::padding) std::atomic<std::uint32_t> serving_{0};
};

struct ticket_lock {
  static harness::subject_info info() {
    return {.name = "ticket_lock",
            .kind = harness::subject_kind::baseline,
            .description =
                "A ticket lock around a plain value: first come, first served; "
                "all waiters watch one line, and yield after 100 spins.",
            .source = "workloads/subjects/ticket_lock.h"};
  }

  template <typename T>
  using cell = locked_cell<T, ticket_order_lock>;
};

}  // namespace tussle::workloads::subjects
