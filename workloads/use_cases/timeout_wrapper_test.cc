// Does the timeout wrapper notice what it is there to notice?
#include "workloads/use_cases/timeout_wrapper.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_time_limit.h"
#include "workloads/subjects/time_limits.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

constexpr double endless = 1;

template <typename Subject>
class sound_limit : public ::testing::Test {};
using sound_limits = ::testing::Types<subjects::future_limit, subjects::async_limit,
                                      subjects::thread_limit>;
TYPED_TEST_SUITE(sound_limit, sound_limits);

TYPED_TEST(sound_limit, gives_one_result_in_time_and_leaves_nobody_behind) {
  for (const double calls : {0.0, 1.0, 2.0, 3.0}) {
    for (const int threads : {1, 3}) {
      const verdict found =
          verdict_of<timeout_wrapper, TypeParam>({{"calls", calls}}, threads, 50);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

// Nobody comes who would tell it to stop, or somebody will.
constexpr std::chrono::milliseconds soon{10};
constexpr std::chrono::milliseconds late{10'000};

// One step with a call that gives up after a while if nobody tells it to stop.
template <typename Subject>
verdict after_one_step(double calls, std::chrono::milliseconds patience) {
  timeout_wrapper::run<Subject> run(conditions_of({{"calls", calls}}, 1), patience);
  harness::worker self(0, 1, 1);
  run.step(self);
  run.settle();
  return run.verify({});
}

TEST(planted_async_that_waits, is_held_up_by_the_call) {
  EXPECT_FALSE(after_one_step<planted::async_that_waits>(endless, soon).passed);
}

TEST(planted_never_cancelled, leaves_the_call_running) {
  const verdict found = after_one_step<planted::never_cancelled>(endless, soon);

  EXPECT_EQ(found.message.find("calls that nobody told to stop"), 0U) << found.message;
}

TEST(planted_wall_clock_limit, waits_for_a_time_that_moves_away) {
  EXPECT_FALSE(after_one_step<planted::wall_clock_limit>(endless, soon).passed);
}

// Has the value of the call, changed.
template <timed_value (*spoil)(timed_value)>
struct spoiled_limit {
  struct limited : subjects::future_limit::limited {
    using subjects::future_limit::limited::limited;
    timed_value call(std::chrono::nanoseconds limit, const timed_call& call,
                     timed_value fallback) {
      return spoil(subjects::future_limit::limited::call(limit, call, fallback));
    }
  };
};

timed_value half_of(timed_value value) { return {value.word, value.again + 1}; }
timed_value next_of(timed_value value) { return {value.word + 1, value.again + 1}; }

TEST(timeout_wrapper, finds_a_result_that_is_mixed) {
  const verdict found = after_one_step<spoiled_limit<half_of>>(2, late);

  EXPECT_EQ(found.message.find("results that were mixed"), 0U) << found.message;
}

TEST(timeout_wrapper, finds_a_result_that_is_anothers) {
  for (const double calls : {0.0, 1.0, 2.0}) {
    const verdict found = after_one_step<spoiled_limit<next_of>>(calls, late);
    EXPECT_EQ(found.message.find("results that are another's"), 0U) << found.message;
  }
}

}  // namespace
}  // namespace tussle::workloads::use_cases
