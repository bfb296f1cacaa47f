// Does ring notice what it is there to notice?
#include "workloads/scenarios/ring.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_rings.h"
#include "workloads/subjects/fibers.h"
#include "workloads/subjects/rings.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict ring_verdict(double processes, int threads, int rounds = 20) {
  return verdict_of<ring, Subject>({{"processes", processes}}, threads, rounds);
}

template <typename Subject>
class sound_ring : public ::testing::Test {};
using sound_rings = ::testing::Types<
#if defined(TUSSLE_HAS_FIBER)
    subjects::fiber_ring,
#endif
    subjects::go_ring, subjects::thread_ring>;
TYPED_TEST_SUITE(sound_ring, sound_rings);

TYPED_TEST(sound_ring, GO_7_every_process_has_the_token_as_often_as_it_goes_round) {
  for (const double processes : {1.0, 2.0, 50.0}) {
    for (const int threads : {1, 2}) {
      const verdict found = ring_verdict<TypeParam>(processes, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

// More processes than a machine has threads for.
TEST(ring, GO_4_go_blocks_need_no_thread_each) {
  const verdict found = ring_verdict<subjects::go_ring>(10'000, 1, 1);
  EXPECT_TRUE(found.passed) << found.message;
}

struct short_cut {
  struct ring : subjects::thread_ring::ring {
    using base = subjects::thread_ring::ring;
    using base::base;
    std::int64_t send_round(std::int64_t token) { return base::send_round(token) - 1; }
  };
};

TEST(ring, a_token_that_took_a_short_cut_is_told) {
  EXPECT_EQ(ring_verdict<short_cut>(3, 1).message,
            "tokens that came round with another number 20, expected allowed 0");
}

// Whoever has the token keeps the lock until it has gone round.
TEST(planted_common_ring, somebody_has_the_token_twice) {
  const verdict found = ring_verdict<planted::common_ring>(3, 1, 100);

  EXPECT_FALSE(found.passed);
  EXPECT_NE(found.message.find("processes that had it more or less often"),
            std::string::npos)
      << found.message;
}

}  // namespace
}  // namespace tussle::workloads
