// Does a condition variable wake those who wait, and let waits end at their deadline?
#include "primitives/sync/condition_variable.h"

#include <gtest/gtest.h>

#include <chrono>

#include "primitives/testing/threads_testing.h"

namespace tussle::sync {
namespace {

// What the tests wait for.
struct gate {
  mutex m;
  condition_variable changed;
  int value ABSL_GUARDED_BY(m) = 0;

  void set(int next) {
    {
      const mutex_lock lock(m);
      value = next;
    }
    changed.notify_all();
  }
  void wait_for(int expected) {
    const mutex_lock lock(m);
    while (value != expected) changed.wait(m);
  }
};

TEST(condition_variable, a_waiter_goes_on_when_what_it_waits_for_is_announced) {
  gate ping;
  gate pong;

  tests::run_together(2, [&](int side) {
    for (int round = 1; round <= 100; ++round) {
      if (side == 0) {
        ping.set(round);
        pong.wait_for(round);
      } else {
        ping.wait_for(round);
        pong.set(round);
      }
    }
  });

  const mutex_lock lock(pong.m);
  EXPECT_EQ(pong.value, 100);
}

TEST(condition_variable, notify_one_wakes_one_of_several) {
  mutex m;
  condition_variable changed;
  int tickets = 0;
  int used = 0;

  tests::run_together(4, [&](int side) {
    if (side == 0) {
      for (int i = 0; i < 3; ++i) {
        {
          const mutex_lock lock(m);
          ++tickets;
        }
        changed.notify_one();
      }
      return;
    }
    const mutex_lock lock(m);
    while (tickets == 0) changed.wait(m);
    --tickets;
    ++used;
  });

  EXPECT_EQ(used, 3);
  EXPECT_EQ(tickets, 0);
}

TEST(condition_variable, a_deadline_that_has_passed_ends_the_wait_with_the_mutex_held) {
  mutex m;
  condition_variable changed;
  const mutex_lock lock(m);

  EXPECT_FALSE(changed.wait_until(m, clock::now()));
  EXPECT_FALSE(changed.wait_until(m, clock::now() - std::chrono::hours(1)));

  bool locked = true;
  tests::on_another_thread([&] { locked = m.try_lock(); });
  EXPECT_FALSE(locked);
}

TEST(condition_variable, a_notification_before_the_deadline_is_none) {
  gate g;

  tests::run_together(2, [&](int side) {
    if (side == 0) return g.set(1);
    const time_point deadline = clock::now() + std::chrono::hours(1);
    const mutex_lock lock(g.m);
    while (g.value != 1) EXPECT_TRUE(g.changed.wait_until(g.m, deadline));
  });
}

}  // namespace
}  // namespace tussle::sync
