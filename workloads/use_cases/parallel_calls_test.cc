// Do the parallel calls notice what they are there to notice?
#include "workloads/use_cases/parallel_calls.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "harness/case/verdict.h"
#include "primitives/task/runtime.h"
#include "workloads/planted/naive_calls.h"
#include "workloads/subjects/callers.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

template <typename Subject>
verdict calls_verdict(double at_once, double failing, int threads = 1) {
  return verdict_of<parallel_calls, Subject>(
      {{"calls", 5}, {"at_once", at_once}, {"failing", failing}}, threads, 10);
}

template <typename Subject>
class sound_calls : public ::testing::Test {};
using sound_callers = ::testing::Types<subjects::future_calls, subjects::async_calls,
                                       subjects::thread_calls>;
TYPED_TEST_SUITE(sound_calls, sound_callers);

TYPED_TEST(sound_calls, have_an_answer_to_every_request_in_order) {
  for (const double at_once : {0.0, 2.0}) {
    for (const double failing : {0.0, 0.5}) {
      for (const int threads : {1, 3}) {
        const verdict found = calls_verdict<TypeParam>(at_once, failing, threads);
        EXPECT_TRUE(found.passed) << found.message;
      }
    }
  }
}

// Answers, with a mistake.
template <void (*spoil)(std::vector<api_answer>&)>
struct spoiled_calls {
  struct calls : subjects::thread_calls::calls {
    using subjects::thread_calls::calls::calls;
    std::vector<api_answer> make(std::int64_t count, std::int64_t at_once,
                                 const api_call& call) {
      auto answers = subjects::thread_calls::calls::make(count, at_once, call);
      spoil(answers);
      return answers;
    }
  };
};

void swap_two(std::vector<api_answer>& answers) { std::swap(answers[1], answers[3]); }
void lose_one(std::vector<api_answer>& answers) { answers.pop_back(); }
void fail_another(std::vector<api_answer>& answers) { answers[2] = {0, true}; }

TEST(parallel_calls, find_answers_in_each_others_places) {
  const verdict found = calls_verdict<spoiled_calls<swap_two>>(0, 0);

  EXPECT_EQ(found.message.find("answers in another's place"), 0U) << found.message;
}

TEST(parallel_calls, find_an_answer_that_is_missing) {
  const verdict found = calls_verdict<spoiled_calls<lose_one>>(0, 0);

  EXPECT_EQ(found.message.find("answers that are missing"), 0U) << found.message;
}

TEST(parallel_calls, find_a_failure_that_is_another_calls) {
  const verdict found = calls_verdict<spoiled_calls<fail_another>>(0, 0);

  EXPECT_EQ(found.message.find("failures that are another's"), 0U) << found.message;
}

// What a step of so many calls makes of a service that soon gives up.
struct called_service {
  service_patience waits{.patience = std::chrono::milliseconds(5)};
  remote_service service{3, waits};
  runtime on;

  template <typename Calls>
  std::size_t call(std::int64_t at_once, std::int64_t failing = -1) {
    Calls calls(on);
    const auto answers = calls.make(3, at_once, [&, failing](std::int64_t request) {
      return service.call(request, request == failing);
    });
    return answers.size();
  }
};

TEST(planted_start_and_wait, calls_one_by_one) {
  called_service stage;

  stage.call<planted::start_and_wait::calls>(3);

  EXPECT_TRUE(stage.service.was_called_one_by_one());
}

TEST(planted_discarded_async, calls_one_by_one) {
  called_service stage;

  stage.call<planted::discarded_async::calls>(3);

  EXPECT_TRUE(stage.service.was_called_one_by_one());
}

TEST(planted_first_error_abandons, has_too_few_answers) {
  called_service stage;

  EXPECT_EQ(stage.call<planted::first_error_abandons::calls>(3, 0), 1U) << "of three";
}

// The service answers nobody before three calls are under way, where two may be.
TEST(planted_unbounded_calls, calls_more_often_at_once_than_it_may) {
  called_service stage;
  stage.waits.patience = std::chrono::seconds(4);

  stage.call<planted::unbounded_calls::calls>(2);

  EXPECT_EQ(stage.service.peak(), 3);
}

}  // namespace
}  // namespace tussle::workloads::use_cases
