// Does history_one_shot catch what breaks the order, and only that?
#include "workloads/scenarios/history_one_shot.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_shots.h"
#include "workloads/subjects/one_shots.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

// Until every thread is through: who has to wait for another's delivery steps in vain.
template <typename Subject>
harness::verdict verdict_of_rounds(int threads) {
  constexpr int rounds = 20;
  typename history_one_shot::run<Subject> run(
      conditions_of({{"rounds", rounds}}, threads));
  tests::run_together(threads, [&](int index) {
    harness::worker self(index, threads, 1);
    for (int i = 0; !run.is_through(self); ++i) run.step(self);
  });
  return run.verify({});
}

template <typename Subject>
class recorded_shot : public ::testing::Test {};
using recorded_shots =
    ::testing::Types<subjects::promise_shot, subjects::std_promise_shot,
#if !defined(TUSSLE_MODE_TSAN)
                     subjects::notification_shot,
#endif
                     subjects::condition_shot, subjects::atomic_wait_shot>;
TYPED_TEST_SUITE(recorded_shot, recorded_shots);

TYPED_TEST(recorded_shot, has_an_order_that_explains_everything) {
  for (const int threads : {1, 2, 4}) {
    const harness::verdict found = verdict_of_rounds<TypeParam>(threads);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

// Says who won, and hands out another value.
struct another_value {
  struct shot : subjects::condition_shot::shot {
    std::int64_t get() { return subjects::condition_shot::shot::get() + 1; }
  };
};

// Tells everybody that he lost.
struct nobody_won {
  struct shot : subjects::condition_shot::shot {
    bool deliver(std::int64_t value) {
      static_cast<void>(subjects::condition_shot::shot::deliver(value));
      return false;
    }
  };
};

TEST(history_one_shot, finds_what_no_order_explains) {
  for (const harness::verdict& found :
       {verdict_of_rounds<another_value>(1), verdict_of_rounds<nobody_won>(1),
        verdict_of_rounds<another_value>(3), verdict_of_rounds<nobody_won>(3)}) {
    EXPECT_FALSE(found.passed);
    EXPECT_FALSE(found.evidence.empty());
  }
}

// Two threads in turns: both deliver in some round, and both are told that they won.
TEST(history_one_shot, finds_that_two_deliveries_won) {
  typename history_one_shot::run<planted::last_one_shot> run(
      conditions_of({{"rounds", 20}}, 2));
  harness::worker first(0, 2, 1);
  harness::worker second(1, 2, 1);
  while (!run.is_through(first) || !run.is_through(second)) {
    run.step(first);
    run.step(second);
  }

  EXPECT_FALSE(run.verify({}).passed);
}

}  // namespace
}  // namespace tussle::workloads
