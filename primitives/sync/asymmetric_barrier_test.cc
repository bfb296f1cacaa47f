// Does a store before a light barrier come before the loads after it, as seen from behind a
// heavy one?
#include "primitives/sync/asymmetric_barrier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "primitives/testing/threads_testing.h"

namespace tussle::sync {
namespace {

TEST(asymmetric_barrier, is_off_where_the_environment_or_the_sanitizer_says_so) {
#if defined(TUSSLE_MODE_TSAN) || defined(TUSSLE_MODE_SIM)
  EXPECT_FALSE(light_barriers());
#else
  if (std::getenv("TUSSLE_NO_MEMBARRIER") != nullptr) {
    EXPECT_FALSE(light_barriers());
  } else {
    EXPECT_TRUE(light_barriers()) << "the kernel has no membarrier";
  }
#endif
}

// The store-buffer litmus test: the one outcome that a machine with store buffers shows and
// the barriers must not: both sides read what was there before. How often a pair of threads
// shows it without the heavy barrier is what says whether the test can see anything.
class store_buffer {
 public:
  // One round on two threads; true if both missed the other's store.
  static int missed(bool with_heavy_barrier, int tries) {
    std::atomic<int> a{0};
    std::atomic<int> b{0};
    int seen_by_light = 0;
    int seen_by_heavy = 0;
    int both_missed = 0;
    tests::pair_barrier rounds;
    tests::run_together(2, [&](int side) {
      for (int i = 0; i < tries; ++i) {
        rounds.meet();
        if (side == 0) {
          a.store(1, std::memory_order_release);
          light_barrier();
          seen_by_light = b.load(std::memory_order_seq_cst);
        } else {
          b.store(1, std::memory_order_release);
          if (with_heavy_barrier) heavy_barrier();
          seen_by_heavy = a.load(std::memory_order_seq_cst);
        }
        rounds.meet();
        if (side == 0) {
          both_missed += seen_by_light + seen_by_heavy == 0 ? 1 : 0;
          // Relaxed: published by the meeting.
          a.store(0, std::memory_order_relaxed);
          b.store(0, std::memory_order_relaxed);
        }
      }
    });
    return both_missed;
  }
};

TEST(asymmetric_barrier, two_sides_never_both_miss_the_others_store) {
  if (!light_barriers()) GTEST_SKIP() << "no light barriers in this build";

  EXPECT_EQ(store_buffer::missed(true, tests::rounds), 0);
}

// The broken subject of the test above: without it one cannot know that there was anything
// to see.
TEST(asymmetric_barrier, without_the_heavy_side_both_miss_sooner_or_later) {
  if (!light_barriers()) GTEST_SKIP() << "no light barriers in this build";

  int missed = 0;
  for (int i = 0; i < 50 && missed == 0; ++i) missed = store_buffer::missed(false, 2000);
  if (missed == 0) GTEST_SKIP() << "two threads never ran at the same time";
  EXPECT_GT(missed, 0);
}

}  // namespace
}  // namespace tussle::sync
