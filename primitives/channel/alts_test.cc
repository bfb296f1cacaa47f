// Which case of an alts is done, and that the others are not.
#include "primitives/channel/alts.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/channel/go.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::stage;
constexpr alts_options without_waiting{.has_default = true};
constexpr alts_options in_order{.priority = true};

TEST(alts, ALT_1_a_take_that_is_ready_is_done_and_the_others_are_untouched) {
  stage s;
  const channel<int> idle(s.home());
  const channel<int> ready(s.home(), fixed(1));
  const channel<std::string> text(s.home());
  ready.put(3);

  const auto r = alts(take_from(idle), take_from(ready), take_from(text));

  EXPECT_EQ(r.index, 1U);
  EXPECT_EQ(std::get<1>(r.values), 3);
  EXPECT_EQ(std::get<0>(r.values), std::nullopt);
  EXPECT_EQ(idle.try_put(1), put_status::would_wait) << "nobody waits there";
  EXPECT_EQ(text.try_put("x"), put_status::would_wait);
}

TEST(alts, ALT_1_one_that_waits_is_served_later_and_leaves_the_other_lines) {
  const channel<int> a;
  const channel<int> b;
  std::thread putter([&] {
    while (!a.state().may_put() || !b.state().may_put()) std::this_thread::yield();
    b.put(4);
  });

  const auto r = alts(take_from(a), take_from(b));
  putter.join();

  EXPECT_EQ(r.index, 1U);
  EXPECT_EQ(std::get<1>(r.values), 4);
  EXPECT_EQ(a.try_put(1), put_status::would_wait);
}

TEST(alts, ALT_1_one_of_a_go_block_leaves_the_other_lines_before_it_goes_on) {
  stage s;
  const channel<int> a(s.home());
  const channel<int> b(s.home());
  const channel<int> later(s.home());
  const auto got = go(
      s.home(),
      [](channel<int> one, channel<int> other, channel<int> stop) -> go_block<int> {
        const auto r = co_await async_alts(take_from(one), take_from(other));
        co_await stop.async_take();
        co_return std::get<1>(r.values).value();
      },
      a, b, later);
  s.run_all();

  EXPECT_EQ(b.try_put(4), put_status::accepted);
  s.run_all();

  EXPECT_EQ(a.try_put(1), put_status::would_wait) << "the frame is there still";
  later.close();
  s.run_all();
  EXPECT_EQ(got.take(), 4);
}

TEST(alts, ALT_1_cases_in_a_line_are_told_by_their_index) {
  stage s;
  const channel<int> idle(s.home());
  const channel<int> ready(s.home(), fixed(1));
  ready.put(3);
  std::vector<alts_case<int>> cases;
  cases.emplace_back(put_to(idle, 1));
  cases.emplace_back(take_from(ready));

  const auto taken = alts(cases);
  EXPECT_EQ(taken.index, 1U);
  EXPECT_EQ(taken.value, 3);

  idle.take_then([](std::optional<int> got) { EXPECT_EQ(got, 1); });
  const auto put = alts(cases);
  EXPECT_EQ(put.index, 0U);
  EXPECT_TRUE(put.accepted);
}

TEST(alts, ALT_2_a_put_that_is_ready_is_done_and_said_to_be_true) {
  const channel<int> c(fixed(1));

  const auto r = alts(put_to(c, 3));

  EXPECT_EQ(r.index, 0U);
  EXPECT_TRUE(std::get<0>(r.values));
  EXPECT_EQ(c.take(), 3);
}

TEST(alts, ALT_2_a_put_on_a_closed_channel_is_ready_and_false) {
  const channel<int> idle;
  const channel<int> closed;
  closed.close();

  const auto ready = alts(without_waiting, take_from(idle), put_to(closed, 3));
  const auto r = alts(take_from(idle), put_to(closed, 3));

  EXPECT_EQ(ready.index, 1U) << "it need not wait";
  EXPECT_FALSE(std::get<1>(ready.values));
  EXPECT_EQ(r.index, 1U);
  EXPECT_FALSE(std::get<1>(r.values));
}

TEST(alts, ALT_2_the_element_of_a_put_that_lost_stays_in_its_case) {
  const channel<std::unique_ptr<int>> idle;
  const channel<int> ready(fixed(1));
  ready.put(1);
  auto put = put_to(idle, std::make_unique<int>(7));

  const auto r = alts(put, take_from(ready));

  EXPECT_EQ(r.index, 1U);
  ASSERT_NE(put.element, nullptr);
  EXPECT_EQ(*put.element, 7);
}

TEST(alts, ALT_3_a_closed_and_drained_channel_makes_its_take_ready) {
  const channel<int> idle;
  const channel<int> closed;
  closed.close();

  const auto ready = alts(without_waiting, take_from(idle), take_from(closed));
  const auto r = alts(take_from(idle), take_from(closed));

  EXPECT_EQ(ready.index, 1U) << "it need not wait";
  EXPECT_EQ(r.index, 1U);
  EXPECT_EQ(std::get<1>(r.values), std::nullopt);
}

TEST(alts, ALT_3_one_that_waits_is_told_when_a_channel_closes) {
  const channel<int> a;
  const channel<int> b;
  std::thread closer([&] {
    while (!a.state().may_put() || !b.state().may_put()) std::this_thread::yield();
    b.close();
  });

  const auto r = alts(take_from(a), take_from(b));
  closer.join();

  EXPECT_EQ(r.index, 1U);
  EXPECT_EQ(std::get<1>(r.values), std::nullopt);
}

TEST(alts, ALT_4_with_priority_the_first_that_is_ready_is_done) {
  const channel<int> idle;
  const channel<int> second(sliding(1));
  const channel<int> third(sliding(1));
  for (int i = 0; i < 200; ++i) {
    second.put(2);
    third.put(3);
    const auto r = alts(in_order, take_from(idle), take_from(second), take_from(third));
    ASSERT_EQ(r.index, 1U);
  }
}

TEST(alts, ALT_5_without_priority_each_of_those_that_are_ready_gets_its_share) {
  constexpr std::size_t ready = 4;
  constexpr int rounds = 4000;
  std::array<int, ready> done{};
  std::vector<channel<int>> each;
  std::vector<alts_case<int>> cases;
  for (std::size_t i = 0; i < ready; ++i) {
    each.emplace_back(fixed(1));
    each.back().put(1);
  }
  cases.reserve(each.size());
  for (const auto& c : each) cases.emplace_back(take_from(c));
  for (int i = 0; i < rounds; ++i) {
    const auto r = alts(cases);
    ++done[r.index];
    each[r.index].put(1);
  }

  for (const int count : done) {
    EXPECT_GT(count, rounds / 8) << "half of its share";
    EXPECT_LT(count, rounds / 2) << "twice its share";
  }
}

TEST(alts, ALT_5_two_of_many_that_are_ready_have_equal_shares_wherever_they_stand) {
  constexpr std::size_t all = 16;
  constexpr int rounds = 2000;
  for (const std::size_t second : {1U, 7U, 15U}) {
    const std::vector<channel<int>> each = [] {
      std::vector<channel<int>> made;
      for (std::size_t i = 0; i < all; ++i) made.emplace_back(fixed(1));
      return made;
    }();
    std::vector<alts_case<int>> cases;
    for (const auto& c : each) cases.emplace_back(take_from(c));
    each[0].put(1);
    each[second].put(1);
    int first_done = 0;
    for (int i = 0; i < rounds; ++i) {
      const auto r = alts(cases);
      if (r.index == 0) ++first_done;
      each[r.index].put(1);
    }

    EXPECT_GT(first_done, rounds / 4) << second;
    EXPECT_LT(first_done, 3 * rounds / 4) << second;
  }
}

TEST(alts, ALT_6_the_default_only_where_nothing_is_ready) {
  const channel<int> idle;
  const channel<int> ready(fixed(1));
  const channel<int> closed;
  closed.close();

  EXPECT_EQ(alts(without_waiting, take_from(idle), put_to(idle, 1)).index, alts_default);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(alts(without_waiting, take_from(idle), put_to(ready, 1)).index, 1U);
    EXPECT_EQ(alts(without_waiting, take_from(ready), take_from(idle)).index, 0U);
    EXPECT_EQ(alts(without_waiting, take_from(idle), take_from(closed)).index, 1U);
    EXPECT_EQ(alts(without_waiting, put_to(closed, 1), take_from(idle)).index, 0U);
  }
  EXPECT_EQ(idle.try_put(1), put_status::would_wait) << "nothing was left behind";
  EXPECT_EQ(idle.try_take().status, take_status::empty);
}

TEST(alts, ALT_6_who_waits_at_a_channel_makes_it_ready) {
  stage s;
  const channel<int> idle(s.home());
  const channel<int> wanted(s.home());
  const channel<int> offered(s.home());
  for (int i = 0; i < 100; ++i) {
    wanted.take_then([](std::optional<int>) {});
    offered.put_then(1, [](bool) {});
    EXPECT_EQ(alts(without_waiting, put_to(idle, 1), put_to(wanted, 1)).index, 1U);
    EXPECT_EQ(alts(without_waiting, take_from(offered), take_from(idle)).index, 0U);
  }
}

TEST(alts, ALT_9_ten_thousand_that_lost_do_not_fill_the_line_of_an_idle_channel) {
  const channel<int> idle;
  const channel<int> busy;
  std::thread putter([&] {
    for (int i = 0; i < 10'000; ++i) busy.put(i);
  });
  for (int i = 0; i < 10'000; ++i) {
    const auto r = alts(take_from(idle), take_from(busy));
    ASSERT_EQ(std::get<1>(r.values), i);
  }
  putter.join();

  EXPECT_EQ(idle.try_put(1), put_status::would_wait) << "nobody is left in the line";
}

// Entries of alts that were served, and have not left the other lines yet, make room.
TEST(alts, ALT_9_entries_that_lost_make_room_where_the_line_is_full) {
  stage s;
  const channel<int> idle(s.home());
  const channel<int> busy(s.home());
  for (int i = 0; i < 1000; ++i) {
    go(
        s.home(),
        [](channel<int> from, channel<int> other) -> go_block<> {
          co_await async_alts(take_from(from), take_from(other));
        },
        idle, busy);
  }
  s.run_all();
  for (int i = 0; i < 24; ++i) idle.take_then([](std::optional<int>) {});
  EXPECT_THROW(idle.take_then([](std::optional<int>) {}), too_many_pending_error);

  for (int i = 0; i < 1000; ++i) EXPECT_EQ(busy.try_put(i), put_status::accepted);

  for (int i = 0; i < 1000; ++i)
    ASSERT_NO_THROW(idle.take_then([](std::optional<int>) {}));
  EXPECT_THROW(idle.take_then([](std::optional<int>) {}), too_many_pending_error);
  idle.close();
  s.run_all();
}

TEST(alts, ALT_9_a_full_line_throws_and_nothing_has_happened) {
  stage s;
  const channel<int> full(s.home());
  const channel<int> idle(s.home());
  int told = 0;
  for (int i = 0; i < 1024; ++i) full.take_then([&](std::optional<int>) { ++told; });

  EXPECT_THROW(alts(in_order, take_from(idle), take_from(full)), too_many_pending_error);

  EXPECT_EQ(idle.try_put(1), put_status::would_wait) << "it has left the line";
  full.close();
  EXPECT_EQ(told, 1024);
}

TEST(alts, ALT_10_no_case_and_a_null_element_are_refused_before_anything_is_tried) {
  using pointer = std::shared_ptr<int>;
  const channel<pointer> c(fixed(9));
  std::vector<alts_case<int>> none;

  EXPECT_THROW(alts(none), std::invalid_argument);
  EXPECT_THROW(alts(in_order, put_to(c, std::make_shared<int>(1)), put_to(c, nullptr)),
               nil_value_error);

  EXPECT_EQ(c.try_take().status, take_status::empty) << "nothing was put";
}

TEST(alts, ALT_11_a_put_and_a_take_of_one_alts_never_meet) {
  stage s;
  const channel<int> c(s.home());

  EXPECT_EQ(alts(without_waiting, take_from(c), put_to(c, 1)).index, alts_default);

  // And where it waits, others complete either of them, but it never completes itself.
  const auto waiting = go(
      s.home(),
      [](channel<int> on) -> go_block<int> {
        const auto r = co_await async_alts(take_from(on), put_to(on, 7));
        co_return static_cast<int>(r.index);
      },
      c);
  s.run_all();
  EXPECT_EQ(waiting.try_take().status, take_status::empty) << "it waits";
  EXPECT_EQ(c.try_take().value, 7);
  s.run_all();
  EXPECT_EQ(waiting.take(), 1);
  EXPECT_EQ(c.try_put(1), put_status::would_wait) << "its take has left the line";
}

TEST(alts, ALT_12_two_that_cross_complete_each_other) {
  stage s;
  const channel<int> x(s.home());
  const channel<int> y(s.home());
  const auto cross = [](channel<int> takes, channel<int> puts, int n) -> go_block<int> {
    const auto r = co_await async_alts(take_from(takes), put_to(puts, n));
    co_return r.index == 0 ? std::get<0>(r.values).value() : -n;
  };
  const auto a = go(s.home(), cross, x, y, 1);
  const auto b = go(s.home(), cross, y, x, 2);
  s.run_all();

  const int got_a = a.take().value();
  const int got_b = b.take().value();
  const bool a_took = got_a == 2 && got_b == -2;
  const bool b_took = got_b == 1 && got_a == -1;
  EXPECT_TRUE(a_took || b_took) << got_a << ' ' << got_b;
}

TEST(alts, what_the_ex_handler_throws_is_thrown_by_the_alts_that_put) {
  const channel<int> idle;
  const channel<int> c(fixed(1), xf::map([](int) -> int { throw 1; }),
                       [](const std::exception_ptr&) -> std::optional<int> { throw 2; });

  EXPECT_THROW(alts(in_order, take_from(idle), put_to(c, 1)), int);

  EXPECT_EQ(idle.try_put(1), put_status::would_wait);
}

}  // namespace
}  // namespace tussle
