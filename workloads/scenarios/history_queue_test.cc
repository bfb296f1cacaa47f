// Does history_queue catch what breaks the order, and only that?
#include "workloads/scenarios/history_queue.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_queues.h"
#include "workloads/subjects/queues.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

// Until every thread is through.
template <typename Subject>
harness::verdict verdict_of_rounds(double capacity, int threads) {
  constexpr int rounds = 20;
  typename history_queue::run<Subject> run(
      conditions_of({{"capacity", capacity}, {"rounds", rounds}}, threads));
  tests::run_together(threads, [&](int index) {
    harness::worker self(index, threads, 1);
    while (!run.is_through(self)) run.step(self);
  });
  return run.verify({});
}

template <typename Subject>
class recorded_queue : public ::testing::Test {};
using recorded_queues =
    ::testing::Types<subjects::channel_queue, subjects::condition_queue>;
TYPED_TEST_SUITE(recorded_queue, recorded_queues);

TYPED_TEST(recorded_queue, CH_3_CH_31_has_an_order_that_explains_everything) {
  for (const double capacity : {1.0, 4.0}) {
    for (const int threads : {1, 2, 3}) {
      const harness::verdict found = verdict_of_rounds<TypeParam>(capacity, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

// Gives what was put after the closing.
struct open_for_ever {
  static constexpr bool may_be_closed_by_others = true;
  struct queue : subjects::condition_queue::queue {
    using base = subjects::condition_queue::queue;
    using base::base;
    void close() {}
    // Nobody sleeps for ever: who put takes.
  };
};

// Says that it was accepted, and drops it where there is no room.
struct drops {
  static constexpr bool may_be_closed_by_others = true;
  struct queue : subjects::condition_queue::queue {
    using base = subjects::condition_queue::queue;
    using base::base;
    bool put(std::int64_t element) {
      static_cast<void>(base::put(element));
      return true;
    }
  };
};

TEST(history_queue, puts_that_are_accepted_after_the_closing_are_told) {
  EXPECT_FALSE(verdict_of_rounds<open_for_ever>(4, 1).passed);
}

TEST(history_queue, a_put_that_was_refused_and_told_accepted_is_told) {
  EXPECT_FALSE(verdict_of_rounds<drops>(4, 1).passed);
}

// Two elements of one thread are inside only where another holds one; so with two threads, and
// in this order.
TEST(history_queue, a_stack_is_told) {
  history::recorder recorded(2, 4);
  planted::newest_first::queue stack(4);
  const auto put = [&](int thread, std::int64_t element) {
    const std::size_t one = recorded.of(thread).begin(history::call::put, element);
    recorded.of(thread).end(
        one, stack.put(element) ? history::outcome::yes : history::outcome::closed);
  };
  const auto take = [&](int thread) {
    const std::size_t one = recorded.of(thread).begin(history::call::take);
    recorded.of(thread).end(one, history::outcome::returned, *stack.take());
  };
  put(0, 1);
  put(1, 2);
  take(0);
  take(1);

  const harness::verdict found = history::verdict_of(
      recorded, {.kind = history::object_kind::channel, .capacity = 4});
  EXPECT_FALSE(found.passed);
  EXPECT_FALSE(found.evidence.empty());
}

}  // namespace
}  // namespace tussle::workloads
