// Does ping_pong notice what it is there to notice?
#include "workloads/scenarios/ping_pong.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/case/verdict.h"
#include "primitives/task/runtime.h"
#include "workloads/subjects/fibers.h"
#include "workloads/subjects/pairs.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict ping_pong_verdict(double rounds, int threads, int matches = 20) {
  return verdict_of<ping_pong, Subject>({{"rounds", rounds}}, threads, matches);
}

template <typename Subject>
class sound_pair : public ::testing::Test {};
using sound_pairs = ::testing::Types<
#if defined(TUSSLE_HAS_FIBER)
    subjects::fiber_pair,
#endif
    subjects::go_pair, subjects::channel_pair, subjects::condition_pair,
    subjects::atomic_wait_pair>;
TYPED_TEST_SUITE(sound_pair, sound_pairs);

TYPED_TEST(sound_pair, CH_1_the_two_hit_the_ball_in_turn) {
  for (const double rounds : {1.0, 2.0, 50.0}) {
    for (const int threads : {1, 2}) {
      const verdict found = ping_pong_verdict<TypeParam>(rounds, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

TYPED_TEST(sound_pair, ends_although_nobody_played) {
  const verdict found = ping_pong_verdict<TypeParam>(3, 1, 0);
  EXPECT_TRUE(found.passed) << found.message;
}

// Plays alone, as `Hits` says.
template <typename Hits>
struct alone {
  class pair {
   public:
    pair(runtime& /*on*/, ping_pong_score& score) : score_(score) {}
    std::int64_t play(ping_pong_match match) {
      for (std::int64_t i = 0; i < match.rounds; ++i)
        match.ball = Hits::round(score_, match.ball);
      return match.ball;
    }
    void finish() {}

   private:
    ping_pong_score& score_;
  };
};

struct loses_the_ball {
  static std::int64_t round(ping_pong_score& score, std::int64_t ball) {
    return score.hit(1, score.hit(0, ball)) - 1;
  }
};
struct first_hits_twice {
  static std::int64_t round(ping_pong_score& score, std::int64_t ball) {
    return score.hit(0, score.hit(0, ball));
  }
};
struct nobody_hits {
  static std::int64_t round(ping_pong_score& /*score*/, std::int64_t ball) {
    return ball + 2;
  }
};

TEST(ping_pong, a_ball_that_was_lost_is_told) {
  EXPECT_EQ(ping_pong_verdict<alone<loses_the_ball>>(1, 1).message,
            "balls that came back with another number 20, expected allowed 0");
}
TEST(ping_pong, a_player_out_of_turn_is_told) {
  EXPECT_EQ(ping_pong_verdict<alone<first_hits_twice>>(3, 1).message,
            "hits out of turn 60, expected allowed 0");
}
TEST(ping_pong, a_ball_that_was_not_hit_is_told) {
  EXPECT_EQ(ping_pong_verdict<alone<nobody_hits>>(3, 1).message,
            "players that hit it more or less often 2, expected allowed 0");
}

}  // namespace
}  // namespace tussle::workloads
