// What go blocks and threads as processes do: results, errors, parking, turns, stack.
#include "primitives/channel/go.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "primitives/channel/alts.h"
#include "primitives/channel/spawn_thread.h"
#include "primitives/reference/errors.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::stage;

go_block<int> sum_of(channel<int> in) {
  int sum = 0;
  while (auto element = co_await in.async_take()) sum += *element;
  co_return sum;
}

TEST(go, GO_1_go_returns_before_the_body_has_ended_and_the_result_comes_once) {
  stage s;
  bool begun = false;

  const auto result = go(s.home(), [&]() -> go_block<int> {
    begun = true;
    co_return 3;
  });
  EXPECT_FALSE(begun);
  EXPECT_EQ(result.try_take().status, take_status::empty);

  s.run_all();
  EXPECT_TRUE(begun);
  EXPECT_EQ(result.take(), 3);
  EXPECT_EQ(result.take(), std::nullopt);
}

TEST(go, GO_1_a_process_parks_until_it_is_served) {
  stage s;
  const channel<int> numbers(s.home());
  const auto sum = go(s.home(), sum_of, numbers);
  s.run_all();
  EXPECT_EQ(numbers.try_put(1), put_status::accepted) << "it waits for one";
  EXPECT_EQ(numbers.try_put(2), put_status::would_wait) << "it was not resumed yet";
  s.run_all();
  EXPECT_EQ(numbers.try_put(3), put_status::accepted);
  s.run_all();
  numbers.close();
  s.run_all();

  EXPECT_EQ(sum.take(), 4);
}

TEST(go, GO_1_a_thread_process_gives_its_value_and_then_nothing) {
  runtime on;
  const auto result = spawn_thread(
      on, [] { return std::string("done"); }, workload::io);
  EXPECT_EQ(result.take(), "done");
  EXPECT_EQ(result.take(), std::nullopt);
}

TEST(go, GO_2_without_a_value_the_result_channel_closes) {
  stage s;
  const auto nothing = go(s.home(), []() -> go_block<> { co_return; });
  const auto null =
      go(s.home(), []() -> go_block<std::shared_ptr<int>> { co_return nullptr; });
  const auto thread = spawn_thread(s.home(), [] {});
  const auto null_thread = spawn_thread(s.home(), [] { return std::unique_ptr<int>(); });
  s.run_all();

  EXPECT_EQ(nothing.take(), std::nullopt);
  EXPECT_EQ(null.take(), std::nullopt);
  EXPECT_EQ(thread.take(), std::nullopt);
  EXPECT_EQ(null_thread.take(), std::nullopt);
}

TEST(go, GO_3_what_a_body_throws_goes_to_the_hook_once_and_the_result_closes) {
  stage s;
  const auto body = go(s.home(), []() -> go_block<int> {
    throw std::runtime_error("mine");
    co_return 1;
  });
  const auto thread = spawn_thread(s.home(), []() -> int { throw 7; });
  s.run_all();

  EXPECT_EQ(body.take(), std::nullopt);
  EXPECT_EQ(thread.take(), std::nullopt);
  ASSERT_EQ(s.uncaught.size(), 2U);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[0]), std::runtime_error);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[1]), int);
}

TEST(go, GO_3_what_an_operation_throws_can_be_caught_in_the_body) {
  stage s;
  using pointer = std::shared_ptr<int>;
  const channel<pointer> c(s.home(), fixed(1), xf::map([](pointer p) {
                             if (*p == 0) throw std::runtime_error("zero");
                             return p;
                           }),
                           [](const std::exception_ptr& e) -> std::optional<pointer> {
                             std::rethrow_exception(e);
                           });
  const auto body = go(
      s.home(),
      [](channel<pointer> to) -> go_block<int> {
        int caught = 0;
        try {
          co_await to.async_put(nullptr);
        } catch (const nil_value_error&) {
          ++caught;
        }
        try {
          auto zero = std::make_shared<int>(0);
          co_await to.async_put(std::move(zero));
        } catch (const std::runtime_error&) {
          ++caught;
        }
        co_return caught;
      },
      c);
  s.run_all();

  EXPECT_EQ(body.take(), 2);
}

TEST(go, GO_4_a_hundred_thousand_parked_processes_need_no_threads) {
  constexpr int many = 100'000;
  runtime on;
  const auto wait = [](channel<int> in) -> go_block<> { co_await in.async_take(); };
  // At most 1024 wait at one channel.
  std::vector<channel<int>> gates;
  gates.reserve(many / 1000);
  for (int i = 0; i < many / 1000; ++i) gates.emplace_back(on);
  std::vector<channel<std::monostate>> results;
  results.reserve(many);
  for (int i = 0; i < many; ++i)
    results.push_back(go(on, wait, gates[static_cast<std::size_t>(i / 1000)]));

  for (const auto& gate : gates)
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(gate.put(i));
  for (const auto& each : results) EXPECT_EQ(each.take(), std::nullopt);

  EXPECT_LE(static_cast<thread_pool&>(on.compute()).threads(), usual_width());
  EXPECT_EQ(static_cast<thread_pool&>(on.blocking()).threads(), 0U);
}

TEST(go, GO_4_more_blocked_threads_than_cores_all_make_progress) {
  runtime on;
  const int many = 4 * static_cast<int>(sync::usable_cores()) + 4;
  const channel<int> gate(on);
  std::atomic<int> waiting{0};
  std::vector<channel<int>> results;
  results.reserve(static_cast<std::size_t>(many));
  for (int i = 0; i < many; ++i)
    results.push_back(spawn_thread(on, [&] {
      waiting.fetch_add(1);
      return gate.take().value();
    }));
  while (waiting.load() < many) std::this_thread::yield();

  for (int i = 0; i < many; ++i) EXPECT_TRUE(gate.put(1));
  for (const auto& each : results) EXPECT_EQ(each.take(), 1);
}

go_block<int> sum_of_parts(runtime* home) {
  int sum = 0;
  std::vector<channel<int>> parts;
  for (int i = 1; i <= 10; ++i)
    parts.push_back(go(
        *home, [](int n) -> go_block<int> { co_return n; }, i));
  for (const auto& each : parts) sum += (co_await each.async_take()).value();
  co_return sum;
}

TEST(go, GO_5_all_that_a_body_starts_run_and_it_goes_on_with_their_results) {
  stage s;
  const auto outer = go(s.home(), sum_of_parts, &s.home());

  s.run_all();

  EXPECT_EQ(outer.try_take().value, 55);
}

TEST(go, GO_5_a_body_starts_others_and_takes_their_results) {
  runtime on;
  const auto outer = go(on, sum_of_parts, &on);

  EXPECT_EQ(outer.take(), 55);
}

TEST(go, GO_6_in_checked_mode_blocking_operations_of_a_body_throw) {
  runtime on({.checked = true});
  const channel<int> c(on, fixed(8));
  const auto refused = go(
      on,
      [](channel<int> at) -> go_block<int> {
        int count = 0;
        try {
          at.put(1);
        } catch (const blocking_in_go_error&) {
          ++count;
        }
        try {
          at.take();
        } catch (const blocking_in_go_error&) {
          ++count;
        }
        try {
          alts(put_to(at, 1));
        } catch (const blocking_in_go_error&) {
          ++count;
        }
        co_await at.async_put(2);
        EXPECT_EQ(at.try_take().value, 2) << "nothing else has happened";
        EXPECT_EQ(at.try_put(3), put_status::accepted);
        const auto r = co_await async_alts(take_from(at));
        EXPECT_EQ(std::get<0>(r.values), 3);
        co_return count;
      },
      c);

  EXPECT_EQ(refused.take(), 3);
  EXPECT_TRUE(c.put(1)) << "other threads may block";
  EXPECT_EQ(spawn_thread(on, [c] { return c.take().value(); }).take(), 1);
}

TEST(go, GO_6_unchecked_they_are_allowed) {
  runtime on;
  const channel<int> c(on, fixed(1));
  const auto body = go(
      on, [](channel<int> at) -> go_block<bool> { co_return at.put(1); }, c);
  EXPECT_EQ(body.take(), true);
}

// Passes the token on until it is used up; returns how often it saw it.
go_block<int> member(channel<int> in, channel<int> out) {
  int seen = 0;
  while (auto token = co_await in.async_take()) {
    ++seen;
    if (*token == 0) break;
    co_await out.async_put(*token - 1);
  }
  out.close();
  co_return seen;
}

TEST(go, GO_7_in_a_ring_each_process_has_its_share_of_the_token) {
  constexpr std::size_t size = 100;
  constexpr int rounds = 50;
  runtime on;
  std::vector<channel<int>> links;
  for (std::size_t i = 0; i < size; ++i) links.emplace_back(on);
  std::vector<channel<int>> seen;
  for (std::size_t i = 0; i < size; ++i)
    seen.push_back(go(on, member, links[i], links[(i + 1) % size]));

  links[0].put(static_cast<int>(size) * rounds - 1);

  for (const auto& each : seen) EXPECT_EQ(each.take(), rounds);
}

TEST(go, GO_7_one_that_need_never_wait_leaves_others_their_turn) {
  stage s;
  bool other_ran = false;
  bool stop = false;
  const auto busy = go(
      s.home(),
      [](channel<int> c, const bool* stops) -> go_block<int> {
        int puts = 0;
        while (!*stops) {
          co_await c.async_put(1);
          if (++puts > 1'000'000) break;
        }
        co_return puts;
      },
      channel<int>(s.home(), sliding(1)), &stop);
  go(s.home(), [&]() -> go_block<> {
    other_ran = stop = true;
    co_return;
  });

  s.run_all();

  EXPECT_TRUE(other_ran);
  EXPECT_LE(busy.take(), 1000) << "it gave way";
}

TEST(go, GO_7_processes_that_serve_each_other_leave_others_their_turn) {
  stage s;
  bool stop = false;
  const channel<int> there(s.home());
  const channel<int> back(s.home());
  const auto ping = go(
      s.home(),
      [](channel<int> a, channel<int> b, const bool* stops) -> go_block<int> {
        int trips = 0;
        while (!*stops && ++trips < 1'000'000) {
          co_await a.async_put(1);
          co_await b.async_take();
        }
        a.close();
        co_return trips;
      },
      there, back, &stop);
  go(
      s.home(),
      [](channel<int> a, channel<int> b) -> go_block<> {
        while (co_await a.async_take()) co_await b.async_put(1);
      },
      there, back);
  go(s.home(), [&]() -> go_block<> {
    stop = true;
    co_return;
  });

  s.run_all();

  EXPECT_LE(ping.take(), 1000);
}

TEST(go, a_million_operations_in_a_row_need_no_stack) {
  stage s;
  const auto body = go(
      s.home(),
      [](channel<int> c) -> go_block<int> {
        for (int i = 0; i < 500'000; ++i) {
          co_await c.async_put(i);
          co_await c.async_take();
        }
        co_return 1;
      },
      channel<int>(s.home(), fixed(1)));
  s.run_all();
  EXPECT_EQ(body.take(), 1);
}

TEST(go, a_million_hand_overs_need_no_stack) {
  stage s;
  const channel<int> c(s.home());
  const auto sum = go(s.home(), sum_of, c);
  const auto count = go(
      s.home(),
      [](channel<int> out) -> go_block<> {
        for (int i = 0; i < 1'000'000; ++i) co_await out.async_put(1);
        out.close();
      },
      c);
  s.run_all();
  EXPECT_EQ(sum.take(), 1'000'000);
}

TEST(go, what_a_body_captures_lives_as_long_as_its_frame) {
  stage s;
  const auto live = tests::counted_value::live();
  const channel<int> gate(s.home());
  {
    const tests::counted_value held(5);
    const auto result = go(s.home(), [held, gate]() -> go_block<std::int64_t> {
      co_await gate.async_take();
      co_return held.number();
    });
    s.run_all();
    EXPECT_EQ(tests::counted_value::live(), live + 2);
    gate.close();
    s.run_all();
    EXPECT_EQ(tests::counted_value::live(), live + 1) << "the process has ended";
    EXPECT_EQ(result.take(), 5);
  }
  EXPECT_EQ(tests::counted_value::live(), live);
}

TEST(go, a_runtime_that_was_shut_down_starts_nothing) {
  const auto live = tests::counted_value::live();
  runtime on;
  on.shutdown(shutdown_policy::drain);
  const tests::counted_value held(1);

  EXPECT_THROW(go(on, [held]() -> go_block<> { co_return; }), executor_rejected_error);
  EXPECT_THROW(spawn_thread(on, [held] {}), executor_rejected_error);
  EXPECT_EQ(tests::counted_value::live(), live + 1);
}

}  // namespace
}  // namespace tussle
