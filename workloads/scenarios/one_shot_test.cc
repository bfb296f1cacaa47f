// Does one_shot notice what it is there to notice?
#include "workloads/scenarios/one_shot.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_shots.h"
#include "workloads/subjects/one_shots.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict shot_verdict(double receivers, int threads = 1) {
  return verdict_of<one_shot, Subject>({{"receivers", receivers}}, threads, 130);
}

template <typename Subject>
class sound_shot : public ::testing::Test {};
using sound_shots = ::testing::Types<
#if !defined(TUSSLE_MODE_TSAN)
    subjects::notification_shot,
#endif
    subjects::promise_shot, subjects::std_promise_shot, subjects::condition_shot,
    subjects::atomic_wait_shot>;
TYPED_TEST_SUITE(sound_shot, sound_shots);

TYPED_TEST(sound_shot, hands_every_value_to_every_receiver) {
  for (const double receivers : {1.0, 5.0}) {
    for (const int threads : {1, 2}) {
      const verdict found = shot_verdict<TypeParam>(receivers, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

TYPED_TEST(sound_shot, is_won_by_the_first_delivery) {
  typename TypeParam::shot shot;

  EXPECT_TRUE(shot.deliver(1));
  EXPECT_FALSE(shot.deliver(2));
  EXPECT_EQ(shot.get(), 1);
}

// A sound one, spoiled in one way.
struct tells_another_value {
  struct shot : subjects::condition_shot::shot {
    std::int64_t get() {
      const std::int64_t value = subjects::condition_shot::shot::get();
      return value == 5 ? 6 : value;
    }
  };
};
struct says_that_it_lost {
  struct shot : subjects::condition_shot::shot {
    bool deliver(std::int64_t value) {
      return subjects::condition_shot::shot::deliver(value) && value != 5;
    }
  };
};
struct says_that_it_won {
  struct shot : subjects::condition_shot::shot {
    bool deliver(std::int64_t value) {
      subjects::condition_shot::shot::deliver(value);
      return true;
    }
  };
};

TEST(one_shot, finds_a_receiver_with_another_value) {
  const verdict found = shot_verdict<tells_another_value>(2);

  EXPECT_EQ(found.message.find("receivers without the value of their round"), 0U)
      << found.message;
}

TEST(one_shot, finds_a_delivery_that_should_have_won) {
  const verdict found = shot_verdict<says_that_it_lost>(1);

  EXPECT_EQ(found.message.find("only deliveries that lost"), 0U) << found.message;
}

TEST(one_shot, finds_two_deliveries_that_won) {
  EXPECT_FALSE(shot_verdict<says_that_it_won>(1).passed);
}

TEST(planted_last_one_shot, is_found_where_two_deliver) {
  EXPECT_FALSE(shot_verdict<planted::last_one_shot>(1).passed);
}

TEST(planted_notified_shot, misses_a_notification_before_the_wait) {
  planted::notified_shot::shot shot;

  EXPECT_TRUE(shot.deliver(7));
  EXPECT_EQ(shot.get(), 0) << "nothing";
}

}  // namespace
}  // namespace tussle::workloads
