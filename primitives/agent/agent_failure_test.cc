// Actions that fail, and what becomes of their agent (AGT-12 ... AGT-21, AGT-30).
#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/stage_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::counted_value;
using tests::stage;

int plus_one(int n) { return n + 1; }

// An action that fails with an exception that carries `number`.
auto failing_with(int number) {
  return [number](int n) {
    if (number >= 0) throw number;
    return n;
  };
}

// The number that an exception carries; -1 for others, -2 for none.
int number_of(const std::exception_ptr& error) {
  if (!error) return -2;
  try {
    std::rethrow_exception(error);
  } catch (int number) {
    return number;
  } catch (...) {
    return -1;
  }
}

// What `send` finds nested in the agent's refusal; -3 if it does not refuse.
template <typename Send>
int cause_of_refusal(const Send& send) {
  try {
    send();
  } catch (const agent_failed_error& refused) {
    return number_of(refused.nested_ptr());
  }
  return -3;
}

// An agent whose action threw 7.
class failed_agent : public ::testing::Test {
 public:
  void SetUp() override {
    a.send(failing_with(7));
    s.run_all();
  }

  stage s;
  agent<int> a{1, {.on = &s.home()}};
};

TEST_F(failed_agent, AGT_12_it_keeps_state_and_error_and_refuses_every_send) {
  manual_executor other;

  EXPECT_EQ(number_of(a.error()), 7);
  EXPECT_EQ(*a.load(), 1);
  EXPECT_EQ(cause_of_refusal([&] { a.send(plus_one); }), 7);
  EXPECT_EQ(cause_of_refusal([&] { a.send_off(plus_one); }), 7);
  EXPECT_EQ(cause_of_refusal([&] { a.send_via(other, plus_one); }), 7);

  a.restart(1);
  s.run_all();
  EXPECT_EQ(*a.load(), 1) << "nothing was queued";
}

TEST_F(failed_agent, AGT_12_the_check_is_made_when_send_is_called) {
  agent<int> other(0, {.on = &s.home()});
  int refused = 0;

  other.send([&](int n) {
    refused = cause_of_refusal([&] { a.send(plus_one); });
    return n;
  });
  s.run_all();

  EXPECT_EQ(refused, 7) << "at once, though the send would have been held";
}

TEST(agent, AGT_12_a_held_send_to_an_agent_that_fails_later_waits_behind_the_failure) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  b.send_off(failing_with(1));

  a.send([&](int n) {
    b.send(plus_one);
    s.blocking.run_one();  // b fails
    return n;
  });
  s.run_all();

  EXPECT_TRUE(b.error());
  EXPECT_FALSE(a.error());
  b.restart(10);
  s.run_all();
  EXPECT_EQ(*b.load(), 11);
}

TEST(agent, AGT_13_what_waits_behind_a_failure_does_not_run_until_the_restart) {
  stage s;
  int failures = 0;
  agent<int> a(0, {.on = &s.home()});
  a.send([&](int n) {
    ++failures;
    return failures > 0 ? throw 1 : n;
  });
  a.send(plus_one).send_off(plus_one);

  s.run_all();
  EXPECT_EQ(*a.load(), 0);

  a.restart(10);
  s.run_all();
  EXPECT_EQ(*a.load(), 12);
  EXPECT_EQ(failures, 1);
}

TEST(agent, AGT_14_in_mode_go_on_only_the_failing_action_is_lost) {
  stage s;
  std::vector<std::pair<any_agent, int>> handled;
  agent<int> a(0, {.error_handler =
                       [&](const agent<int>& failed, const std::exception_ptr& error) {
                         handled.emplace_back(failed, number_of(error));
                       },
                   .on = &s.home()});

  a.send(plus_one).send(failing_with(5)).send(plus_one);
  s.run_all();

  EXPECT_EQ(*a.load(), 2);
  EXPECT_FALSE(a.error());
  ASSERT_EQ(handled.size(), 1U);
  EXPECT_TRUE(handled[0].first == a);
  EXPECT_EQ(handled[0].second, 5);
}

TEST(agent, AGT_14_without_a_handler_mode_go_on_hides_the_error) {
  stage s;
  int runs = 0;
  agent<int> a(0, {.error_mode = error_mode::go_on, .on = &s.home()});

  a.send([&runs](int) -> int {
    ++runs;
    throw 5;
  });
  a.send(plus_one);
  s.run_all();

  EXPECT_EQ(runs, 1);
  EXPECT_EQ(*a.load(), 1);
  EXPECT_FALSE(a.error());
  EXPECT_TRUE(s.uncaught.empty());
}

TEST(agent, AGT_15_the_handler_runs_in_both_modes_before_the_agent_counts_as_failed) {
  for (const error_mode mode : {error_mode::fail, error_mode::go_on}) {
    stage s;
    int calls = 0;
    agent<int> a(0, {.error_handler =
                         [&](const agent<int>& failed, auto&) {
                           ++calls;
                           EXPECT_FALSE(failed.error());
                           failed.send(plus_one);  // behind the failing action
                           EXPECT_EQ(s.waiting(), 0U) << "which is still at its head";
                           throw std::runtime_error("swallowed");
                         },
                     .error_mode = mode,
                     .on = &s.home()});

    a.send(failing_with(3));
    s.run_all();

    EXPECT_EQ(calls, 1);
    EXPECT_EQ(number_of(a.error()), mode == error_mode::fail ? 3 : -2);
    EXPECT_EQ(*a.load(), mode == error_mode::fail ? 0 : 1);
  }
}

TEST(agent, AGT_15_handler_and_mode_can_be_set_later_also_by_the_handler) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  EXPECT_FALSE(a.error_handler());
  a.set_error_handler(
      [](const agent<int>& failed, auto&) { failed.set_error_mode(error_mode::go_on); });
  EXPECT_TRUE(a.error_handler());
  EXPECT_EQ(a.error_mode(), error_mode::fail);

  a.send(failing_with(3));
  s.run_all();
  EXPECT_FALSE(a.error()) << "the mode that counts is the one after the handler";

  a.set_error_handler(nullptr);
  a.set_error_mode(error_mode::fail);
  a.send(failing_with(4));
  s.run_all();
  EXPECT_EQ(number_of(a.error()), 4);
  a.set_error_mode(error_mode::go_on);
  EXPECT_EQ(number_of(a.error()), 4) << "a mode does not heal";
}

TEST(agent, AGT_16_a_rejected_value_is_an_error_of_the_action) {
  stage s;
  int heard = 0;
  agent<int> a(1, {.validator = [](int n) { return n < 5; }, .on = &s.home()});
  a.add_watch("w", [&](auto&...) { ++heard; });

  a.send([](int) { return 5; });
  s.run_all();

  EXPECT_EQ(*a.load(), 1);
  EXPECT_EQ(heard, 0);
  EXPECT_THROW(std::rethrow_exception(a.error()), invalid_state_error);
}

TEST(agent, AGT_17_a_throwing_watch_is_an_error_with_the_state_changed_already) {
  stage s;
  agent<int> b(0, {.on = &s.home()});
  agent<int> a(1, {.on = &s.home()});
  a.add_watch("w", [](auto&...) { throw 9; });

  a.send([&](int n) {
    b.send(plus_one);
    return n + 1;
  });
  a.send(plus_one);
  s.run_all();

  EXPECT_EQ(*a.load(), 2);
  EXPECT_EQ(number_of(a.error()), 9);
  EXPECT_EQ(*b.load(), 0) << "held sends are lost";
}

TEST(agent, AGT_18_a_healthy_agent_is_not_restarted) {
  stage s;
  agent<int> a(1, {.validator = [](int n) { return n < 5; }, .on = &s.home()});

  EXPECT_THROW(a.restart(2), agent_not_failed_error);
  EXPECT_THROW(a.restart(9, restart_queue::clear), agent_not_failed_error);

  EXPECT_EQ(*a.load(), 1);
}

TEST_F(failed_agent, AGT_18_a_restart_calls_no_watch) {
  int heard = 0;
  a.add_watch("w", [&](auto&...) { ++heard; });

  EXPECT_EQ(*a.restart(4), 4);

  EXPECT_EQ(heard, 0);
  EXPECT_THROW(a.restart(5), agent_not_failed_error) << "once";
}

TEST(agent, AGT_19_a_keeping_restart_runs_what_waits_in_order_on_the_new_state) {
  stage s;
  std::vector<int> seen;
  const auto look = [&](int n, int tag) {
    seen.push_back(n * 10 + tag);
    return n + 1;
  };
  agent<int> a(0, {.on = &s.home()});
  a.send(failing_with(1)).send(look, 1).send_off(look, 2).send(look, 3);
  s.run_all();

  a.restart(5, restart_queue::keep);
  EXPECT_EQ(*a.load(), 5);
  EXPECT_FALSE(a.error());
  s.run_all();

  EXPECT_EQ(seen, (std::vector<int>{51, 62, 73}));
}

TEST(agent, AGT_19_what_waits_may_fail_the_agent_again) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  a.send(failing_with(1)).send(failing_with(2)).send(plus_one);
  s.run_all();

  a.restart(0);
  s.run_all();
  EXPECT_EQ(number_of(a.error()), 2);

  a.restart(0);
  s.run_all();
  EXPECT_EQ(*a.load(), 1);
}

TEST(agent, AGT_20_a_clearing_restart_drops_what_waits) {
  stage s;
  const std::int64_t live = counted_value::live();
  int ran = 0;
  const auto holding = [&](int n, const counted_value&) {
    ++ran;
    return n;
  };
  agent<int> a(0, {.on = &s.home()});
  // The first action's end takes the others out of the queue, and the failing one adds one to
  // it: both must be dropped.
  a.send(plus_one).send([&](int n) {
    tests::on_another_thread([&] { a.send(holding, counted_value(3)); });
    return n == 1 ? throw 1 : n;
  });
  a.send(holding, counted_value(1)).send_off(holding, counted_value(2));
  s.run_all();
  EXPECT_EQ(counted_value::live(), live + 3);

  a.restart(5, restart_queue::clear);
  EXPECT_EQ(counted_value::live(), live);
  a.send(plus_one);
  s.run_all();

  EXPECT_EQ(ran, 0);
  EXPECT_EQ(*a.load(), 6);
}

TEST(agent, AGT_20_a_clearing_restart_also_drops_what_came_during_the_failure) {
  stage s;
  agent<int> a(
      0, {.error_handler = [](const agent<int>& failed, auto&) { failed.send(plus_one); },
          .error_mode = error_mode::fail,
          .on = &s.home()});
  a.send(failing_with(1));
  s.run_all();

  a.restart(5, restart_queue::clear);
  s.run_all();

  EXPECT_EQ(*a.load(), 5);
  EXPECT_EQ(s.waiting(), 0U);
}

TEST(agent, AGT_21_a_restart_with_a_rejected_value_leaves_the_agent_failed) {
  stage s;
  agent<int> a(1, {.validator = [](int n) { return n < 5; }, .on = &s.home()});
  a.send(failing_with(7)).send(plus_one);
  s.run_all();

  EXPECT_THROW(a.restart(5, restart_queue::clear), invalid_state_error);

  EXPECT_EQ(number_of(a.error()), 7);
  EXPECT_EQ(*a.load(), 1);
  a.restart(2);
  s.run_all();
  EXPECT_EQ(*a.load(), 3) << "the queue was left alone";
}

TEST(agent, AGT_30_an_exception_of_any_type_is_kept) {
  struct odd {
    int number;
  };
  stage s;
  agent<int> a(0, {.on = &s.home()});

  a.send([](int n) { return n == 0 ? throw odd{8} : n; });
  s.run_all();

  try {
    std::rethrow_exception(a.error());
    FAIL() << "there is no error";
  } catch (const odd& thrown) {
    EXPECT_EQ(thrown.number, 8);
  }
}

}  // namespace
}  // namespace tussle
