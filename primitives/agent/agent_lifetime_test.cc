// When agents, actions and what they hold die (AGT-29), what an agent costs, and what happens
// when an executor takes nothing (AGT-28, DEV-11).
#include <gtest/gtest.h>
#include <malloc.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/reclaim/retired.h"
#include "primitives/sync/mode.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::counted_value;
using tests::stage;
using namespace std::chrono_literals;

int plus_one(int n) { return n + 1; }
int fail(int /*n*/) { throw 1; }
int with_value(int n, const counted_value& v) { return n + static_cast<int>(v.number()); }

template <typename Error>
bool is(const std::exception_ptr& error) {
  try {
    if (error) std::rethrow_exception(error);
  } catch (const Error&) {
    return true;
  } catch (...) {
    return false;
  }
  return false;
}

TEST(agent, AGT_29_actions_run_when_every_handle_was_dropped) {
  stage s;
  int seen = 0;
  {
    agent<int> a(1, {.on = &s.home()});
    a.send(plus_one).send_off(plus_one).send([&](int n) { return seen = n; });
  }

  s.run_all();

  EXPECT_EQ(seen, 3);
}

TEST(agent, AGT_29_the_last_handle_may_be_dropped_by_its_own_action) {
  stage s;
  std::optional<agent<int>> a(std::in_place, 1, agent_options<int>{.on = &s.home()});
  int after = 0;

  a->send([&](int n) {
    a.reset();
    return n;
  });
  a->send([&](int n) { return after = n + 1; });
  s.run_all();

  EXPECT_EQ(after, 2);
}

TEST(agent, AGT_29_an_action_may_hold_the_only_handles_to_its_own_and_another_agent) {
  stage s;
  bool done = false;
  {
    agent<int> b(1, {.on = &s.home()});
    agent<int> a(1, {.on = &s.home()});
    a.send([a, b, &done](int n) {
      b.send([b, &done](int m) {
        done = true;
        return m;
      });
      return n;
    });
  }

  s.run_all();

  EXPECT_TRUE(done);
}

TEST(agent, AGT_29_an_action_is_destroyed_before_the_next_one_runs) {
  stage s;
  const std::int64_t live = counted_value::live();
  std::int64_t seen = -1;
  agent<int> a(0, {.on = &s.home()});
  a.send(with_value, counted_value(1));
  EXPECT_EQ(counted_value::live(), live + 1);

  a.send([&](int n) {
    seen = counted_value::live();
    return n;
  });
  s.run_all();

  EXPECT_EQ(seen, live);
}

TEST(agent, AGT_29_a_failed_agent_dies_with_its_last_handle_and_takes_its_queue_along) {
  stage s;
  const std::int64_t live = counted_value::live();
  {
    agent<int> a(0, {.on = &s.home()});
    a.send(fail);
    for (int i = 0; i < 100'000; ++i) a.send(with_value, counted_value(1));
    s.run_all();
    EXPECT_EQ(counted_value::live(), live + 100'000);
  }

  EXPECT_EQ(counted_value::live(), live);
}

TEST(agent, AGT_29_a_value_dies_with_its_agent) {
  stage s;
  const std::int64_t live = counted_value::live();
  {
    agent<counted_value> a(counted_value(1), {.on = &s.home()});
    a.send([](const counted_value& v) { return counted_value(v.number() + 1); });
    s.run_all();
  }
  reclaim::clean_up();

  EXPECT_EQ(counted_value::live(), live);
}

TEST(agent, AGT_22_an_await_that_timed_out_leaves_nothing_that_dangles) {
  stage s;
  {
    agent<int> a(0, {.on = &s.home()});
    EXPECT_FALSE(await_for(0ms, a));
  }

  s.run_all();  // the action of await, on an agent whose handles are gone
}

// Of the heap, all that an agent needs while nothing is sent to it.
std::size_t heap_in_use() {
  const auto now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

TEST(agent, a_million_of_them_fit_and_work) {
  if (sync::has_schedule_points) GTEST_SKIP() << "sanitizers need many times the memory";
  constexpr std::size_t million = 1'000'000;
  runtime on;
  std::vector<agent<int>> all;
  all.reserve(million);
  const std::size_t before = heap_in_use();
  for (std::size_t i = 0; i < million; ++i)
    all.emplace_back(0, agent_options<int>{.on = &on});
  EXPECT_LE(heap_in_use() - before, 256 * million);

  for (const agent<int>& each : all) each.send(plus_one).send_off(plus_one);
  await(std::vector<any_agent>(all.begin(), all.end()));
  std::int64_t sum = 0;
  for (const agent<int>& each : all) sum += *each.load();
  EXPECT_EQ(sum, std::int64_t{2} * million);
}

TEST(agent, an_idle_agent_takes_no_more_than_256_bytes) {
  EXPECT_LE(agent<int>::footprint(), 256U);
  EXPECT_LE(agent<std::string>::footprint(), 256U);
}

// Every bit of `s` refuses work from here on.
void close(stage& s) {
  s.compute.close();
  s.blocking.close();
}

TEST(agent, AGT_28_a_send_to_an_executor_that_was_shut_down_throws_and_queues_nothing) {
  stage s;
  const std::int64_t live = counted_value::live();
  agent<int> a(0, {.on = &s.home()});
  close(s);

  EXPECT_THROW(a.send(with_value, counted_value(1)), executor_rejected_error);
  EXPECT_THROW(a.send_off(plus_one), executor_rejected_error);
  EXPECT_THROW(await(a), executor_rejected_error);

  EXPECT_EQ(counted_value::live(), live);
  EXPECT_FALSE(a.error());
  manual_executor open;
  a.send_via(open, plus_one);
  open.run_one();
  EXPECT_EQ(*a.load(), 1) << "the agent works on, and the refused action is not in line";
}

TEST(agent, AGT_28_a_held_send_that_is_refused_goes_to_the_error_handler) {
  stage s;
  std::exception_ptr handled;
  any_agent whose;
  agent<int> b(0, {.error_handler =
                       [&](const agent<int>& refused, const std::exception_ptr& error) {
                         handled = error;
                         whose = refused;
                         EXPECT_TRUE(current_agent() == refused);
                         EXPECT_THROW(refused.send(plus_one), executor_rejected_error);
                       },
                   .on = &s.home()});
  agent<int> a(0, {.on = &s.home()});

  a.send([&](int n) {
    b.send(plus_one);
    close(s);
    return n + 1;
  });
  s.run_all();

  EXPECT_TRUE(is<executor_rejected_error>(handled));
  EXPECT_TRUE(whose == b);
  EXPECT_FALSE(b.error()) << "nothing of b failed";
  EXPECT_EQ(*a.load(), 1);
  EXPECT_TRUE(s.uncaught.empty());
}

TEST(agent, AGT_28_or_else_to_the_runtime) {
  stage s;
  agent<int> b(0, {.on = &s.home()});
  agent<int> a(0, {.on = &s.home()});

  a.send([&](int n) {
    b.send(plus_one);
    close(s);
    return n + 1;
  });
  s.run_all();

  ASSERT_EQ(s.uncaught.size(), 1U);
  EXPECT_TRUE(is<executor_rejected_error>(s.uncaught[0]));
}

TEST(agent, AGT_28_what_no_executor_takes_when_its_turn_comes_is_dropped_and_reported) {
  stage s;
  const std::int64_t live = counted_value::live();
  manual_executor closed;
  agent<int> a(0, {.on = &s.home()});
  a.send(plus_one).send_via(closed, with_value, counted_value(10));
  a.send_via(closed, with_value, counted_value(20)).send(plus_one);
  closed.close();

  s.run_all();

  EXPECT_EQ(*a.load(), 2) << "what other executors take goes on";
  EXPECT_EQ(s.uncaught.size(), 2U);
  EXPECT_EQ(counted_value::live(), live);
}

TEST(agent, AGT_28_an_executor_that_discards_takes_its_actions_along_in_silence) {
  stage s;
  const std::int64_t live = counted_value::live();
  manual_executor room;
  agent<int> a(0, {.on = &s.home()});
  a.send_via(room, with_value, counted_value(10));
  a.send_via(room, with_value, counted_value(20)).send(plus_one);

  room.close();
  room.discard_all();
  s.run_all();

  EXPECT_EQ(*a.load(), 1) << "the action of another executor ran";
  EXPECT_TRUE(s.uncaught.empty());
  EXPECT_EQ(counted_value::live(), live);
}

TEST(agent, AGT_28_a_handler_that_sends_again_after_a_refusal_ends_too) {
  stage s;
  manual_executor closed;
  int calls = 0;
  agent<int> a(0, {.error_handler =
                       [&](const agent<int>& refused, auto&) {
                         ++calls;
                         refused.send_via(closed, plus_one);
                       },
                   .on = &s.home()});
  a.send(plus_one).send_via(closed, plus_one);
  closed.close();

  s.run_all();

  EXPECT_EQ(calls, 1);
  EXPECT_EQ(*a.load(), 1);
}

TEST(agent, AGT_28_a_restart_reports_what_is_refused) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  a.send(fail).send(plus_one);
  s.run_all();
  close(s);

  a.restart(5);

  EXPECT_FALSE(a.error());
  EXPECT_EQ(s.uncaught.size(), 1U);
  EXPECT_EQ(*a.load(), 5);
}

}  // namespace
}  // namespace tussle
