// parallel_calls.h (UC-8): do many calls take as long as one?
//
// Question:  what does it cost to make many calls at once and to have their answers in order?
// Invariant: one answer for each request, in the order of the requests; all calls are under
//            way before the first answer is waited for, or as many as may be, and never more;
//            a call that fails changes its own answer only.
// A failure means: calls were made one after the other, too many at once, or an answer is
//            missing or in another's place.
//
// The service (remote_service.h) answers when enough calls are under way, so that what is
// serial is decided by design and not by a clock.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/remote_service.h"

namespace tussle::workloads::use_cases {

struct api_answer {
  std::int64_t value = 0;
  bool failed = false;
};

// Returns the answer to request i, or throws api_error.
using api_call = std::function<std::int64_t(std::int64_t request)>;

inline api_answer answer_of(const api_call& call, std::int64_t request) {
  try {
    return {call(request), false};
  } catch (const api_error&) {
    return {0, true};
  }
}

template <typename S>
concept calls_subject = std::constructible_from<typename S::calls, runtime&> &&
    requires(typename S::calls calls, std::int64_t n, const api_call& call) {
  // Calls a copy of `call` for requests 0 ... n - 1, at most m at once; waits for all.
  { calls.make(n, n, call) } -> std::same_as<std::vector<api_answer>>;
};

struct parallel_calls {
  static harness::workload_info info() {
    return {.name = "parallel_calls",
            .question =
                "What does it cost to make many calls at once and to have their answers "
                "in order?",
            .invariant =
                "One answer for each request, in order; as many calls at once as may be, "
                "and never more; a failure is one call's own.",
            .failure =
                "Calls were made one after the other, too many at once, or an answer is "
                "missing or in another's place.",
            .role = "calls",
            .conditions = {{.name = "calls",
                            .unit = "calls",
                            .description = "Calls of one step.",
                            .default_values = {3, 12},
                            .minimum = 2,
                            .maximum = 64,
                            .drawn_maximum = 8},
                           {.name = "at_once",
                            .unit = "calls",
                            .description = "Calls that may be under way; 0: all.",
                            .default_values = {0, 2},
                            .minimum = 0,
                            .maximum = 64,
                            .drawn_maximum = 8},
                           {.name = "failing",
                            .unit = "fraction",
                            .description = "Share of the calls that fail.",
                            .default_values = {0, 0.25},
                            .minimum = 0,
                            .maximum = 1,
                            .integer = false},
                           harness::threads_condition()},
            .operations = {"calls"}};
  }

  template <calls_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : count_(values.count("calls")),
          at_once_(values.count("at_once") == 0
                       ? count_
                       : std::min(count_, values.count("at_once"))),
          failing_(values.fraction("failing")),
          threads_(static_cast<std::size_t>(values.threads())),
          calls_(runtime_) {}

    void step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      // Shared, as calls that nobody waits for would outlive the step.
      const auto here = std::make_shared<exchange>(at_once_, waits_);
      for (std::int64_t i = 0; i < count_; ++i)
        here->fails.push_back(self.random.chance(failing_) ? 1 : 0);
      const std::vector<api_answer> answers =
          calls_.make(count_, at_once_, [here](std::int64_t request) {
            const bool fails = here->fails[static_cast<std::size_t>(request)] != 0;
            return here->service.call(request, fails);
          });
      mine.see(*here, answers, at_once_);
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      thread_state sum;
      for (const thread_state& each : threads_) {
        sum.missing += each.missing;
        sum.wrong += each.wrong;
        sum.wrong_failures += each.wrong_failures;
        sum.serial += each.serial;
        sum.too_many += each.too_many;
      }
      return harness::first_failure(
          {harness::expect_equal("answers that are missing", sum.missing, "allowed", 0),
           harness::expect_equal("answers in another's place", sum.wrong, "allowed", 0),
           harness::expect_equal("failures that are another's", sum.wrong_failures,
                                 "allowed", 0),
           harness::expect_equal("steps that called one by one", sum.serial, "allowed",
                                 0),
           harness::expect_equal("steps that called too often at once", sum.too_many,
                                 "allowed", 0)});
    }

   private:
    struct exchange {
      exchange(std::int64_t at_once, service_patience& waits) : service(at_once, waits) {}
      remote_service service;
      std::vector<char> fails;
    };

    struct alignas(harness::padding) thread_state {
      void see(const exchange& here, const std::vector<api_answer>& answers,
               std::int64_t at_once) {
        missing += answers.size() == here.fails.size() ? 0 : 1;
        for (std::size_t i = 0; i < std::min(answers.size(), here.fails.size()); ++i) {
          const bool fails = here.fails[i] != 0;
          const auto right = remote_service::answer_to(static_cast<std::int64_t>(i));
          wrong_failures += answers[i].failed == fails ? 0 : 1;
          wrong += !fails && !answers[i].failed && answers[i].value != right ? 1 : 0;
        }
        serial += here.service.was_called_one_by_one() ? 1 : 0;
        too_many += here.service.peak() > at_once ? 1 : 0;
      }

      std::int64_t missing = 0;
      std::int64_t wrong = 0;
      std::int64_t wrong_failures = 0;
      std::int64_t serial = 0;
      std::int64_t too_many = 0;
    };

    const std::int64_t count_;
    const std::int64_t at_once_;
    const double failing_;
    std::vector<thread_state> threads_;
    service_patience waits_;
    runtime runtime_;
    typename Subject::calls calls_;
  };
};

}  // namespace tussle::workloads::use_cases
