// naive_fan_out.h (planted): fan_out_fan_in whose parts count down too early.
//
// early_fan_out: counts down, and then stores the part. The last one that counts down has
//                everybody's parts taken for stored, its own too.
// The mend:      subjects/fan_outs.h: the part first, the count afterwards.
// Must be caught by: verification of fan_out_fan_in.
//
// Results are atomics that the workers share, so that a part that is late is one that is
// missed, and no access to memory that is gone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <memory>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"
#include "workloads/subjects/work_line.h"

namespace tussle::workloads::planted {

struct early_fan_out {
  static harness::subject_info info() {
    return {.name = "early_fan_out",
            .kind = harness::subject_kind::planted,
            .description = "Parts that count a std::latch down before they are stored.",
            .source = "workloads/planted/naive_fan_out.h",
            .breaks_invariant = harness::expectation::may};
  }

  class fan_out {
   public:
    explicit fan_out(runtime& /*on*/) {}

    template <typename Part>
    std::int64_t sum(std::int64_t width, const Part& part) {
      const auto all = std::make_shared<shared>(width);
      for (std::int64_t i = 0; i < width; ++i) {
        pool_.run([all, &part, i] {
          const std::int64_t value = part(i);
          all->missing.count_down();
          sync::schedule_point("planted.early_fan_out.before_store");
          sync::yield();  // what happens now and then, often
          // Relaxed: the latch would publish it, had it been stored before.
          all->results[static_cast<std::size_t>(i)].store(value,
                                                          std::memory_order_relaxed);
        });
      }
      all->missing.wait();
      std::int64_t found = 0;
      for (const auto& each : all->results) found += each.load(std::memory_order_relaxed);
      return found;
    }

   private:
    struct shared {
      explicit shared(std::int64_t width)
          : missing(width), results(static_cast<std::size_t>(width)) {}
      std::latch missing;
      std::vector<std::atomic<std::int64_t>> results;
    };

    subjects::fixed_pool pool_{usual_width()};
  };
};

}  // namespace tussle::workloads::planted
