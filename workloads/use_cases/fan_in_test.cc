// Does the fan-in notice what it is there to notice?
#include "workloads/use_cases/fan_in.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_fan.h"
#include "workloads/subjects/fans.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

template <typename Subject>
verdict fan_verdict(double failing, double wait_for, int threads = 1) {
  return verdict_of<fan_in, Subject>(
      {{"width", 4}, {"wait_for", wait_for}, {"failing", failing}, {"work", 10}}, threads,
      20);
}

template <typename Subject>
class sound_fan : public ::testing::Test {};
using sound_fans = ::testing::Types<subjects::promise_fan, subjects::async_fan,
                                    subjects::latch_fan, subjects::condition_fan>;
TYPED_TEST_SUITE(sound_fan, sound_fans);

TYPED_TEST(sound_fan, has_the_part_of_every_worker_once) {
  for (const double failing : {0.0, 0.5}) {
    for (const double wait_for : {0.0, 1.0}) {
      for (const int threads : {1, 3}) {
        const verdict found = fan_verdict<TypeParam>(failing, wait_for, threads);
        EXPECT_TRUE(found.passed) << found.message;
      }
    }
  }
}

// Combines all parts on the calling thread, and then spoils the result.
template <void (*spoil)(combined_parts&, const part&)>
struct spoiled_fan {
  struct fan {
    explicit fan(runtime& /*on*/) {}
    combined_parts gather(std::int64_t width, std::int64_t /*enough*/,
                          const work_of_part& work) {
      combined_parts found;
      for (std::int64_t i = 0; i < width; ++i) {
        const part one = part_of(i, work);
        if (i < width - 1) found.add(one);
        if (i == width - 1) spoil(found, one);
      }
      return found;
    }
  };
};

void forget(combined_parts& /*all*/, const part& /*last*/) {}
void repeat(combined_parts& all, const part& last) {
  all.add(last);
  all.add(last);
}
void hide_failure(combined_parts& all, const part& last) {
  all.add({last.worker, last.value, false});
}
void take_another_value(combined_parts& all, const part& last) {
  all.add({last.worker, last.value + 1, last.failed});
}

TEST(fan_in, finds_a_part_that_is_missing) {
  const verdict found = fan_verdict<spoiled_fan<forget>>(0, 0);

  EXPECT_EQ(found.message.find("results with too few parts"), 0U) << found.message;
}

TEST(fan_in, finds_a_part_that_was_counted_twice) {
  const verdict found = fan_verdict<spoiled_fan<repeat>>(0, 0);

  EXPECT_EQ(found.message.find("parts counted twice"), 0U) << found.message;
}

TEST(fan_in, finds_a_failure_that_nobody_tells) {
  const verdict found = fan_verdict<spoiled_fan<hide_failure>>(1, 0);

  EXPECT_EQ(found.message.find("wrong numbers of failures"), 0U) << found.message;
}

TEST(fan_in, finds_a_wrong_value) {
  const verdict found = fan_verdict<spoiled_fan<take_another_value>>(0, 0);

  EXPECT_EQ(found.message.find("wrong sums"), 0U) << found.message;
}

// The only thread waits for what stands in line behind it.
TEST(planted_chained_workers, starve_on_a_pool_that_is_too_small) {
  EXPECT_FALSE((verdict_of<fan_in, planted::chained_workers>(
                    {{"width", 3}, {"wait_for", 0}, {"failing", 0}, {"work", 10}}, 1, 1)
                    .passed));
}

TEST(planted_silent_failure, leaves_who_combines_without_a_part) {
  EXPECT_FALSE((verdict_of<fan_in, planted::silent_failure>(
                    {{"width", 2}, {"wait_for", 0}, {"failing", 1}, {"work", 10}}, 1, 1)
                    .passed));
}

}  // namespace
}  // namespace tussle::workloads::use_cases
