// fan_outs.h (subjects): many parts at once, and their sum.
//
// promise_fan_out:          a future that delivers to a promise for each part.
// future_fan_out:           a future for each part, and its result.
// async_fan_out:            std::async for each part.
// std_promise_fan_out:      a pool with a fixed number of threads, and a std::promise a part.
// latch_fan_out:            the same pool, a place for each result, and a std::latch.
// blocking_counter_fan_out: the same with an absl::BlockingCounter.
// Those of oneTBB: tbb_tasks.h. What UC-11 asks for besides: fans.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <latch>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "harness/case/case_info.h"
#include "primitives/task/future.h"
#include "primitives/task/promise.h"
#include "primitives/task/runtime.h"
#include "workloads/subjects/work_line.h"

namespace tussle::workloads::subjects {

inline harness::subject_info fan_out_info(std::string name, harness::subject_kind kind,
                                          std::string description) {
  return {.name = std::move(name),
          .kind = kind,
          .description = std::move(description),
          .source = "workloads/subjects/fan_outs.h"};
}

struct promise_fan_out {
  static harness::subject_info info() {
    return fan_out_info("promise_fan_out", harness::subject_kind::ours,
                        "A tussle::future for each part, which delivers to a promise.");
  }

  class fan_out {
   public:
    explicit fan_out(runtime& on) : on_(on) {}

    template <typename Part>
    std::int64_t sum(std::int64_t width, const Part& part) {
      const std::vector<promise<std::int64_t>> results(static_cast<std::size_t>(width));
      std::int64_t next = 0;
      for (const promise<std::int64_t>& each : results)
        future_call(on_, [each, &part, i = next++] { return each.deliver(part(i)); });
      std::int64_t all = 0;
      for (const promise<std::int64_t>& each : results) all += each.get();
      return all;
    }

   private:
    runtime& on_;
  };
};

struct future_fan_out {
  static harness::subject_info info() {
    return fan_out_info("future_fan_out", harness::subject_kind::ours,
                        "A tussle::future for each part.");
  }

  class fan_out {
   public:
    explicit fan_out(runtime& on) : on_(on) {}

    template <typename Part>
    std::int64_t sum(std::int64_t width, const Part& part) {
      std::vector<future<std::int64_t>> results;
      results.reserve(static_cast<std::size_t>(width));
      for (std::int64_t i = 0; i < width; ++i)
        results.push_back(future_call(on_, [&part, i] { return part(i); }));
      std::int64_t all = 0;
      for (const future<std::int64_t>& each : results) all += each.get();
      return all;
    }

   private:
    runtime& on_;
  };
};

struct async_fan_out {
  static harness::subject_info info() {
    return fan_out_info("async_fan_out", harness::subject_kind::baseline,
                        "std::async for each part.");
  }

  class fan_out {
   public:
    explicit fan_out(runtime& /*on*/) {}

    template <typename Part>
    std::int64_t sum(std::int64_t width, const Part& part) {
      std::vector<std::future<std::int64_t>> results;
      results.reserve(static_cast<std::size_t>(width));
      for (std::int64_t i = 0; i < width; ++i)
        results.push_back(std::async(std::launch::async, [&part, i] { return part(i); }));
      std::int64_t all = 0;
      for (std::future<std::int64_t>& each : results) all += each.get();
      return all;
    }
  };
};

struct std_promise_fan_out {
  static harness::subject_info info() {
    return fan_out_info("std_promise_fan_out", harness::subject_kind::baseline,
                        "A std::promise for each part, and a fixed pool of threads.");
  }

  class fan_out {
   public:
    explicit fan_out(runtime& /*on*/) {}

    template <typename Part>
    std::int64_t sum(std::int64_t width, const Part& part) {
      std::vector<std::future<std::int64_t>> results;
      results.reserve(static_cast<std::size_t>(width));
      for (std::int64_t i = 0; i < width; ++i) {
        // The promise travels: its part of the state must not go while it is being set.
        std::promise<std::int64_t> one;
        results.push_back(one.get_future());
        pool_.run([one = std::move(one), &part, i]() mutable { one.set_value(part(i)); });
      }
      std::int64_t all = 0;
      for (std::future<std::int64_t>& each : results) all += each.get();
      return all;
    }

   private:
    fixed_pool pool_{usual_width()};
  };
};

// Parts that write to their places and count down. The counter goes as soon as it has been
// waited for, as it does in most programs: absl::BlockingCounter allows that, and std::latch in
// libstdc++ 12, where the last count_down still wakes by its address, but does not read it.
template <typename Counter>
class counting_fan_out {
 public:
  template <typename Part>
  std::int64_t sum(std::int64_t width, const Part& part) {
    std::vector<std::int64_t> results(static_cast<std::size_t>(width));
    Counter missing(width);
    for (std::int64_t i = 0; i < width; ++i) {
      pool_.run([&results, &missing, &part, i] {
        results[static_cast<std::size_t>(i)] = part(i);
        missing.count_down();
      });
    }
    missing.wait();
    return std::accumulate(results.begin(), results.end(), std::int64_t{0});
  }

 private:
  fixed_pool pool_{usual_width()};
};

struct latch_fan_out {
  static harness::subject_info info() {
    return fan_out_info("latch_fan_out", harness::subject_kind::baseline,
                        "A std::latch for all parts, and a fixed pool of threads.");
  }

  struct fan_out : counting_fan_out<std::latch> {
    explicit fan_out(runtime& /*on*/) {}
  };
};

struct blocking_counter_fan_out {
  static harness::subject_info info() {
    harness::subject_info told =
        fan_out_info("blocking_counter_fan_out", harness::subject_kind::baseline,
                     "An absl::BlockingCounter for all parts, and a fixed pool.");
    told.not_race_checkable =
        "the distribution's Abseil is not instrumented: what its BlockingCounter orders "
        "is "
        "invisible to ThreadSanitizer, which reports correct reads";
    return told;
  }

  class counter {
   public:
    explicit counter(std::int64_t width) : left_(static_cast<int>(width)) {}
    void count_down() { left_.DecrementCount(); }
    void wait() { left_.Wait(); }

   private:
    absl::BlockingCounter left_;
  };

  struct fan_out : counting_fan_out<counter> {
    explicit fan_out(runtime& /*on*/) {
      // As in absl_mutex.h: it would measure the distribution's assertions.
      absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    }
  };
};

}  // namespace tussle::workloads::subjects
