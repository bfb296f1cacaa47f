// livelock.h (planted): an attempt that can never succeed, made again and again.
//
// What is wrong: the loop compares with the value of the very beginning and does not look
// at what it found instead. The first increment succeeds, every later one spins for ever.
// The mend:      compare with the value that the failed attempt found.
// Must be caught by: the watchdog, as spinning.
#pragma once

#include <atomic>
#include <cstdint>

#include "harness/case/case_info.h"
#include "primitives/sync/atomic.h"

namespace tussle::workloads::planted {

struct livelock {
  static harness::subject_info info() {
    return {.name = "livelock",
            .kind = harness::subject_kind::planted,
            .description =
                "A compare-exchange loop that never renews what it expects: spins.",
            .source = "workloads/planted/livelock.h",
            .on_seam = true};
  }

  class counter {
   public:
    explicit counter(std::int64_t initial) : value_(initial), initial_(initial) {}

    void increment(std::int64_t /*hold*/) { try_for_ever(); }

    std::int64_t load() const { return value_.load(std::memory_order_seq_cst); }

   private:
    [[gnu::noinline]] void try_for_ever() {
      std::int64_t expected = initial_;
      while (!value_.compare_exchange_strong(
          expected, initial_ + 1, std::memory_order_seq_cst, std::memory_order_seq_cst)) {
        expected = initial_;
      }
    }

    sync::atomic<std::int64_t> value_;
    const std::int64_t initial_;
  };
};

}  // namespace tussle::workloads::planted
