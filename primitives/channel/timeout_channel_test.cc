// When timeout channels close, and that each closes for itself.
#include "primitives/channel/timeout_channel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "primitives/channel/alts.h"
#include "primitives/sync/clock.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using namespace std::chrono_literals;
using tests::stage;

TEST(timeout_channel, CH_29_it_closes_not_before_its_duration) {
  runtime on;
  for (const auto after : {1ms, 20ms}) {
    const auto begun = sync::clock::now();
    const auto c = timeout_channel(on, after);

    EXPECT_EQ(c.take(), std::nullopt);

    EXPECT_GE(sync::clock::now() - begun, after);
  }
}

TEST(timeout_channel, CH_29_durations_that_are_not_positive_are_over_at_once) {
  runtime on;
  for (const auto after : {0s, -3s, std::chrono::seconds::min()}) {
    EXPECT_EQ(timeout_channel(on, after).take(), std::nullopt);
  }
}

TEST(timeout_channel, CH_29_one_that_is_far_away_stays_open) {
  runtime on;
  const auto c = timeout_channel(on, std::chrono::hours::max());
  EXPECT_EQ(c.try_take().status, take_status::empty);
}

// Of eight, the last one made due first: how many were open when a later one had closed,
// or closed before they were due. Nothing where the machine was too slow to make them all
// before the first was due.
std::optional<int> closed_out_of_order() {
  constexpr std::size_t count = 8;
  runtime on;
  std::vector<channel<std::monostate>> by_number;
  std::atomic<int> open_too_long{0};
  std::atomic<int> closed_too_soon{0};
  std::latch all(count);
  const sync::time_point base = sync::clock::now() + 200ms;
  for (std::size_t i = count; i > 0; --i)
    by_number.push_back(detail::make_timeout(on, base + 5ms * i));
  std::reverse(by_number.begin(), by_number.end());
  for (std::size_t i = 0; i < count; ++i) {
    by_number[i].take_then([&, i](auto) {
      for (std::size_t earlier = 0; earlier < i; ++earlier)
        open_too_long +=
            by_number[earlier].try_take().status == take_status::closed ? 0 : 1;
      closed_too_soon += sync::clock::now() < base + 5ms * (i + 1) ? 1 : 0;
      all.count_down();
    });
  }
  const bool in_time = sync::clock::now() < base;
  all.wait();
  return in_time ? std::optional(open_too_long.load() + closed_too_soon.load())
                 : std::nullopt;
}

TEST(timeout_channel, CH_29_several_close_in_the_order_of_their_deadlines) {
  std::optional<int> found;
  for (int attempt = 0; attempt < 50 && !found; ++attempt) found = closed_out_of_order();
  EXPECT_EQ(found, 0);
}

TEST(timeout_channel, CH_29_calls_that_run_out_of_order_close_in_order) {
  stage s;
  std::vector<int> order;
  const auto first = timeout_channel(s.home(), 1ms);
  const auto second = timeout_channel(s.home(), 2ms);
  first.take_then([&](auto) { order.push_back(1); });
  second.take_then([&](auto) { order.push_back(2); });
  while (s.waiting() < 2) std::this_thread::yield();

  s.run_one();  // whichever it is: both are due

  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  s.run_all();
}

// A callback runs within the call that closes its timeout.
TEST(timeout_channel, CH_29_a_callback_may_wait_for_another_timeout) {
  runtime on;
  std::latch over(1);
  const auto outer = timeout_channel(on, 1ms);
  outer.take_then([&](auto) {
    EXPECT_EQ(timeout_channel(on, 1ms).take(), std::nullopt);
    over.count_down();
  });

  over.wait();

  EXPECT_EQ(timeout_channel(on, 1ms).take(), std::nullopt) << "nor is it the last one";
}

// There is a call for each timeout, not for each callback.
TEST(timeout_channel, CH_29_two_callbacks_of_a_timeout_hold_up_no_other_timeout) {
  stage s;
  bool was_called = false;
  const auto first = timeout_channel(s.home(), 1ms);
  const auto second = timeout_channel(s.home(), 1ms);
  const auto waits_for_the_other = [&](auto) {
    if (!was_called) s.run_one();
    EXPECT_TRUE(was_called);
  };
  first.take_then(waits_for_the_other);
  first.take_then(waits_for_the_other);
  second.take_then([&](auto) { was_called = true; });
  while (s.waiting() < 2) std::this_thread::yield();

  s.run_all();
  EXPECT_TRUE(was_called);
}

TEST(timeout_channel, CH_29_a_callback_that_takes_its_time_holds_up_no_other_timeout) {
  stage s;
  bool was_called = false;
  const auto first = timeout_channel(s.home(), 1ms);
  const auto second = timeout_channel(s.home(), 1ms);
  first.take_then([&](auto) {
    EXPECT_TRUE(s.run_one()) << "the other timeout's call, beside this one";
    EXPECT_TRUE(was_called);
  });
  second.take_then([&](auto) { was_called = true; });
  while (s.waiting() < 2) std::this_thread::yield();

  s.run_all();

  EXPECT_TRUE(was_called);
}

TEST(timeout_channel, CH_30_closing_one_affects_no_other) {
  runtime on;
  const auto a = timeout_channel(on, 1h);
  const auto b = timeout_channel(on, 1h);

  a.close();

  EXPECT_FALSE(a == b);
  EXPECT_EQ(a.take(), std::nullopt);
  EXPECT_EQ(b.try_take().status, take_status::empty);
}

TEST(timeout_channel, CH_30_of_two_with_the_same_deadline_each_closes_for_itself) {
  runtime on;
  const sync::time_point when = sync::clock::now() + 5ms;
  const auto a = detail::make_timeout(on, when);
  auto b = std::make_optional(detail::make_timeout(on, when));
  const auto c = detail::make_timeout(on, when);

  EXPECT_FALSE(a == *b);
  b->close();
  b.reset();

  EXPECT_EQ(a.take(), std::nullopt);
  EXPECT_EQ(c.take(), std::nullopt);
  EXPECT_GE(sync::clock::now(), when);
}

TEST(timeout_channel, one_that_nobody_owns_takes_its_call_back) {
  stage s;
  for (int i = 0; i < 100; ++i) static_cast<void>(timeout_channel(s.home(), 1h));
  EXPECT_EQ(s.home().timer().waiting(), 0U);
}

TEST(timeout_channel, one_may_outlive_its_runtime) {
  std::optional<channel<std::monostate>> late;
  {
    runtime on;
    late = timeout_channel(on, 1h);
  }
  EXPECT_EQ(late->try_take().status, take_status::empty);
  late.reset();
}

TEST(timeout_channel, ALT_8_an_alts_gives_the_timeout_not_before_its_duration) {
  runtime on;
  const channel<int> silent(on);
  const auto begun = sync::clock::now();

  const auto r = alts(take_from(silent), take_from(timeout_channel(on, 10ms)));

  EXPECT_EQ(r.index, 1U);
  EXPECT_EQ(std::get<1>(r.values), std::nullopt);
  EXPECT_GE(sync::clock::now() - begun, 10ms);
}

}  // namespace
}  // namespace tussle
