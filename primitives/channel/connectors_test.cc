// What connectors move, when they end, and how much they have in hand.
#include "primitives/channel/connectors.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "primitives/channel/folds.h"
#include "primitives/testing/channels_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::drain;
using tests::drained;
using tests::live_processes;
using tests::pending_puts;
using tests::put_and_close;
using tests::stage;

using ints = std::vector<int>;

bool is_even(int n) { return n % 2 == 0; }

ints up_to(int n) {
  ints all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), 1);
  return all;
}

TEST(pipe, CONN_1_copies_in_order_and_closes_its_target) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home());
  const auto over = pipe(from, to);
  put_and_close(from, {1, 2, 3});

  EXPECT_EQ(drain(s, to), (drained<int>{{1, 2, 3}, true}));
  EXPECT_EQ(over.try_take().status, take_status::closed);
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(pipe, CONN_1_leaves_its_target_open_where_that_is_asked_for) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home(), fixed(8));
  pipe(from, to, false);
  put_and_close(from, {1, 2});

  EXPECT_EQ(drain(s, to), (drained<int>{{1, 2}, false}));
  EXPECT_EQ(to.try_put(3), put_status::accepted);
}

TEST(pipe, CONN_1_stops_taking_when_its_target_closes_and_leaves_the_source_open) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home());
  pipe(from, to);
  s.run_all();
  to.close();

  pending_puts<int> puts;
  puts.add(from, {1, 2, 3});
  s.run_all();

  EXPECT_EQ(puts.accepted, 1) << "the one that it waited for is lost";
  EXPECT_FALSE(from.is_closed());
  EXPECT_EQ(from.take(), 2);
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(pipe, CONN_1_ends_when_nobody_owns_its_target) {
  stage s;
  const channel<int> from(s.home());
  auto to = std::make_optional<channel<int>>(s.home());
  pipe(from, *to);
  pending_puts<int> puts;
  puts.add(from, {1, 2});
  s.run_all();
  ASSERT_EQ(live_processes(s), 1U) << "it waits for somebody to take";

  to.reset();
  s.run_all();

  EXPECT_EQ(live_processes(s), 0U);
  EXPECT_EQ(from.take(), 2);
}

TEST(pipe, CONN_1_owns_its_source_until_that_ends) {
  stage s;
  const channel<int> to(s.home());
  {
    const channel<int> from(s.home(), fixed(8));
    pipe(from, to);
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(from.try_put(i), put_status::accepted);
    from.close();
  }

  EXPECT_EQ(drain(s, to), (drained<int>{{1, 2, 3}, true}));
}

TEST(pipe, CONN_1_its_target_is_closed_when_the_runtime_ends) {
  const channel<int> to;
  {
    stage s;
    const channel<int> from(s.home());
    pipe(from, to);
    s.run_all();
  }
  EXPECT_EQ(to.take(), std::nullopt);
}

TEST(split, CONN_2_sends_each_where_the_predicate_says_and_closes_both) {
  stage s;
  const channel<int> from(s.home());
  const auto [evens, odds] = split(is_even, from, fixed(8), fixed(8));
  put_and_close(from, up_to(7));

  EXPECT_EQ(drain(s, evens), (drained<int>{{2, 4, 6}, true}));
  EXPECT_EQ(drain(s, odds), (drained<int>{{1, 3, 5, 7}, true}));
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(split, CONN_2_a_side_that_is_slow_holds_up_both) {
  stage s;
  const channel<int> from(s.home());
  const auto [evens, odds] = split(is_even, from, {}, fixed(8));
  put_and_close(from, {1, 2, 3});

  EXPECT_EQ(drain(s, odds), (drained<int>{{1}, false}));
  EXPECT_EQ(drain(s, evens), (drained<int>{{2}, true}));
  EXPECT_EQ(drain(s, odds), (drained<int>{{3}, true}));
}

TEST(split,
     CONN_2_stops_when_the_side_that_is_wanted_is_closed_and_leaves_the_rest_open) {
  stage s;
  const channel<int> from(s.home());
  const auto [evens, odds] = split(is_even, from, {}, fixed(8));
  evens.close();
  pending_puts<int> puts;
  puts.add(from, {1, 2, 3, 4});
  s.run_all();

  EXPECT_EQ(puts.accepted, 2);
  EXPECT_EQ(drain(s, odds), (drained<int>{{1}, false}));
  EXPECT_EQ(from.take(), 3);
  EXPECT_EQ(live_processes(s), 0U);
}

// Whether it finds that out when it puts, or while it waits there.
TEST(split, CONN_2_nobody_owns_the_side_that_is_wanted_and_the_rest_stays_open) {
  for (const bool waits : {false, true}) {
    for (const int one : {1, 2}) {
      stage s;
      const channel<int> from(s.home());
      auto sides = std::make_optional(split(is_even, from));
      const channel<int> other = one == 2 ? sides->others : sides->matching;
      pending_puts<int> puts;
      if (!waits) sides.reset();
      puts.add(from, {one, 3, 4});
      s.run_all();
      sides.reset();
      s.run_all();

      EXPECT_FALSE(other.is_closed())
          << "it waits: " << waits << ", at the side of " << one;
      EXPECT_FALSE(from.is_closed());
      EXPECT_EQ(puts.accepted, 1) << "that one is lost, and nothing more is taken";
      EXPECT_EQ(live_processes(s), 0U);
    }
  }
}

TEST(split, CONN_2_both_sides_close_when_the_runtime_ends_while_a_put_waits) {
  auto s = std::make_optional<stage>();
  const channel<int> from(s->home(), fixed(1));
  const auto [evens, odds] = split(is_even, from);
  EXPECT_EQ(from.try_put(1), put_status::accepted);
  s->run_all();
  s.reset();

  EXPECT_TRUE(evens.is_closed());
  EXPECT_TRUE(odds.is_closed());
}

TEST(split, CONN_2_what_the_predicate_throws_goes_to_the_hook_and_both_sides_close) {
  stage s;
  const channel<int> from(s.home());
  const auto sides = split(
      [](int n) { return n < 3 ? true : throw std::runtime_error("3"); }, from, fixed(8));
  put_and_close(from, up_to(4));

  EXPECT_EQ(drain(s, sides.matching), (drained<int>{{1, 2}, true}));
  EXPECT_EQ(drain(s, sides.others), (drained<int>{{}, true}));
  ASSERT_EQ(s.uncaught.size(), 1U);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[0]), std::runtime_error);
  EXPECT_EQ(from.take(), 4);
}

using element = std::pair<int, int>;

TEST(merge, CONN_3_gives_all_elements_each_source_in_order_from_many_threads) {
  constexpr int sources = 4;
  constexpr int many = 300;
  runtime on;
  std::vector<channel<element>> from;
  for (int i = 0; i < sources; ++i) {
    std::vector<element> mine;
    mine.reserve(many);
    for (int k = 0; k < many; ++k) mine.emplace_back(i, k);
    from.push_back(i % 2 == 0 ? to_channel(on, mine) : channel<element>(on));
    if (i % 2 != 0) onto_channel(from.back(), mine);
  }

  const auto merged = merge(from);

  std::vector<int> next(sources, 0);
  while (const auto got = merged.take()) {
    EXPECT_EQ(got->second, next[static_cast<std::size_t>(got->first)]++);
  }
  EXPECT_EQ(next, std::vector<int>(sources, many));
}

TEST(merge, CONN_3_closes_when_all_sources_have_ended_and_not_before) {
  stage s;
  const channel<int> a(s.home());
  const channel<int> b(s.home());
  const auto merged = merge(std::vector{a, b});
  put_and_close(a, {1});
  EXPECT_EQ(drain(s, merged), (drained<int>{{1}, false}));

  put_and_close(b, {2, 3});
  EXPECT_EQ(drain(s, merged), (drained<int>{{2, 3}, true}));
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(merge, CONN_3_one_channel_may_be_there_twice) {
  stage s;
  const channel<int> a(s.home());
  const channel<int> b(s.home());
  const auto merged = merge(std::vector{a, b, a});
  put_and_close(a, up_to(5));
  put_and_close(b, {});

  EXPECT_EQ(drain(s, merged), (drained<int>{up_to(5), true}));
}

TEST(merge, CONN_3_of_nothing_is_closed) {
  const auto merged = merge(std::vector<channel<int>>());
  EXPECT_EQ(merged.try_take().status, take_status::closed) << "at once";
}

TEST(merge, CONN_3_stops_when_its_output_closes_and_leaves_the_sources_open) {
  stage s;
  const channel<int> a(s.home());
  const channel<int> b(s.home());
  const auto merged = merge(std::vector{a, b});
  s.run_all();
  merged.close();
  pending_puts<int> puts;
  puts.add(a, {1, 2});
  puts.add(b, {3, 4});
  s.run_all();

  EXPECT_EQ(puts.accepted, 1);
  EXPECT_FALSE(a.is_closed());
  EXPECT_FALSE(b.is_closed());
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(zip_map, CONN_4_ends_with_the_shortest_source) {
  stage s;
  const channel<int> a(s.home());
  const channel<std::string> b(s.home());
  const auto zipped =
      zip_map([](int n, const std::string& t) { return t + std::to_string(n); },
              std::tuple(a, b));
  put_and_close(a, {1, 2, 3});
  put_and_close<std::string>(b, {"x", "y"});

  EXPECT_EQ(drain(s, zipped), (drained<std::string>{{"x1", "y2"}, true}));
  EXPECT_EQ(a.try_take().status, take_status::closed) << "3 was lost";
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(zip_map, CONN_4_a_list_of_sources_ends_with_its_shortest) {
  stage s;
  const channel<int> a(s.home());
  const channel<int> b(s.home());
  const auto lengths = zip_map(
      [](const ints& all) { return static_cast<int>(all.size()); }, std::vector{a, b});
  put_and_close(a, {1, 2});
  put_and_close(b, {3});

  EXPECT_EQ(drain(s, lengths), (drained<int>{{2}, true}));
}

TEST(zip_map, CONN_4_takes_from_all_sources_at_once) {
  stage s;
  const channel<int> a(s.home());
  const channel<int> b(s.home());
  const channel<int> c(s.home());
  const auto sums =
      zip_map([](const ints& all) { return std::accumulate(all.begin(), all.end(), 0); },
              std::vector{a, b, c});
  for (const int round : {1, 2}) {
    s.run_all();
    EXPECT_EQ(c.try_put(100 * round), put_status::accepted) << "in any order";
    EXPECT_EQ(b.try_put(10 * round), put_status::accepted);
    s.run_all();
    EXPECT_EQ(sums.try_take().status, take_status::empty);
    EXPECT_EQ(a.try_put(round), put_status::accepted);
    EXPECT_EQ(drain(s, sums), (drained<int>{{111 * round}, false}));
  }
}

TEST(zip_map, CONN_4_of_nothing_is_closed) {
  const auto zipped =
      zip_map([](const ints& all) { return all.size(); }, std::vector<channel<int>>());
  EXPECT_EQ(zipped.try_take().status, take_status::closed) << "at once";
}

TEST(zip_map, CONN_4_ends_when_a_source_has_ended_and_all_have_answered) {
  stage s;
  const channel<int> a(s.home());
  const channel<int> b(s.home());
  const auto zipped = zip_map(std::plus<int>(), std::tuple(a, b));
  a.close();
  EXPECT_EQ(drain(s, zipped), (drained<int>{{}, false}));
  pending_puts<int> puts;
  puts.add(b, {1, 2});

  EXPECT_EQ(drain(s, zipped), (drained<int>{{}, true}));
  EXPECT_EQ(puts.accepted, 1);
}

TEST(zip_map, CONN_4_a_process_that_waits_for_several_goes_with_its_runtime) {
  for (const int come : {0, 1}) {
    channel<std::shared_ptr<int>> c;
    {
      stage s;
      const channel<std::shared_ptr<int>> a(s.home());
      const channel<std::shared_ptr<int>> b(s.home());
      c = zip_map([](const auto& x, const auto&) { return x; }, std::tuple(a, b));
      s.run_all();
      if (come == 1) {
        EXPECT_EQ(b.try_put(std::make_shared<int>(1)), put_status::accepted);
      }
    }
    EXPECT_EQ(c.take(), std::nullopt) << "it is closed behind it";
  }
}

TEST(take_n, CONN_4_gives_exactly_n_and_closes_its_output_but_not_the_source) {
  stage s;
  const channel<int> from(s.home());
  const auto first = take_n(2, from);
  pending_puts<int> puts;
  puts.add(from, up_to(4));

  EXPECT_EQ(drain(s, first), (drained<int>{{1, 2}, true}));
  EXPECT_EQ(puts.accepted, 2) << "nothing more was taken";
  EXPECT_FALSE(from.is_closed());
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(take_n, CONN_4_ends_with_a_source_that_has_fewer) {
  stage s;
  const channel<int> from(s.home());
  const auto first = take_n(5, from);
  put_and_close(from, {1, 2});

  EXPECT_EQ(drain(s, first), (drained<int>{{1, 2}, true}));
}

TEST(take_n, CONN_4_of_none_is_closed_and_takes_nothing) {
  stage s;
  const channel<int> from(s.home(), fixed(1));
  EXPECT_EQ(from.try_put(1), put_status::accepted);

  EXPECT_EQ(drain(s, take_n(0, from)), (drained<int>{{}, true}));
  EXPECT_EQ(from.take(), 1);
}

// Puts five, of which nobody takes what becomes of them; returns how many were accepted.
template <typename Make>
int taken_ahead(Make make) {
  stage s;
  const channel<int> from(s.home());
  const auto to = make(from);
  pending_puts<int> puts;
  puts.add(from, up_to(5));
  s.run_all();
  return puts.accepted;
}

TEST(connectors, CONN_7_have_one_element_in_hand_at_most) {
  EXPECT_EQ(taken_ahead([](const channel<int>& from) {
              channel<int> to(from.state().home());
              pipe(from, to);
              return to;
            }),
            1);
  EXPECT_EQ(taken_ahead([](const channel<int>& from) { return split(is_even, from); }),
            1);
  EXPECT_EQ(taken_ahead([](const channel<int>& from) {
              const std::vector idle(3, channel<int>(from.state().home()));
              auto sources = idle;
              sources.push_back(from);
              sources.push_back(from);
              return std::pair(merge(sources), idle);
            }),
            1);
  EXPECT_EQ(taken_ahead([](const channel<int>& from) { return take_n(3, from); }), 1);
  EXPECT_EQ(taken_ahead([](const channel<int>& from) {
              return zip_map([](int n) { return n; }, std::tuple(from));
            }),
            1);
}

using box = std::unique_ptr<int>;

TEST(connectors, elements_move_through_all_of_them) {
  stage s;
  const channel<box> from(s.home(), fixed(8));
  const channel<box> to(s.home());
  const auto [big, small] = split([](const box& b) { return *b > 1; }, from, fixed(8));
  const auto merged = merge(std::vector{big, small});
  const auto first = take_n(2, merged);
  const auto zipped = zip_map([](box b) { return b; }, std::tuple(first));
  pipe(zipped, to);
  for (int i = 1; i <= 3; ++i)
    EXPECT_EQ(from.try_put(std::make_unique<int>(i)), put_status::accepted);

  const auto all = drain(s, to);

  ASSERT_EQ(all.elements.size(), 2U);
  EXPECT_TRUE(all.is_over);
}

TEST(connectors, a_runtime_that_was_shut_down_starts_none_and_closes_what_they_would) {
  runtime on;
  on.shutdown(shutdown_policy::drain);
  const channel<int> from(on);
  const channel<int> to(on);

  EXPECT_THROW(pipe(from, to), executor_rejected_error);
  EXPECT_THROW(static_cast<void>(merge(std::vector{from})), executor_rejected_error);
  EXPECT_EQ(to.take(), std::nullopt);
  EXPECT_FALSE(from.is_closed());
}

TEST(connectors, a_long_chain_of_them_needs_no_stack) {
  stage s;
  const channel<int> from(s.home());
  channel<int> end = from;
  for (int i = 0; i < 10'000; ++i) {
    const channel<int> next(s.home());
    pipe(end, next);
    end = next;
  }
  put_and_close(from, {1, 2});

  EXPECT_EQ(drain(s, end), (drained<int>{{1, 2}, true}));
  EXPECT_EQ(live_processes(s), 0U);
}

}  // namespace
}  // namespace tussle
