// Does a timer hand over what it is given, at its time, once, until it is told to stop?
#include "primitives/task/timer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <latch>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/reference/errors.h"
#include "primitives/sync/clock.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::counted_value;

constexpr std::chrono::hours later{1};

void wait_until_pending(const manual_executor& where, std::size_t count) {
  while (where.pending() < count) std::this_thread::yield();
}

TEST(timer, calls_once_and_not_before_the_time) {
  manual_executor runs;
  timer t(runs);
  const sync::time_point when = sync::clock::now() + std::chrono::milliseconds(5);
  int calls = 0;
  t.at(when, [&] { ++calls; });

  wait_until_pending(runs, 1);
  EXPECT_GE(sync::clock::now(), when);
  EXPECT_EQ(calls, 0) << "the executor has it, and nobody else calls it";
  EXPECT_EQ(runs.run_all(), 1U);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(t.waiting(), 0U);
}

TEST(timer, a_time_that_has_passed_is_now) {
  manual_executor runs;
  timer t(runs);
  t.at(sync::time_point::min(), [] {});

  wait_until_pending(runs, 1);  // or this test never ends
}

TEST(timer, what_comes_first_need_not_be_asked_for_first) {
  manual_executor runs;
  timer t(runs);
  std::vector<int> order;
  t.at(sync::clock::now() + later, [&] { order.push_back(2); });
  t.at(sync::clock::now(), [&] { order.push_back(1); });

  wait_until_pending(runs, 1);
  runs.run_all();
  EXPECT_EQ(order, (std::vector<int>{1}));
  EXPECT_EQ(t.waiting(), 1U);
}

// All for one time and all for different ones, in random order, while the thread looks on.
TEST(timer, calls_come_in_the_order_of_their_times_and_of_being_asked_for) {
  constexpr int calls = 200;
  std::mt19937 random(7);
  for (const int times : {1, 5, calls}) {
    manual_executor runs;
    timer t(runs);
    std::vector<std::pair<int, int>> expected;
    std::vector<std::pair<int, int>> order;
    // Late enough that none is due before all are asked for; else the order is another.
    const sync::time_point base = sync::clock::now() + std::chrono::milliseconds(200);
    for (int i = 0; i < calls; ++i) {
      const int at = static_cast<int>(random() % static_cast<unsigned>(times));
      expected.emplace_back(at, i);
      t.at(base + std::chrono::nanoseconds(at),
           [&order, at, i] { order.emplace_back(at, i); });
    }
    if (sync::clock::now() >= base) continue;
    std::sort(expected.begin(), expected.end());
    wait_until_pending(runs, calls);
    runs.run_all();

    EXPECT_EQ(order, expected);
  }
}

TEST(timer, what_is_cancelled_never_runs_and_is_destroyed_at_once) {
  manual_executor runs;
  timer t(runs);
  const std::int64_t live = counted_value::live();
  const timer::call first =
      t.at(sync::clock::now() + later, [held = counted_value(1)] {});
  EXPECT_EQ(counted_value::live(), live + 1);

  EXPECT_TRUE(first.cancel());
  EXPECT_EQ(counted_value::live(), live) << "though there is a handle";
  EXPECT_FALSE(first.cancel());
  EXPECT_EQ(t.waiting(), 0U);

  const timer::call due = t.at(sync::clock::now(), [] {});
  wait_until_pending(runs, 1);
  EXPECT_FALSE(due.cancel()) << "it is with the executor";
  EXPECT_EQ(runs.run_all(), 1U);
  EXPECT_FALSE(due.cancel());
}

// Each in turn out of the middle of a heap.
TEST(timer, any_of_many_may_be_cancelled) {
  constexpr int calls = 100;
  std::mt19937 random(11);
  manual_executor runs;
  timer t(runs);
  std::vector<timer::call> all;
  all.reserve(calls);
  for (int i = 0; i < calls; ++i) {
    all.push_back(
        t.at(sync::clock::now() + later + std::chrono::seconds(random() % 50), [] {}));
  }
  std::shuffle(all.begin(), all.end(), random);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_TRUE(all[i].cancel());
    EXPECT_EQ(t.waiting(), all.size() - i - 1);
  }
}

TEST(timer, a_shutdown_drops_what_is_not_due) {
  manual_executor runs;
  timer t(runs);
  const std::int64_t live = counted_value::live();
  const timer::call one = t.at(sync::clock::now() + later, [held = counted_value(1)] {});
  t.shutdown();

  EXPECT_EQ(counted_value::live(), live);
  EXPECT_FALSE(one.cancel());
  const auto late = [held = counted_value(2)] {};
  EXPECT_THROW(t.at(sync::clock::now(), late), executor_rejected_error);
  EXPECT_EQ(counted_value::live(), live + 1) << "this one's own";
  EXPECT_EQ(runs.pending(), 0U);
}

// Anything, and what comes after it still runs.
TEST(timer, what_a_call_throws_goes_to_the_hook) {
  std::vector<std::exception_ptr> told;
  const auto keep = std::make_shared<const timer::hook>([&](const std::exception_ptr& e) {
    told.push_back(e);
    throw 2;  // what it throws itself nobody can be told of
  });
  const std::int64_t live = counted_value::live();
  manual_executor runs;
  int ran = 0;
  timer t(runs, keep);
  t.at(sync::clock::now(), [held = counted_value(1)] { throw 1; });
  t.at(sync::clock::now(), [&] { ++ran; });
  while (runs.pending() < 2) std::this_thread::yield();
  EXPECT_EQ(runs.run_all(), 2U);

  ASSERT_EQ(told.size(), 1U);
  EXPECT_THROW(std::rethrow_exception(told[0]), int);
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(counted_value::live(), live);
}

TEST(timer, a_call_of_a_runtime_that_throws_is_told_its_uncaught_hook) {
  std::atomic<int> told{0};
  std::latch after(1);
  runtime on({.uncaught = [&](const std::exception_ptr&) { told.fetch_add(1); }});
  on.timer().at(sync::clock::now(), [] { throw 1; });
  on.timer().at(sync::clock::now() + std::chrono::microseconds(1),
                [&] { after.count_down(); });
  after.wait();
  while (told.load() == 0) std::this_thread::yield();

  EXPECT_EQ(told.load(), 1);
}

TEST(timer, says_when_the_executor_refuses) {
  manual_executor runs;
  runs.close();
  std::atomic<int> refused{0};
  timer t(runs, std::make_shared<const timer::hook>([&](const std::exception_ptr& error) {
            EXPECT_THROW(std::rethrow_exception(error), executor_rejected_error);
            ++refused;
          }));
  const std::int64_t live = counted_value::live();
  t.at(sync::clock::now(), [held = counted_value(1)] {});
  while (refused.load() == 0) std::this_thread::yield();

  EXPECT_EQ(counted_value::live(), live);
}

// What became of calls for now and a little later, half of which somebody tries to cancel.
class fates {
 public:
  // Until the runtime accepts no more.
  void ask(runtime& on) {
    for (int i = 0; i < 50; ++i) {
      try {
        const timer::call one =
            on.timer().at(sync::clock::now() + std::chrono::microseconds(i % 3 * 20),
                          [this, held = counted_value(1)] { ran.fetch_add(1); });
        asked.fetch_add(1);
        if (i % 2 == 0 && one.cancel()) cancelled.fetch_add(1);
      } catch (const executor_rejected_error&) {
        return;
      }
    }
  }

  std::atomic<int> asked{0};
  std::atomic<int> cancelled{0};
  std::atomic<int> ran{0};
};

TEST(timer, calls_that_meet_cancels_run_or_were_cancelled) {
  const std::int64_t live = counted_value::live();
  for (int round = 0; round < 10; ++round) {
    fates seen;
    {
      runtime on({.at_end = shutdown_policy::drain});
      tests::run_together(2, [&](int /*who*/) { seen.ask(on); });
      while (seen.ran.load() + seen.cancelled.load() < seen.asked.load())
        std::this_thread::yield();
    }
    EXPECT_EQ(seen.ran.load() + seen.cancelled.load(), seen.asked.load());
  }
  EXPECT_EQ(counted_value::live(), live);
}

TEST(timer, calls_that_meet_the_end_have_one_fate_at_most) {
  const std::int64_t live = counted_value::live();
  for (int round = 0; round < 10; ++round) {
    fates seen;
    {
      runtime on({.at_end = shutdown_policy::drain});
      tests::run_together(3, [&](int who) {
        if (who > 0) return seen.ask(on);
        while (seen.asked.load() < 20) std::this_thread::yield();
        on.shutdown(shutdown_policy::drain);
      });
    }
    EXPECT_LE(seen.ran.load() + seen.cancelled.load(), seen.asked.load());
  }
  EXPECT_EQ(counted_value::live(), live);
}

}  // namespace
}  // namespace tussle
