// naive_calls.h (planted): UC-8 as it is often written first.
//
// start_and_wait:      starts a call and waits for it, in one loop: one after the other.
// discarded_async:     drops what std::async returns, whose destructor waits: likewise.
// first_error_abandons: the first call that fails ends the collecting; the others go on, and
//                      nobody looks at them.
// unbounded_calls:     starts all, whatever the service can bear.
// The mend:            subjects/callers.h.
// Must be caught by:   verification of parallel_calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/task/future.h"
#include "primitives/task/pmap.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/parallel_calls.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_calls_info(std::string name, std::string description,
                                              harness::expectation caught) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_calls.h",
          .breaks_invariant = caught};
}

struct start_and_wait {
  static harness::subject_info info() {
    return naive_calls_info("start_and_wait",
                            "Calls that are started and waited for, one by one.",
                            harness::expectation::may);
  }

  class calls {
   public:
    explicit calls(runtime& on) : on_(on) {}

    std::vector<use_cases::api_answer> make(std::int64_t count, std::int64_t /*at_once*/,
                                            const use_cases::api_call& call) {
      std::vector<use_cases::api_answer> answers;
      for (std::int64_t i = 0; i < count; ++i) {
        answers.push_back(
            future_call(on_, [&call, i] { return use_cases::answer_of(call, i); }).get());
      }
      return answers;
    }

   private:
    runtime& on_;
  };
};

struct discarded_async {
  static harness::subject_info info() {
    return naive_calls_info(
        "discarded_async",
        "Calls by std::async whose futures are dropped, and so waited "
        "for.",
        harness::expectation::may);
  }

  class calls {
   public:
    explicit calls(runtime& /*on*/) {}

    std::vector<use_cases::api_answer> make(std::int64_t count, std::int64_t /*at_once*/,
                                            const use_cases::api_call& call) {
      std::vector<use_cases::api_answer> answers(static_cast<std::size_t>(count));
      for (std::int64_t i = 0; i < count; ++i) {
        static_cast<void>(std::async(std::launch::async, [&answers, &call, i] {
          answers[static_cast<std::size_t>(i)] = use_cases::answer_of(call, i);
        }));
      }
      return answers;
    }
  };
};

struct first_error_abandons {
  static harness::subject_info info() {
    return naive_calls_info("first_error_abandons",
                            "Calls whose first error ends the collecting of answers.",
                            harness::expectation::may);
  }

  class calls {
   public:
    explicit calls(runtime& on) : on_(on) {}

    std::vector<use_cases::api_answer> make(std::int64_t count, std::int64_t at_once,
                                            const use_cases::api_call& call) {
      std::vector<use_cases::api_answer> answers;
      std::int64_t next = 0;
      pmap_results<std::int64_t> values(
          [&]() -> std::optional<future<std::int64_t>> {
            if (next == count) return std::nullopt;
            return future_call(on_, [call, request = next++] { return call(request); });
          },
          static_cast<std::size_t>(at_once));
      try {
        while (const auto value = values.next()) answers.push_back({*value, false});
      } catch (const use_cases::api_error&) {
        answers.push_back({0, true});
      }
      return answers;
    }

   private:
    runtime& on_;
  };
};

struct unbounded_calls {
  static harness::subject_info info() {
    return naive_calls_info("unbounded_calls", "All calls at once, without a bound.",
                            harness::expectation::may);
  }

  class calls {
   public:
    explicit calls(runtime& on) : on_(on) {}

    std::vector<use_cases::api_answer> make(std::int64_t count, std::int64_t /*at_once*/,
                                            const use_cases::api_call& call) {
      std::vector<future<use_cases::api_answer>> started;
      for (std::int64_t i = 0; i < count; ++i) {
        started.push_back(
            future_call(on_, [call, i] { return use_cases::answer_of(call, i); }));
      }
      std::vector<use_cases::api_answer> answers;
      answers.reserve(started.size());
      for (const auto& each : started) answers.push_back(each.get());
      return answers;
    }

   private:
    runtime& on_;
  };
};

}  // namespace tussle::workloads::planted
