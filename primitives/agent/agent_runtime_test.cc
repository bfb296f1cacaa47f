// Agents on the pools of a runtime: how many run at once (AGT-27), and how it ends (AGT-28).
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/sync/mode.h"
#include "primitives/task/future.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::counted_value;
using namespace std::chrono_literals;

int plus_one(int n) { return n + 1; }

// In a process of its own: the threads of the default runtime never end.
TEST(agent_death_test, AGT_1_agents_need_no_runtime_of_their_own) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto serves = [] {
    agent<int> a(0);
    a.send(plus_one).send_off(plus_one);
    await(a);
    std::_Exit(*a.load() == 2 ? 0 : 1);
  };

  EXPECT_EXIT(serves(), testing::ExitedWithCode(0), "");
}

TEST(agent, AGT_2_and_AGT_4_actions_of_both_pools_take_turns_and_each_runs_once) {
  runtime on;
  agent<int> a(0, {.on = &on});
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  constexpr int senders = 3;
  constexpr int sends = tests::rounds / 10;

  tests::run_together(senders, [&](int) {
    for (int i = 0; i < sends; ++i) {
      const auto action = [&](int n) {
        most = std::max(most.load(), ++inside);
        --inside;
        return n + 1;
      };
      if (i % 2 == 0) {
        a.send(action);
      } else {
        a.send_off(action);
      }
    }
  });
  await(a);

  EXPECT_EQ(most.load(), 1);
  EXPECT_EQ(*a.load(), senders * sends);
}

std::vector<agent<int>> some_agents(runtime& on, std::size_t count) {
  std::vector<agent<int>> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.emplace_back(0, agent_options<int>{.on = &on});
  }
  return all;
}

TEST(agent, AGT_27_any_number_of_send_off_actions_are_inside_at_once) {
  const std::size_t count = usual_width() + 5;
  runtime on;
  const auto agents = some_agents(on, count);
  std::latch all_inside(static_cast<std::ptrdiff_t>(count));

  for (const auto& a : agents) {
    a.send_off([&](int n) {
      all_inside.arrive_and_wait();  // stands still unless all come
      return n + 1;
    });
  }
  await(std::vector<any_agent>(agents.begin(), agents.end()));

  for (const auto& a : agents) EXPECT_EQ(*a.load(), 1);
}

TEST(agent, AGT_27_of_send_actions_no_more_than_cores_and_two_are_inside_at_once) {
  const std::size_t count = usual_width() + 5;
  // Without patience a pool has a thread come for each task as it is submitted.
  for (const auto patience : {thread_pool_options().patience, 0ns}) {
    runtime on({.blocking = {.patience = patience}});
    const auto agents = some_agents(on, count);
    std::atomic<std::size_t> inside{0};
    std::latch go_on(1);

    for (const auto& a : agents) {
      a.send([&](int n) {
        ++inside;
        go_on.wait();
        return n + 1;
      });
    }
    while (inside.load() < usual_width()) std::this_thread::yield();
    // Time to come in, for threads that should not be there.
    for (int i = 0; i < 100; ++i) future_call(on, [] {}).get();
    EXPECT_EQ(inside.load(), usual_width());

    go_on.count_down();
    await(std::vector<any_agent>(agents.begin(), agents.end()));
    EXPECT_EQ(inside.load(), count);
  }
}

// A runtime that is shut down while an agent's action runs and others wait behind it.
class shutdown_under_way : public ::testing::Test {
 public:
  static constexpr int waiting = 3 * detail::most_actions_a_turn;

  void shut_down(shutdown_policy policy) {
    std::latch running(1);
    std::latch go_on(1);
    a->send([&](int n) {
      running.count_down();
      go_on.wait();
      return n + 1;
    });
    for (int i = 0; i < waiting; ++i) {
      const auto action = [this](int n, const counted_value&) {
        ++ran;
        return n + 1;
      };
      if (i % 2 == 0) {
        a->send(action, counted_value(1));
      } else {
        a->send_off(action, counted_value(1));
      }
    }
    running.wait();
    on->shutdown(policy);
    EXPECT_THROW(a->send(plus_one), executor_rejected_error) << "though it is at work";
    EXPECT_THROW(a->send_off(plus_one), executor_rejected_error);
    EXPECT_THROW(await(*a), executor_rejected_error);
    go_on.count_down();
    on.reset();
  }

  const std::int64_t live = counted_value::live();
  std::atomic<int> uncaught{0};
  std::atomic<int> ran{0};
  std::unique_ptr<runtime> on = std::make_unique<runtime>(
      runtime_options{.uncaught = [this](const std::exception_ptr&) { ++uncaught; }});
  std::optional<agent<int>> a{std::in_place, 0, agent_options<int>{.on = on.get()}};
};

TEST_F(shutdown_under_way, AGT_28_draining_runs_what_waits_behind_the_running_action) {
  shut_down(shutdown_policy::drain);

  EXPECT_EQ(ran.load(), waiting);
  EXPECT_EQ(*a->load(), waiting + 1);
  EXPECT_EQ(uncaught.load(), 0);
  EXPECT_EQ(counted_value::live(), live);
}

TEST_F(shutdown_under_way, AGT_28_discarding_drops_it_in_silence) {
  shut_down(shutdown_policy::discard);

  EXPECT_EQ(ran.load(), 0);
  EXPECT_EQ(*a->load(), 1) << "the running action went on to its end";
  EXPECT_EQ(uncaught.load(), 0);
  EXPECT_EQ(counted_value::live(), live);
}

// One pool has dropped an action, and the other is still open, when the next one's turn comes.
TEST(agent, AGT_28_and_AGT_3_discarding_runs_nothing_behind_what_it_dropped) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  tests::freeze_at between("runtime.shutdown.between_pools");
  const std::int64_t live = counted_value::live();
  std::atomic<int> uncaught{0};
  runtime on({.uncaught = [&](const std::exception_ptr&) { ++uncaught; }});
  agent<int> a(0, {.on = &on});
  std::latch running(1);
  std::latch go_on(1);
  a.send([&](int n) {
    running.count_down();
    go_on.wait();
    return n + 1;
  });
  const auto add_ten = [](int n, const counted_value&) { return n + 10; };
  a.send(add_ten, counted_value(1)).send_off(add_ten, counted_value(1));
  running.wait();
  std::thread ending([&] { on.shutdown(shutdown_policy::discard); });
  between.wait_until_reached();
  go_on.count_down();
  while (counted_value::live() > live) std::this_thread::yield();
  between.let_go();
  ending.join();

  EXPECT_EQ(*a.load(), 1) << "the later action did not see what the dropped one would do";
  EXPECT_EQ(uncaught.load(), 0);
}

TEST(agent, AGT_28_draining_runs_what_waits_behind_a_failure_once_it_is_restarted) {
  runtime on({.at_end = shutdown_policy::drain});
  agent<int> a(0, {.on = &on});
  std::latch sent(1);
  a.send([&](int n) {
    sent.wait();
    return n == 0 ? throw 1 : n;
  });
  a.send(plus_one).send_off(plus_one);
  sent.count_down();
  while (!a.error()) std::this_thread::yield();
  on.shutdown(shutdown_policy::drain);

  a.restart(10);
  while (*a.load() < 12) std::this_thread::yield();
  EXPECT_THROW(a.send(plus_one), executor_rejected_error);
}

TEST(agent, AGT_28_a_draining_shutdown_during_traffic_runs_all_that_was_accepted) {
  constexpr int agents_count = 4;
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> reported{0};
    auto on = std::make_unique<runtime>(
        runtime_options{.uncaught = [&](const std::exception_ptr&) { ++reported; }});
    const auto agents = some_agents(*on, agents_count);
    std::atomic<int> accepted{0};
    tests::run_together(3, [&](int who) {
      if (who == 0) {
        while (accepted.load() < 50) std::this_thread::yield();
        on->shutdown(shutdown_policy::drain);
        return;
      }
      for (int i = 0;; ++i) {
        try {
          const auto& a = agents[static_cast<std::size_t>(i % agents_count)];
          if (i % 3 == 0) {
            a.send_off(plus_one);
          } else {
            a.send(plus_one);
          }
          accepted.fetch_add(1);
        } catch (const executor_rejected_error&) {
          return;
        }
      }
    });
    on.reset();

    int sum = 0;
    for (const auto& a : agents) sum += *a.load();
    EXPECT_EQ(sum, accepted.load());
    EXPECT_EQ(reported.load(), 0);
  }
}

}  // namespace
}  // namespace tussle
