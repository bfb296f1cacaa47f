// naive_fan.h (planted): UC-11 as it is often written first.
//
// chained_workers:  workers that wait for one another on a pool that has no room for all: who
//                   is waited for stands in line behind who waits.
// silent_failure:   a worker that fails delivers nothing.
// shared_sum:       all workers add to one result without synchronisation: a data race. The
//                   result is a sync::plain, so that the race run can see it; nothing else
//                   depends on it but the numbers.
// early_count_down: counts down before it stores the part.
// The mend:         subjects/fans.h.
// Must be caught by: verification of fan_in; shared_sum by the race run.
//
// None waits for ever: who is not served within a few milliseconds goes on without, so that
// the run ends and tells.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/plain.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/future.h"
#include "primitives/task/promise.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/fan_in.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_fan_info(std::string name, std::string description,
                                            harness::expectation caught) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_fan.h",
          .breaks_invariant = caught};
}

inline constexpr std::chrono::milliseconds naive_fan_patience{5};

using promised_parts = std::vector<promise<use_cases::part>>;

// Of a worker that has no part there is nothing to add.
inline use_cases::combined_parts parts_that_came(const promised_parts& parts) {
  use_cases::combined_parts found;
  for (const promise<use_cases::part>& each : parts) {
    const use_cases::part none{-1, 0, true};
    const use_cases::part one = each.get_for(naive_fan_patience, none);
    if (one.worker >= 0) found.add(one);
  }
  return found;
}

struct chained_workers {
  static harness::subject_info info() {
    return naive_fan_info("chained_workers",
                          "Workers that wait for later ones, on a pool of one thread.",
                          harness::expectation::yes);
  }

  class fan {
   public:
    explicit fan(runtime& /*on*/) : small_({.blocking = {.most_threads = 1}}) {}

    use_cases::combined_parts gather(std::int64_t width, std::int64_t /*enough*/,
                                     const use_cases::work_of_part& work) {
      const auto parts =
          std::make_shared<promised_parts>(static_cast<std::size_t>(width));
      for (std::int64_t i = 0; i < width; ++i) {
        future_call(small_, [parts, i, work] {
          const auto next = static_cast<std::size_t>(i) + 1;
          const use_cases::part mine = use_cases::part_of(i, work);
          const bool starved =
              next < parts->size() &&
              (*parts)[next].get_for(naive_fan_patience, {-1, 0, true}).worker < 0;
          if (!starved) (*parts)[static_cast<std::size_t>(i)].deliver(mine);
        });
      }
      return parts_that_came(*parts);
    }

   private:
    runtime small_;
  };
};

struct silent_failure {
  static harness::subject_info info() {
    return naive_fan_info(
        "silent_failure",
        "Workers that deliver what they find, and nothing if they fail.",
        harness::expectation::may);
  }

  class fan {
   public:
    explicit fan(runtime& on) : on_(on) {}

    use_cases::combined_parts gather(std::int64_t width, std::int64_t /*enough*/,
                                     const use_cases::work_of_part& work) {
      const auto parts =
          std::make_shared<promised_parts>(static_cast<std::size_t>(width));
      for (std::int64_t i = 0; i < width; ++i) {
        future_call(on_, [parts, i, work] {
          const std::int64_t value = work(i);  // may throw, and nobody asks the future
          (*parts)[static_cast<std::size_t>(i)].deliver({i, value, false});
        });
      }
      return parts_that_came(*parts);
    }

   private:
    runtime& on_;
  };
};

struct shared_sum {
  static harness::subject_info info() {
    harness::subject_info told = naive_fan_info(
        "shared_sum", "Workers that add to one result, all at once: a data race.",
        harness::expectation::may);
    told.races = harness::expectation::may;
    return told;
  }

  class fan {
   public:
    explicit fan(runtime& on) : on_(on) {}

    use_cases::combined_parts gather(std::int64_t width, std::int64_t /*enough*/,
                                     const use_cases::work_of_part& work) {
      const auto all = std::make_shared<shared>(width);
      for (std::int64_t i = 0; i < width; ++i) {
        future_call(on_, [all, i, work] {
          const use_cases::part mine = use_cases::part_of(i, work);
          const use_cases::combined_parts before = all->sum.read();
          sync::schedule_point("planted.shared_sum.between_read_and_write");
          sync::yield();  // what happens now and then, often
          use_cases::combined_parts after = before;
          after.add(mine);
          all->sum.write(after);
          // acq_rel; pairs with itself: the last one hands on what all did.
          if (all->missing.fetch_sub(1, std::memory_order_acq_rel) == 1)
            all->done.deliver(true);
        });
      }
      all->done.get();
      return all->sum.read();
    }

   private:
    struct shared {
      explicit shared(std::int64_t width) : missing(width) {}
      sync::plain<use_cases::combined_parts> sum;
      std::atomic<std::int64_t> missing;
      promise<bool> done;
    };

    runtime& on_;
  };
};

struct early_count_down {
  static harness::subject_info info() {
    return naive_fan_info("early_count_down",
                          "Workers that count down before they store their part.",
                          harness::expectation::may);
  }

  class fan {
   public:
    explicit fan(runtime& on) : on_(on) {}

    use_cases::combined_parts gather(std::int64_t width, std::int64_t enough,
                                     const use_cases::work_of_part& work) {
      const auto all = std::make_shared<shared>(width, enough);
      for (std::int64_t i = 0; i < width; ++i) {
        future_call(on_, [all, i, work] {
          const use_cases::part mine = use_cases::part_of(i, work);
          // acq_rel; pairs with itself: the last one hands on what all did.
          if (all->missing.fetch_sub(1, std::memory_order_acq_rel) == 1)
            all->enough.deliver(true);
          sync::schedule_point("planted.early_count_down.before_store");
          sync::yield();  // what happens now and then, often
          all->parts[static_cast<std::size_t>(i)].deliver(mine);
        });
      }
      all->enough.get();
      use_cases::combined_parts found;
      for (const promise<use_cases::part>& each : all->parts) {
        if (each.is_realized()) found.add(each.get());
      }
      return found;
    }

   private:
    struct shared {
      shared(std::int64_t width, std::int64_t wanted)
          : parts(static_cast<std::size_t>(width)), missing(wanted) {}
      promised_parts parts;
      std::atomic<std::int64_t> missing;
      promise<bool> enough;
    };

    runtime& on_;
  };
};

}  // namespace tussle::workloads::planted
