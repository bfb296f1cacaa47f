// ticket_lock.h (example subject): a lock that serves in the order of arrival, around a
// plain value.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "harness/case/case_info.h"
#include "workloads/subjects/locked_cell.h"

namespace tussle::workloads::examples {

// Mellor-Crummey and Scott 1991, section 2.2.
class fifo_lock {
 public:
  void lock() {
    // Relaxed: draws a number and publishes nothing.
    const std::uint32_t mine = next_.fetch_add(1, std::memory_order_relaxed);
    while (serving_.load(std::memory_order_acquire) != mine) {  // (1) pairs with (2)
      std::this_thread::yield();
    }
  }

  void unlock() {
    // Relaxed load: only the owner of the lock writes it.
    const std::uint32_t mine = serving_.load(std::memory_order_relaxed);
    serving_.store(mine + 1, std::memory_order_release);  // (2) pairs with (1)
  }

 private:
  std::atomic<std::uint32_t> next_{0};
  std::atomic<std::uint32_t> serving_{0};
};

struct ticket_lock {
  static harness::subject_info info() {
    return {.name = "ticket_lock",
            .kind = harness::subject_kind::baseline,
            .description =
                "A lock that serves in the order of arrival, around a plain value.",
            .source = "workloads/examples/ticket_lock.h"};
  }

  // The role "cell": load() and update(f). Every cell can also count.
  template <typename T>
  using cell = subjects::locked_cell<T, fifo_lock>;
};

}  // namespace tussle::workloads::examples
