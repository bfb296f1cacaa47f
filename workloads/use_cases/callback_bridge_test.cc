// Does the callback bridge notice what it is there to notice?
#include "workloads/use_cases/callback_bridge.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_bridge.h"
#include "workloads/subjects/bridges.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

enum kind { early, elsewhere, twice, late, mixed };

template <typename Subject>
verdict bridge_verdict(kind callbacks, int threads = 1, int steps = 40) {
  return verdict_of<callback_bridge, Subject>(
      {{"callbacks", static_cast<double>(callbacks)}}, threads, steps);
}

template <typename Subject>
class sound_bridge : public ::testing::Test {};
using sound_bridges =
    ::testing::Types<subjects::promise_bridge, subjects::condition_bridge,
                     subjects::std_promise_bridge>;
TYPED_TEST_SUITE(sound_bridge, sound_bridges);

TYPED_TEST(sound_bridge, brings_the_first_answer_or_the_fallback) {
  for (const kind callbacks : {early, elsewhere, twice, late, mixed}) {
    for (const int threads : {1, 3}) {
      const verdict found = bridge_verdict<TypeParam>(callbacks, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

TEST(planted_no_predicate, sleeps_through_a_callback_that_came_before) {
  const verdict found = bridge_verdict<planted::no_predicate>(early, 1, 1);

  EXPECT_EQ(found.message.find("answers that were lost"), 0U) << found.message;
}

TEST(planted_set_twice, throws_on_the_librarys_thread) {
  const verdict found = bridge_verdict<planted::set_twice>(twice, 1, 1);

  EXPECT_EQ(found.message.find("callbacks that threw"), 0U) << found.message;
}

// The callback of the first call comes when the second has begun.
TEST(planted_promise_on_stack, a_late_callback_answers_another_call) {
  planted::promise_on_stack::bridge bridge;
  callbacks kept;
  const reply none{-1, true};

  const reply first = bridge.wait_for([&](const callbacks& to) { kept = to; },
                                      std::chrono::nanoseconds(0), none);
  const reply second = bridge.wait_for(
      [&](const callbacks& to) {
        kept.on_success(1);
        to.on_success(2);
      },
      std::chrono::seconds(1), none);

  EXPECT_EQ(first, none);
  EXPECT_EQ(second, (reply{1, false})) << "the answer to the first";
}

TEST(callback_bridge, finds_an_answer_that_is_another_calls) {
  EXPECT_FALSE(bridge_verdict<planted::promise_on_stack>(late).passed);
}

// Has the last answer, not the first.
struct last_one_wins {
  struct bridge {
    reply wait_for(const start_operation& start, std::chrono::nanoseconds /*limit*/,
                   reply fallback) {
      const auto last = std::make_shared<reply>(fallback);
      start({.on_success =
                 [last](std::int64_t v) {
                   *last = {v, false};
                 },
             .on_error =
                 [last](std::int64_t code) {
                   *last = {code, true};
                 }});
      return *last;
    }
  };
};

TEST(callback_bridge, finds_that_a_later_callback_changed_the_answer) {
  EXPECT_TRUE(bridge_verdict<last_one_wins>(early).passed);
  EXPECT_FALSE(bridge_verdict<last_one_wins>(twice).passed);
}

}  // namespace
}  // namespace tussle::workloads::use_cases
