// Does staged_pipeline (UC-12) notice what it is there to notice?
#include "workloads/use_cases/staged_pipeline.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <thread>

#include "harness/case/verdict.h"
#include "primitives/sync/mode.h"
#include "primitives/testing/schedulers_testing.h"
#include "workloads/planted/naive_pipelines.h"
#include "workloads/subjects/pipelines.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

template <typename Subject>
verdict pipeline_verdict(double workers, int threads, double save = 0, double room = 4,
                         int steps = steps_a_thread) {
  return verdict_of<staged_pipeline, Subject>(
      {{"workers", workers}, {"work", 10}, {"save", save}, {"room", room}}, threads,
      steps);
}

template <typename Subject>
class sound_pipeline : public ::testing::Test {};
using sound_pipelines =
    ::testing::Types<subjects::channel_pipeline, subjects::thread_pipeline>;
TYPED_TEST_SUITE(sound_pipeline, sound_pipelines);

TYPED_TEST(sound_pipeline, PIPE_1_every_item_is_saved_in_order_or_accounted_for) {
  for (const double workers : {1.0, 3.0}) {
    for (const int threads : {1, 3}) {
      const verdict found = pipeline_verdict<TypeParam>(workers, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

// Ended with items of every kind inside, and with none.
TYPED_TEST(sound_pipeline, ends_whatever_is_inside) {
  for (const int steps : {0, 1, 5, 6, 11, 12, 20}) {
    const verdict found = pipeline_verdict<TypeParam>(2, 1, 1000, 4, steps);
    EXPECT_TRUE(found.passed) << steps << ": " << found.message;
  }
}

TEST(staged_pipeline, items_that_a_slow_stage_piles_up_are_told) {
  const verdict found = pipeline_verdict<planted::boundless_pipeline>(1, 1, 100'000, 1);

  EXPECT_FALSE(found.passed);
  EXPECT_NE(found.message.find("more inside than there is room for"), std::string::npos)
      << found.message;
}

// What is planted shows in most runs of some steps, not in each.
template <typename Subject>
std::string message_of_a_failure(double workers) {
  for (int i = 0; i < 200; ++i) {
    const verdict found = pipeline_verdict<Subject>(workers, 1, 0, 4, 200);
    if (!found.passed) return found.message;
  }
  return "never caught";
}

TEST(planted_as_they_come, items_overtake_each_other) {
  const std::string found = message_of_a_failure<planted::as_they_come>(4);
  EXPECT_NE(found.find("items repeated or out of order"), std::string::npos) << found;
}

TEST(planted_lost_tail, what_the_other_workers_still_have_is_lost) {
  bool lost = false;
  for (int i = 0; i < 2000 && !lost; ++i) {
    const verdict found = pipeline_verdict<planted::lost_tail>(4, 1, 0, 16, 40);
    lost =
        found.message.find("items saved, filtered out and failed") == 0 && !found.passed;
  }
  EXPECT_TRUE(lost);
}

TEST(pipeline_ledger, more_workers_than_allowed_are_told) {
  if constexpr (sync::has_schedule_points) {
    pipeline_ledger ledger({.transformers = 1, .savers = 1, .room = 1}, 1, 0, 0);
    tests::freeze_at freeze("staged_pipeline.in_stage");
    std::thread other([&] { ledger.save(1); });
    freeze.wait_until_reached();
    ledger.save(2);
    freeze.let_go();
    other.join();

    EXPECT_EQ(ledger.judge(0, 0, 0).message,
              "workers too many in the second stage 1, expected allowed 0");
  } else {
    GTEST_SKIP() << "needs schedule points";
  }
}

}  // namespace
}  // namespace tussle::workloads::use_cases
