// Does history_handover catch what breaks the order, and only that? Do operations stay pending?
#include "workloads/scenarios/history_handover.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_queues.h"
#include "workloads/subjects/queues.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

struct told {
  harness::verdict verdict;
  std::ptrdiff_t pending_puts;
  std::ptrdiff_t pending_takes;
};

// Until every thread is through, or has taken so many steps.
template <typename Subject>
told rounds_of(double capacity, int threads, int most_steps = 1000) {
  constexpr int rounds = 20;
  typename history_handover::run<Subject> run(
      conditions_of({{"capacity", capacity}, {"rounds", rounds}}, threads));
  tests::run_together(threads, [&](int index) {
    harness::worker self(index, threads, 1);
    // Some are stopped earlier.
    for (int i = 0; i < most_steps - index && !run.is_through(self); ++i) run.step(self);
  });
  run.settle();
  const auto pending = [all = run.recorded().operations()](history::call what) {
    return std::count_if(all.begin(), all.end(), [what](const history::operation& one) {
      return one.what == what && one.is_pending();
    });
  };
  return {run.verify({}), pending(history::call::put), pending(history::call::take)};
}

template <typename Subject>
class recorded_handover : public ::testing::Test {};
using recorded_handovers =
    ::testing::Types<subjects::channel_queue, subjects::condition_queue>;
TYPED_TEST_SUITE(recorded_handover, recorded_handovers);

TYPED_TEST(recorded_handover, CH_3_CH_31_has_an_order_that_explains_everything) {
  for (const double capacity : {0.0, 1.0, 4.0}) {
    for (const int threads : {1, 2, 4}) {
      for (const int most_steps : {5, 1000}) {
        const told found = rounds_of<TypeParam>(capacity, threads, most_steps);
        EXPECT_TRUE(found.verdict.passed) << found.verdict.message;
      }
    }
  }
}

// Six of twenty rounds are abandoned; in those that are closed, too, the last put may be refused.
TEST(history_handover, CH_31_some_puts_and_takes_stay_pending) {
  for (const double capacity : {0.0, 1.0}) {
    const told found = rounds_of<subjects::channel_queue>(capacity, 2);
    EXPECT_GE(found.pending_puts, 3);
    EXPECT_LE(found.pending_puts, 6);
    EXPECT_GE(found.pending_takes, 1);
    EXPECT_LE(found.pending_takes, 2);
  }
}

// Of the last of twenty queues, which a step closes, one take is answered when all is over.
struct answers_late : subjects::channel_queue {
  class queue : public subjects::channel_queue::queue {
    using base = subjects::channel_queue::queue;

   public:
    explicit queue(std::size_t capacity) : base(capacity), is_last_(++made % 20 == 0) {}
    std::optional<std::int64_t> take() {
      auto taken = base::take();
      if (taken || !is_last_ || is_held_.exchange(true)) return taken;
      for (int seen = closings_; seen < 2; seen = closings_) closings_.wait(seen);
      return taken;
    }
    void close() {
      base::close();
      ++closings_;
      closings_.notify_all();
    }

   private:
    static inline int made = 0;
    const bool is_last_;
    std::atomic<bool> is_held_{false};
    std::atomic<int> closings_{0};
  };
};

TEST(history_handover, CH_31_a_closing_that_was_there_is_told_however_late_it_is_noted) {
  const told found = rounds_of<answers_late>(1, 2);
  EXPECT_TRUE(found.verdict.passed) << found.verdict.message;
  EXPECT_LE(found.pending_takes, 2) << "what each begins at the end";
}

// Lets go of who puts before anybody takes.
TEST(history_handover, a_put_that_does_not_wait_to_be_met_is_told) {
  bool is_told = false;
  for (int i = 0; i < 100 && !is_told; ++i)
    is_told = !rounds_of<planted::no_bound>(0, 2).verdict.passed;
  EXPECT_TRUE(is_told);
}

// Says that a put was accepted when it has begun.
struct says_yes_at_once : subjects::channel_queue {
  struct queue : subjects::channel_queue::queue {
    using base = subjects::channel_queue::queue;
    using base::base;
    template <typename F>
    void begin_put(std::int64_t element, F f) {
      f(true);
      base::begin_put(element, [](bool /*accepted*/) {});
    }
  };
};

TEST(history_handover, a_pending_put_that_is_told_accepted_is_told) {
  EXPECT_FALSE(rounds_of<says_yes_at_once>(0, 1).verdict.passed);
}

// Forgets a put that nobody waits for, and says nothing: that may be. If it says yes, too, it may
// not.
struct forgets_the_begun : subjects::channel_queue {
  struct queue : subjects::channel_queue::queue {
    using base = subjects::channel_queue::queue;
    using base::base;
    template <typename F>
    void begin_put(std::int64_t /*element*/, F /*f*/) {}
  };
};

TEST(history_handover, a_pending_put_that_never_happens_is_explained) {
  const told found = rounds_of<forgets_the_begun>(0, 1);
  EXPECT_TRUE(found.verdict.passed) << found.verdict.message;
  EXPECT_EQ(found.pending_puts, 6);
}

// Says that it is closed when it is empty.
struct closed_when_empty {
  static constexpr bool may_have_no_room = true;
  static constexpr bool may_be_closed_by_others = true;
  struct queue : subjects::condition_queue::queue {
    using base = subjects::condition_queue::queue;
    using base::base;
    std::optional<std::int64_t> take() {
      if (!is_first_) return base::take();
      is_first_ = false;
      return std::nullopt;
    }
    bool is_first_ = true;
  };
};

TEST(history_handover, a_take_that_is_told_closed_before_the_closing_is_told) {
  EXPECT_FALSE(rounds_of<closed_when_empty>(4, 1).verdict.passed);
}

}  // namespace
}  // namespace tussle::workloads
