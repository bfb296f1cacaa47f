// Does what is ready run where those that it stands behind do not give way?
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/sync/hooks.h"
#include "primitives/task/errors.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/driver_stops_testing.h"
#include "primitives/testing/instances_testing.h"

namespace tussle {
namespace {

go_block<int> give_seven() { co_return 7; }
go_block<int> take_from(channel<int> in) {
  co_return (co_await in.async_take()).value_or(0);
}

// Go blocks that stand still, as long as they are not let go, and one that lets them go.
struct stuck_go_blocks : ::testing::Test {
  auto stands_still() {
    return [this]() -> go_block<> {
      stand_still();
      co_return;
    };
  }
  auto lets_all_go() {
    return [this]() -> go_block<> {
      over.store(true);
      co_return;
    };
  }
  // What lets it go stands behind it.
  auto stands_before_the_end(runtime& on) {
    return [this, &on]() -> go_block<> {
      go(on, lets_all_go());
      stand_still();
      co_return;
    };
  }
  // And behind another one, which stands behind it.
  auto two_stand_before_the_end(runtime& on) {
    return [this, &on]() -> go_block<> {
      go(on, stands_still());
      go(on, lets_all_go());
      begun.count_down();
      stand_still();
      co_return;
    };
  }
  void stand_still() {
    standing.fetch_add(1);
    while (!over.load()) std::this_thread::yield();
  }
  static void wait_for(const std::atomic<bool>& flag) {
    while (!flag.load()) std::this_thread::yield();
  }
  // When the first one has begun.
  void shut_down(runtime& on, shutdown_policy how) {
    begun.wait();
    on.shutdown(how);
    was_shut_down.store(true);
  }
  // When the first one has begun: another driver has come, run something, and watched; it is
  // held as its watch ends.
  void hold_who_has_watched(runtime& on, tests::driver_stops& stops) {
    begun.wait();
    stops.watchers.hold();
    const auto seven = go(on, give_seven);
    stops.watchers.let_go(1);  // who came to watch goes to work
    EXPECT_EQ(seven.take(), 7);
    stops.watchers.wait_until(2);  // and has watched again
  }
  static void let_go(tests::driver_stops& stops) {
    stops.watchers.hold_no_more();
    stops.watchers.let_go(1);
  }

  std::atomic<bool> over{false};
  std::atomic<bool> was_shut_down{false};
  std::atomic<int> standing{0};
  std::latch begun{1};
};

TEST_F(stuck_go_blocks, GO_1_what_stands_behind_one_runs) {
  runtime on;
  const auto stuck = go(on, stands_before_the_end(on));

  EXPECT_EQ(stuck.take(), std::nullopt);
}

// What is taken from behind the first is stuck, too.
TEST_F(stuck_go_blocks, GO_1_what_stands_behind_two_runs) {
  runtime on;
  const auto stuck = go(on, two_stand_before_the_end(on));

  EXPECT_EQ(stuck.take(), std::nullopt);
}

// So nobody ever has time to watch.
TEST_F(stuck_go_blocks, GO_1_what_stands_behind_one_runs_though_the_others_never_rest) {
  const std::size_t never_rest = 4 * usual_width();
  std::atomic<std::size_t> at_work{0};
  runtime on;
  for (std::size_t i = 0; i < never_rest; ++i) {
    go(
        on,
        [&](channel<int> c) -> go_block<> {
          for (int n = 0;; ++n) {
            co_await c.async_put(1);
            co_await c.async_take();
            if (n == 1000) ++at_work;
          }
        },
        channel<int>(on, fixed(1)));
  }
  while (at_work.load() < never_rest) std::this_thread::yield();
  const auto stuck = go(on, stands_before_the_end(on));

  EXPECT_EQ(stuck.take(), std::nullopt);
}

TEST_F(stuck_go_blocks, GO_1_a_drain_runs_what_stands_behind_two) {
  runtime on;
  const auto stuck = go(on, two_stand_before_the_end(on));
  shut_down(on, shutdown_policy::drain);

  EXPECT_EQ(stuck.take(), std::nullopt);
}

TEST_F(stuck_go_blocks, GO_1_a_drain_runs_what_they_start_after_it) {
  runtime on;
  const auto stuck = go(on, [&]() -> go_block<> {
    const int others = static_cast<int>(usual_width()) - 2;
    for (int i = 0; i < others; ++i) go(on, stands_still());
    while (standing.load() < others) std::this_thread::yield();
    begun.count_down();
    wait_for(was_shut_down);
    go(on, lets_all_go());
    stand_still();
    co_return;
  });
  shut_down(on, shutdown_policy::drain);

  EXPECT_EQ(stuck.take(), std::nullopt);
}

TEST_F(stuck_go_blocks, GO_1_a_drain_runs_what_one_waits_for) {
  runtime on;
  const auto stuck = go(on, [&]() -> go_block<int> {
    begun.count_down();
    wait_for(was_shut_down);
    co_return go(on, give_seven).take().value_or(0);
  });
  shut_down(on, shutdown_policy::drain);

  EXPECT_EQ(stuck.take(), 7);
}

// It has run before, or its frame goes and its result channel closes.
TEST_F(stuck_go_blocks, GO_8_a_discard_destroys_what_one_waits_for) {
  const auto living = tests::counted_value::live();
  std::optional<std::int64_t> got = 1;
  {
    runtime on;
    go(on, [&]() -> go_block<> {
      const auto behind =
          go(on, [held = tests::counted_value(7)]() -> go_block<std::int64_t> {
            co_return held.number();
          });
      begun.count_down();
      got = behind.take();
      co_return;
    });
    shut_down(on, shutdown_policy::discard);
  }
  EXPECT_EQ(got.value_or(7), 7);
  EXPECT_EQ(tests::counted_value::live(), living);
}

// The same of one that it has woken, after that.
TEST_F(stuck_go_blocks, GO_8_a_discard_destroys_what_one_has_woken) {
  {
    runtime on;
    const channel<int> c(on);
    const auto woken = go(on, take_from, c);
    go(on, [this, c, woken]() -> go_block<> {
      begun.count_down();
      wait_for(was_shut_down);
      // If it was parked. Otherwise it was ready, and is gone.
      while (c.try_put(7) != put_status::accepted && !woken.is_closed())
        std::this_thread::yield();
      static_cast<void>(woken.take());
      co_return;
    });
    shut_down(on, shutdown_policy::discard);
  }
  SUCCEED() << "the runtime has ended";
}

// The same of one that another thread wakes.
TEST_F(stuck_go_blocks, GO_8_a_discard_destroys_what_others_wake) {
  {
    runtime on;
    const channel<int> c(on);
    const auto woken = go(on, take_from, c);
    go(on, [this, woken]() -> go_block<> {
      begun.count_down();
      static_cast<void>(woken.take());
      co_return;
    });
    shut_down(on, shutdown_policy::discard);
    c.close();
  }
  SUCCEED() << "the runtime has ended";
}

TEST_F(stuck_go_blocks, GO_1_nothing_is_started_from_elsewhere_after_a_discard) {
  runtime on;
  go(on, [&]() -> go_block<> {
    begun.count_down();
    stand_still();
    co_return;
  });
  shut_down(on, shutdown_policy::discard);

  EXPECT_THROW(go(on, give_seven), executor_rejected_error);
  over.store(true);
}

// A frame that goes owns the runtime of the next one that is woken.
TEST_F(stuck_go_blocks, GO_8_a_runtime_ends_in_a_frame_between_two_that_are_woken) {
  const channel<int> c;
  std::atomic<int> about_to_park{0};
  runtime on;
  auto owned = std::make_unique<runtime>();
  runtime& other = *owned;
  go(
      on,
      [&](channel_view<int> at, std::unique_ptr<runtime> /*owned*/) -> go_block<> {
        ++about_to_park;
        co_await at.async_take();
      },
      c.view(), std::move(owned));
  while (about_to_park.load() < 1) std::this_thread::yield();
  go(
      other,
      [&](channel_view<int> at) -> go_block<> {
        ++about_to_park;
        co_await at.async_take();
      },
      c.view());
  while (about_to_park.load() < 2) std::this_thread::yield();
  std::atomic<bool> was_closed{false};
  go(on, [&]() -> go_block<> {
    begun.count_down();
    wait_for(was_shut_down);
    c.close();
    was_closed.store(true);
    co_return;
  });
  shut_down(on, shutdown_policy::discard);
  wait_for(was_closed);
}

TEST_F(stuck_go_blocks, GO_8_one_starts_nothing_after_a_discard) {
  bool was_refused = false;
  {
    runtime on;
    go(on, [&]() -> go_block<> {
      begun.count_down();
      wait_for(was_shut_down);
      try {
        go(on, give_seven);
      } catch (const executor_rejected_error&) {
        was_refused = true;
      }
      co_return;
    });
    shut_down(on, shutdown_policy::discard);
  }
  EXPECT_TRUE(was_refused);
}

// It was made ready as the watch ended, with nothing that runs anywhere.
TEST_F(stuck_go_blocks,
       GO_8_a_discard_destroys_what_stands_behind_one_as_the_watch_ends) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "needs schedule points";
  tests::driver_stops stops;
  std::atomic<bool> may_start{false};
  std::latch has_started(1);
  std::optional<int> got = 1;
  {
    runtime on;
    go(on, [&]() -> go_block<> {
      begun.count_down();
      wait_for(may_start);
      const auto behind = go(on, give_seven);
      has_started.count_down();
      got = behind.take();
      co_return;
    });
    hold_who_has_watched(on, stops);
    may_start.store(true);
    has_started.wait();
    on.shutdown(shutdown_policy::discard);
    let_go(stops);
  }
  EXPECT_EQ(got, std::nullopt);
}

// Nobody works, and the only one who watches has seen nothing.
TEST_F(stuck_go_blocks, GO_1_what_comes_as_the_watch_ends_runs) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "needs schedule points";
  tests::driver_stops stops;
  runtime on;
  go(on, [&]() -> go_block<> {
    begun.count_down();
    stand_still();
    co_return;
  });
  hold_who_has_watched(on, stops);
  over.store(true);
  stops.idle.wait_until(1);

  const auto late = go(on, give_seven);
  let_go(stops);

  EXPECT_EQ(late.take(), 7);
}

}  // namespace
}  // namespace tussle
