// naive_time_limit.h (planted): UC-9 as it is often written first.
//
// async_that_waits: std::async without a way to stop: its future's destructor waits for the
//                   call, so that there is no limit at all.
// never_cancelled:  gives the call up and does not tell it: it runs on, with its thread.
// shared_result:    call and limit write one variable, a word after the other.
// wall_clock_limit: waits by a clock that somebody sets back: the limit moves away.
// The mend:         subjects/time_limits.h.
// Must be caught by: verification of timeout_wrapper.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/future.h"
#include "primitives/task/promise.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/timeout_wrapper.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_limit_info(std::string name, std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_time_limit.h",
          .breaks_invariant = harness::expectation::may};
}

struct async_that_waits {
  static harness::subject_info info() {
    return naive_limit_info("async_that_waits",
                            "A limit for a std::async, whose future waits all the same.");
  }

  class limited {
   public:
    explicit limited(runtime& /*on*/) {}

    use_cases::timed_value call(std::chrono::nanoseconds limit,
                                const use_cases::timed_call& call,
                                use_cases::timed_value fallback) {
      std::future<use_cases::timed_value> result =
          std::async(std::launch::async, [&call] { return call(std::stop_token()); });
      if (result.wait_for(limit) == std::future_status::ready) return result.get();
      return fallback;  // not before the destructor of result has waited for the call
    }
  };
};

struct never_cancelled {
  static harness::subject_info info() {
    return naive_limit_info("never_cancelled",
                            "A limit after which nobody tells the call to stop.");
  }

  class limited {
   public:
    explicit limited(runtime& on) : on_(on) {}

    use_cases::timed_value call(std::chrono::nanoseconds limit,
                                const use_cases::timed_call& call,
                                use_cases::timed_value fallback) {
      return future_call(on_, [call](const std::stop_token& stop) { return call(stop); })
          .get_for(limit, fallback);
    }

   private:
    runtime& on_;
  };
};

struct shared_result {
  static harness::subject_info info() {
    return naive_limit_info("shared_result",
                            "A variable that both the call and its limit write to.");
  }

  class limited {
   public:
    explicit limited(runtime& on) : on_(on) {}

    use_cases::timed_value call(std::chrono::nanoseconds limit,
                                const use_cases::timed_call& call,
                                use_cases::timed_value fallback) {
      const auto result = std::make_shared<variable>();
      const promise<bool> done;
      const auto running =
          future_call(on_, [call, result, done](const std::stop_token& stop) {
            result->write(call(stop));
            done.deliver(true);
          });
      if (!done.get_for(limit, false)) {
        running.cancel();
        result->write(fallback);
      }
      return {result->word.load(std::memory_order_relaxed),
              result->again.load(std::memory_order_relaxed)};
    }

   private:
    // Relaxed: each word is whole, and that is all there is to say for it.
    struct variable {
      void write(const use_cases::timed_value& value) {
        word.store(value.word, std::memory_order_relaxed);
        sync::schedule_point("planted.shared_result.between_words");
        sync::yield();  // what happens now and then, often
        again.store(value.again, std::memory_order_relaxed);
      }
      sync::atomic<std::int64_t> word{0};
      sync::atomic<std::int64_t> again{0};
    };

    runtime& on_;
  };
};

// A wall clock, simulated: when it has been asked once, an operator sets it back by an hour.
class adjusted_clock {
 public:
  std::chrono::nanoseconds now() {
    const auto real = sync::clock::now().time_since_epoch();
    return real - std::chrono::hours(std::exchange(asked_, true) ? 1 : 0);
  }

 private:
  bool asked_ = false;
};

struct wall_clock_limit {
  static harness::subject_info info() {
    return naive_limit_info("wall_clock_limit",
                            "A limit by a wall clock that somebody sets back meanwhile.");
  }

  class limited {
   public:
    explicit limited(runtime& on) : on_(on) {}

    use_cases::timed_value call(std::chrono::nanoseconds limit,
                                const use_cases::timed_call& call,
                                use_cases::timed_value fallback) {
      adjusted_clock clock;
      const auto until = clock.now() + limit;
      const auto result =
          future_call(on_, [call](const std::stop_token& stop) { return call(stop); });
      while (clock.now() < until) {
        if (result.is_done()) return result.get();
        sync::yield();
      }
      const use_cases::timed_value found =
          result.get_for(std::chrono::nanoseconds(0), fallback);
      result.cancel();
      return found;
    }

   private:
    runtime& on_;
  };
};

}  // namespace tussle::workloads::planted
