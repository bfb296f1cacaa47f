// What an agent does when another thread steps in where no user code runs. Built in modes with
// schedule points only.
#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "primitives/agent/agent.h"
#include "primitives/sync/mode.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

static_assert(sync::has_schedule_points);

using tests::freeze_at;
using tests::stage;

int plus_one(int n) { return n + 1; }
int fail(int /*n*/) { throw 1; }

class agent_schedule : public ::testing::Test {
 public:
  stage s;
  agent<int> a{0, {.on = &s.home()}};
};

TEST_F(agent_schedule,
       AGT_4_a_send_that_comes_just_before_the_agent_falls_idle_is_not_lost) {
  a.send(plus_one);
  freeze_at freeze("agent.before_idle");
  std::thread pool([&] { s.run_all(); });

  freeze.wait_until_reached();
  a.send(plus_one);
  EXPECT_EQ(s.waiting(), 0U) << "it has not fallen idle yet";
  freeze.let_go();
  pool.join();

  EXPECT_EQ(*a.load(), 2);
}

TEST_F(agent_schedule, AGT_12_a_send_that_was_accepted_as_the_agent_failed_waits_behind) {
  a.send(fail);
  freeze_at freeze("agent.send.before_push");
  std::thread sender([&] { a.send(plus_one); });

  freeze.wait_until_reached();
  s.run_all();
  EXPECT_TRUE(a.error());
  freeze.let_go();
  sender.join();

  EXPECT_EQ(s.waiting(), 0U);
  a.restart(5);
  s.run_all();
  EXPECT_EQ(*a.load(), 6);
}

TEST_F(agent_schedule, AGT_7_the_state_is_visible_before_what_the_action_sent_is_queued) {
  agent<int> b(0, {.on = &s.home()});
  freeze_at freeze("agent.before_held_send");
  a.send([&](int) {
    b.send(plus_one);
    return 7;
  });
  std::thread pool([&] { s.run_all(); });

  freeze.wait_until_reached();
  EXPECT_EQ(*a.load(), 7);
  EXPECT_EQ(s.waiting(), 0U);
  freeze.let_go();
  pool.join();

  EXPECT_EQ(*b.load(), 1);
}

TEST_F(agent_schedule,
       AGT_13_a_send_cannot_wake_an_agent_whose_action_is_about_to_fail_it) {
  a.send(fail);
  freeze_at freeze("agent.before_pop");
  std::thread pool([&] { s.run_all(); });

  freeze.wait_until_reached();
  EXPECT_FALSE(a.error())
      << "the handler's turn is over, the action is still at the head";
  a.send(plus_one);
  EXPECT_EQ(s.waiting(), 0U);
  freeze.let_go();
  pool.join();

  EXPECT_TRUE(a.error());
  EXPECT_EQ(*a.load(), 0);
}

TEST_F(agent_schedule, AGT_28_who_sent_behind_a_refused_action_is_not_forgotten) {
  manual_executor closed;
  closed.close();
  freeze_at freeze("agent.send.before_submit");
  bool refused = false;
  std::thread sender([&] {
    try {
      a.send_via(closed, plus_one);
    } catch (const executor_rejected_error&) {
      refused = true;
    }
  });

  freeze.wait_until_reached();
  a.send(plus_one);              // behind it
  a.send_via(closed, plus_one);  // refused when its turn comes
  a.send(plus_one);
  freeze.let_go();
  sender.join();
  s.run_all();

  EXPECT_TRUE(refused);
  EXPECT_EQ(*a.load(), 2);
  EXPECT_EQ(s.uncaught.size(), 1U);
}

// Both pools: the waiting actions are of either, and the refused one is not.
TEST(agent, AGT_28_draining_runs_what_was_accepted_behind_a_send_that_comes_too_late) {
  for (const bool off : {false, true}) {
    int reported = 0;
    freeze_at freeze("agent.send.before_submit");
    runtime on({.at_end = shutdown_policy::drain,
                .uncaught = [&](const std::exception_ptr&) { ++reported; }});
    agent<int> a(0, {.on = &on});
    bool refused = false;
    std::thread sender([&] {
      try {
        a.send(plus_one);
      } catch (const executor_rejected_error&) {
        refused = true;
      }
    });

    freeze.wait_until_reached();
    for (int i = 0; i < 2 * detail::most_actions_a_turn; ++i) {
      if (off == (i % 2 == 0)) {
        a.send(plus_one);
      } else {
        a.send_off(plus_one);
      }
    }
    std::thread shutting([&] { on.shutdown(shutdown_policy::drain); });
    shutting.join();
    freeze.let_go();
    sender.join();
    while (*a.load() < 2 * detail::most_actions_a_turn) std::this_thread::yield();

    EXPECT_TRUE(refused);
    EXPECT_EQ(reported, 0);
  }
}

TEST_F(agent_schedule, AGT_29_the_handle_may_go_between_the_push_and_the_submission) {
  std::optional<agent<int>> handle(a);
  freeze_at freeze("agent.send.before_submit");
  std::thread sender([&] { handle->send(plus_one); });

  freeze.wait_until_reached();
  EXPECT_EQ(s.waiting(), 0U);
  freeze.let_go();
  sender.join();
  handle.reset();
  s.run_all();

  EXPECT_EQ(*a.load(), 1);
}

TEST_F(agent_schedule, AGT_18_of_two_restarts_at_once_one_is_told_that_it_came_too_late) {
  a.send(fail).send(plus_one);
  s.run_all();
  freeze_at freeze("agent.restart.before_store");
  std::thread first([&] { a.restart(10); });

  freeze.wait_until_reached();
  EXPECT_TRUE(a.error()) << "until the new state is there";
  EXPECT_THROW(a.restart(20), agent_not_failed_error);
  freeze.let_go();
  first.join();
  s.run_all();

  EXPECT_EQ(*a.load(), 11);
}

}  // namespace
}  // namespace tussle
