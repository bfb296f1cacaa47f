// Waiting for agents (AGT-22 ... AGT-24).
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/sync/clock.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::running_stage;
using tests::stage;
using namespace std::chrono_literals;

int plus_one(int n) { return n + 1; }

template <typename Error>
bool is(const std::exception_ptr& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (const Error&) {
    return true;
  } catch (...) {
    return false;
  }
}

TEST(agent, AGT_22_await_covers_all_that_this_thread_sent_before) {
  stage s;
  const running_stage running(s, 2);
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});

  for (int i = 1; i <= 100; ++i) {
    a.send(plus_one).send_off(plus_one);
    b.send_off(plus_one);
    await(a, b);
    ASSERT_EQ(*a.load(), 2 * i);
    ASSERT_EQ(*b.load(), i);
  }
}

TEST(agent, AGT_22_await_covers_the_watches_of_what_was_sent_and_of_its_own_action) {
  stage s;
  const running_stage running(s);
  std::atomic<int> heard{0};
  agent<int> a(0, {.on = &s.home()});
  a.add_watch("w", [&](auto&...) { heard.fetch_add(1); });

  a.send(plus_one);
  await(a);

  EXPECT_EQ(heard.load(), 2) << "the action of await is one of its own";
}

TEST(agent, AGT_22_await_for_says_whether_all_was_done_in_time) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  a.send(plus_one);

  const auto begin = sync::clock::now();
  EXPECT_FALSE(await_for(3ms, a));
  EXPECT_GE(sync::clock::now() - begin, 3ms);
  EXPECT_FALSE(await_for(0ms, a));
  EXPECT_FALSE(await_for(-1h, a));

  s.run_all();  // the actions of those that left
  const running_stage running(s);
  EXPECT_TRUE(await_for(1h, a));
  EXPECT_TRUE(await_for(std::chrono::hours::max(), a));
  EXPECT_EQ(*a.load(), 1);
}

TEST(agent, AGT_22_several_agents_are_given_as_a_list_too) {
  stage s;
  std::vector<any_agent> all;
  std::vector<agent<int>> agents;
  for (int i = 0; i < 10; ++i) {
    agents.emplace_back(0, agent_options<int>{.on = &s.home()});
    all.emplace_back(agents.back());
    agents.back().send(plus_one);
  }
  EXPECT_FALSE(await_until(sync::clock::now(), all));

  const running_stage running(s);
  await(all);

  for (const auto& a : agents) EXPECT_EQ(*a.load(), 1);
}

TEST(agent, AGT_22_with_no_agents_there_is_nothing_to_wait_for) {
  await();
  EXPECT_TRUE(await_for(0ms));
  await(std::vector<any_agent>());
}

TEST(agent, AGT_22_every_one_of_several_is_waited_for) {
  stage s;
  manual_executor slow;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  b.send_via(slow, plus_one);
  const running_stage running(s);

  EXPECT_FALSE(await_for(3ms, a, b));
  EXPECT_FALSE(await_for(3ms, b, a));

  slow.run_one();
  EXPECT_TRUE(await_for(1h, a, b));
}

TEST(agent, AGT_23_await_inside_an_action_throws_and_fails_it) {
  stage s;
  agent<int> other(0, {.on = &s.home()});
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});

  a.send([&](int n) {
    await(other);
    return n;
  });
  b.send([&](int n) {
    await_for(1ms, other);
    return n;
  });
  s.run_all();

  EXPECT_TRUE(is<await_in_action_error>(a.error()));
  EXPECT_TRUE(is<await_in_action_error>(b.error()));
}

TEST(agent, AGT_23_so_it_does_in_a_watch_and_in_an_error_handler) {
  stage s;
  std::exception_ptr in_handler;
  agent<int> other(0, {.on = &s.home()});
  agent<int> a(0, {.error_handler =
                       [&](auto&, const std::exception_ptr& error) {
                         EXPECT_TRUE(is<await_in_action_error>(error));
                         try {
                           await(other);
                         } catch (...) {
                           in_handler = std::current_exception();
                         }
                       },
                   .on = &s.home()});
  a.add_watch("w", [&](auto&...) { await(other); });

  a.send(plus_one);
  s.run_all();

  EXPECT_TRUE(is<await_in_action_error>(in_handler));
}

TEST(agent, AGT_24_await_on_an_agent_that_is_failed_throws) {
  stage s;
  agent<int> healthy(0, {.on = &s.home()});
  agent<int> a(0, {.on = &s.home()});
  a.send([](int n) { return n == 0 ? throw 1 : n; });
  s.run_all();

  EXPECT_THROW(await(a), agent_failed_error);
  EXPECT_THROW(await_for(1ms, healthy, a), agent_failed_error);
  s.run_all();  // what the healthy one was sent: its waiter is gone
}

// An agent that fails while a thread waits for it, and for a probe that was sent its action
// after the agent was.
class failing_meanwhile : public ::testing::Test {
 public:
  void SetUp() override {
    a.send_via(room, [](int n) { return n == 0 ? throw 1 : n; });
  }

  void wait_on_another_thread(std::chrono::milliseconds length) {
    waiter = std::thread([this, length] { done = await_for(length, a, probe); });
    while (s.compute.pending() == 0) std::this_thread::yield();
    room.run_one();
    s.run_all();
  }

  stage s;
  manual_executor room;
  agent<int> a{0, {.on = &s.home()}};
  agent<int> probe{0, {.on = &s.home()}};
  std::thread waiter;
  bool done = false;
};

TEST_F(failing_meanwhile, AGT_24_await_for_returns_false) {
  done = true;

  wait_on_another_thread(20ms);
  waiter.join();

  EXPECT_TRUE(a.error());
  EXPECT_FALSE(done);
}

TEST_F(failing_meanwhile, AGT_24_a_restart_that_keeps_the_queue_lets_the_waiter_go) {
  wait_on_another_thread(1h);
  a.restart(1);
  s.run_all();
  waiter.join();

  EXPECT_TRUE(done);
}

TEST_F(failing_meanwhile, AGT_24_a_restart_that_clears_the_queue_does_not) {
  done = true;

  wait_on_another_thread(20ms);
  a.restart(1, restart_queue::clear);
  s.run_all();
  waiter.join();

  EXPECT_FALSE(done);
}

}  // namespace
}  // namespace tussle
