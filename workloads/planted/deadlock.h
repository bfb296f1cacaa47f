// deadlock.h (planted): two locks, taken in two orders.
//
// What is wrong: every second call takes `target` before `source`. The first two calls wait
// for each other while each holds its first lock, so that the deadlock does not depend on
// chance; one thread alone waits for the second call for ever.
// The mend:      one order for all.
// Must be caught by: the watchdog, which names both threads and both locks.
#pragma once

#include <atomic>
#include <cstdint>
#include <latch>

#include "harness/case/case_info.h"
#include "harness/watchdog/watched.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/simulator.h"

namespace tussle::workloads::planted {

struct deadlock {
  static harness::subject_info info() {
    return {.name = "deadlock",
            .kind = harness::subject_kind::planted,
            .description = "Two mutexes that calls take in two orders: stands still.",
            .source = "workloads/planted/deadlock.h",
            .on_seam = true};
  }

  class counter {
   public:
    explicit counter(std::int64_t initial) : value_(initial) {}

    void increment(std::int64_t /*hold*/) {
      // Relaxed: only tells the calls apart.
      const std::int64_t call = calls_.fetch_add(1, std::memory_order_relaxed);
      if (call % 2 == 0) {
        source_then_target(call);
      } else {
        target_then_source(call);
      }
    }

    std::int64_t load() const { return value_.load(std::memory_order_seq_cst); }

   private:
    // Not inlined: stacks tell who takes what.
    [[gnu::noinline]] void source_then_target(std::int64_t call) {
      const sync::mutex_lock first(source_);
      meet(call);
      const sync::mutex_lock second(target_);
      value_.fetch_add(1, std::memory_order_seq_cst);
    }

    [[gnu::noinline]] void target_then_source(std::int64_t call) {
      const sync::mutex_lock first(target_);
      meet(call);
      const sync::mutex_lock second(source_);
      value_.fetch_add(1, std::memory_order_seq_cst);
    }

    void meet(std::int64_t call) {
      // A simulator needs no help to let them meet, and would not see who waits here.
      if (call < 2 && !sync::in_execution()) both_hold_one_.arrive_and_wait();
    }

    std::atomic<std::int64_t> value_;
    std::atomic<std::int64_t> calls_{0};
    std::latch both_hold_one_{2};
    sync::mutex source_;
    sync::mutex target_;
    const watchdog::named source_name_{&source_, "source"};
    const watchdog::named target_name_{&target_, "target"};
  };
};

}  // namespace tussle::workloads::planted
