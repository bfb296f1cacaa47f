// Does spawn notice what it is there to notice?
#include "workloads/scenarios/spawn.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "harness/case/verdict.h"
#include "workloads/subjects/spawners.h"
#include "workloads/subjects/tbb_tasks.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict spawn_verdict(double at_once, int threads = 1) {
  return verdict_of<spawn, Subject>({{"work", 10}, {"at_once", at_once}}, threads, 20);
}

template <typename Subject>
class sound_spawner : public ::testing::Test {};
using sound_spawners = ::testing::Types<
#if defined(TUSSLE_HAS_TBB) && !defined(TUSSLE_MODE_TSAN)
    subjects::tbb_spawner,
#endif
    subjects::future_spawner, subjects::async_spawner, subjects::thread_spawner,
    subjects::packaged_spawner>;
TYPED_TEST_SUITE(sound_spawner, sound_spawners);

TYPED_TEST(sound_spawner, has_the_result_of_every_task) {
  for (const double at_once : {1.0, 9.0}) {
    for (const int threads : {1, 3}) {
      const verdict found = spawn_verdict<TypeParam>(at_once, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

struct known {
  std::int64_t value;
  std::int64_t get() const { return value; }
};

// Runs a task `Times` times on the calling thread, and adds to its result.
template <int Times, std::int64_t More>
struct spoiled_spawner {
  struct spawner {
    explicit spawner(runtime& /*on*/) {}
    template <typename F>
    known start(F task) {
      std::int64_t result = 0;
      for (int i = 0; i < Times; ++i) result = task();
      return {result + More};
    }
  };
};

TEST(spawn, finds_a_task_that_did_not_run_once) {
  EXPECT_TRUE((spawn_verdict<spoiled_spawner<1, 0>>(3).passed));
  for (const verdict& found : {spawn_verdict<spoiled_spawner<0, 0>>(3),
                               spawn_verdict<spoiled_spawner<2, 0>>(3)}) {
    EXPECT_EQ(found.message.find("tasks that were not seen run once"), 0U)
        << found.message;
  }
}

TEST(spawn, finds_the_result_of_another_task) {
  const verdict found = spawn_verdict<spoiled_spawner<1, 1>>(3);

  EXPECT_EQ(found.message.find("results of another task"), 0U) << found.message;
}

}  // namespace
}  // namespace tussle::workloads
