// What folds give, and what ranges become.
#include "primitives/channel/folds.h"

#include <gtest/gtest.h>

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "primitives/testing/channels_testing.h"
#include "primitives/testing/stage_testing.h"
#include "primitives/value/set.h"
#include "primitives/value/vector.h"

namespace tussle {
namespace {

using tests::drain;
using tests::drained;
using tests::live_processes;
using tests::pending_puts;
using tests::put_and_close;
using tests::stage;

using ints = std::vector<int>;

ints numbers(int count) {
  ints all;
  all.reserve(static_cast<std::size_t>(count));
  for (int i = 1; i <= count; ++i) all.push_back(i);
  return all;
}

TEST(reduce, CONN_5_of_an_empty_closed_channel_is_the_initial_value) {
  stage s;
  const channel<int> from(s.home());
  from.close();

  EXPECT_EQ(drain(s, reduce(std::plus<int>(), 7, from)), (drained<int>{{7}, true}));
}

TEST(reduce, CONN_5_folds_in_order_and_gives_its_value_when_the_channel_has_ended) {
  stage s;
  const channel<int> from(s.home());
  const auto digits =
      reduce([](const std::string& so_far, int n) { return so_far + std::to_string(n); },
             std::string(), from);
  pending_puts<int> puts;
  puts.add(from, numbers(4));
  EXPECT_EQ(drain(s, digits), (drained<std::string>{{}, false}));
  EXPECT_EQ(puts.accepted, 4);
  from.close();

  EXPECT_EQ(drain(s, digits), (drained<std::string>{{"1234"}, true}));
}

reduction<int> sum_up_to_5(int sum, int n) {
  return sum + n >= 5 ? reduced(sum + n) : reduction<int>(sum + n);
}

TEST(reduce, CONN_5_ends_early_where_the_function_says_so_and_takes_nothing_more) {
  stage s;
  const channel<int> from(s.home());
  const auto sum = reduce(&sum_up_to_5, 0, from);
  pending_puts<int> puts;
  puts.add(from, numbers(5));

  EXPECT_EQ(drain(s, sum), (drained<int>{{6}, true}));
  EXPECT_EQ(puts.accepted, 3);
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(reduce, CONN_5_what_the_function_throws_goes_to_the_hook_and_the_result_closes) {
  stage s;
  const channel<int> from(s.home());
  const auto none =
      reduce([](int, int) -> int { throw std::runtime_error("1"); }, 0, from);
  put_and_close(from, {1, 2});

  EXPECT_EQ(drain(s, none), (drained<int>{{}, true}));
  EXPECT_EQ(s.uncaught.size(), 1U);
}

TEST(transduce, CONN_5_folds_what_comes_through_and_what_was_held_back) {
  stage s;
  const channel<int> from(s.home());
  const auto lengths = transduce(
      xf::partition(3),
      [](const std::string& so_far, const ints& part) {
        return so_far + std::to_string(part.size());
      },
      std::string(), from);
  put_and_close(from, numbers(7));

  EXPECT_EQ(drain(s, lengths), (drained<std::string>{{"331"}, true}));
}

TEST(transduce, CONN_5_ends_early_by_the_transducer_or_by_the_function) {
  stage s;
  const channel<int> from(s.home());
  pending_puts<int> puts;
  puts.add(from, numbers(9));

  const auto by_take = transduce(xf::take(2), std::plus<int>(), 0, from);
  EXPECT_EQ(drain(s, by_take), (drained<int>{{3}, true}));
  EXPECT_EQ(puts.accepted, 2);

  const auto by_function = transduce(xf::mapcat([](int n) {
                                       return ints{n, n};
                                     }),
                                     &sum_up_to_5, 0, from);
  EXPECT_EQ(drain(s, by_function), (drained<int>{{6}, true})) << "3 and 3 of the third";
  EXPECT_EQ(puts.accepted, 3);
}

TEST(transduce, CONN_5_what_is_held_back_does_not_reach_a_function_that_has_ended) {
  stage s;
  const channel<int> from(s.home());
  int calls = 0;
  const auto one = transduce(
      xf::mapcat([](int n) {
        return ints{n, n, n};
      }) | xf::partition(2),
      [&calls](int sum, const ints& part) {
        ++calls;
        return reduced(sum + part[0]);
      },
      0, from);
  put_and_close(from, {5});

  EXPECT_EQ(drain(s, one), (drained<int>{{5}, true}));
  EXPECT_EQ(calls, 1);
}

TEST(into, CONN_5_adds_at_the_end_of_what_is_given) {
  stage s;
  const auto source = [&s](const ints& elements) {
    channel<int> from(s.home());
    put_and_close(from, elements);
    return from;
  };

  EXPECT_EQ(drain(s, into(ints{9}, source({1, 2}))).elements.at(0), (ints{9, 1, 2}));
  EXPECT_EQ(drain(s, into(std::list<int>(), source({2, 1}))).elements.at(0),
            (std::list<int>{2, 1}));
  EXPECT_EQ(drain(s, into(std::set<int>(), source({2, 1, 2}))).elements.at(0),
            (std::set<int>{1, 2}));
  const value::vector<int> all =
      drain(s, into(value::vector<int>({9}), source({1, 2}))).elements.at(0);
  EXPECT_EQ(all, (value::vector<int>({9, 1, 2})));
  const value::set<int> set =
      drain(s, into(value::set<int>(), source({1, 2, 1}))).elements.at(0);
  EXPECT_EQ(set.size(), 2U);
}

TEST(onto_channel, CONN_6_puts_in_order_and_tells_when_the_last_one_was_accepted) {
  stage s;
  const channel<int> to(s.home());
  const auto over = onto_channel(to, ints{1, 2});
  s.run_all();
  EXPECT_EQ(to.take(), 1);
  s.run_all();
  EXPECT_EQ(over.try_take().status, take_status::empty) << "2 waits";
  EXPECT_FALSE(to.is_closed());
  EXPECT_EQ(to.take(), 2);
  s.run_all();

  EXPECT_EQ(over.try_take().status, take_status::closed);
  EXPECT_EQ(to.take(), std::nullopt);
}

TEST(onto_channel, CONN_6_leaves_the_channel_open_where_that_is_asked_for) {
  stage s;
  const channel<int> to(s.home(), fixed(4));
  const auto over = onto_channel(to, ints{1, 2}, false);

  EXPECT_EQ(drain(s, to), (drained<int>{{1, 2}, false}));
  EXPECT_EQ(over.try_take().status, take_status::closed);
}

TEST(onto_channel, CONN_6_of_an_empty_range_closes_at_once) {
  stage s;
  const channel<int> to(s.home());
  const auto over = onto_channel(to, ints());

  EXPECT_EQ(drain(s, to), (drained<int>{{}, true}));
  EXPECT_EQ(drain(s, over).is_over, true);
}

TEST(onto_channel, CONN_6_stops_when_the_channel_closes) {
  stage s;
  int copies = 0;
  struct noisy {
    explicit noisy(int* count) : copied(count) {}
    noisy(const noisy& other) noexcept : copied(other.copied) { ++*copied; }
    noisy(noisy&&) noexcept = default;
    noisy& operator=(const noisy&) = default;
    int* copied;
  };
  std::array<noisy, 3> elements{noisy(&copies), noisy(&copies), noisy(&copies)};
  const channel<noisy> to(s.home());
  to.close();
  const auto over = onto_channel(to, std::span<noisy>(elements));
  s.run_all();

  EXPECT_EQ(over.try_take().status, take_status::closed);
  EXPECT_EQ(copies, 1);
}

TEST(to_channel, CONN_6_gives_the_elements_and_closes) {
  stage s;
  EXPECT_EQ(drain(s, to_channel(s.home(), numbers(250))),
            (drained<int>{numbers(250), true}));
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(to_channel, CONN_6_is_a_hundred_elements_ahead_at_most) {
  stage s;
  for (const int length : {1, 3, 100, 250}) {
    const auto all = to_channel(s.home(), numbers(length));
    s.run_all();
    int ahead = 0;  // without letting the process go on
    while (all.try_take().status == take_status::taken) ++ahead;
    EXPECT_EQ(ahead, std::min(length, 101)) << "one waits to be put";
  }
}

TEST(to_channel, CONN_6_of_an_empty_range_is_closed) {
  EXPECT_EQ(to_channel(ints()).try_take().status, take_status::closed);
}

TEST(to_channel, CONN_6_what_is_ahead_outlives_the_process) {
  stage s;
  const auto reversed =
      reduce([](const std::string& so_far, int n) { return std::to_string(n) + so_far; },
             std::string(), to_channel(s.home(), numbers(3)));

  EXPECT_EQ(drain(s, reversed), (drained<std::string>{{"321"}, true}));
}

TEST(to_channel, CONN_6_moves_elements_out_of_a_container_and_copies_those_of_a_view) {
  stage s;
  std::vector<std::unique_ptr<int>> boxes;
  boxes.push_back(std::make_unique<int>(4));
  const auto moved = drain(s, to_channel(s.home(), std::move(boxes)));
  ASSERT_EQ(moved.elements.size(), 1U);
  EXPECT_EQ(*moved.elements[0], 4);

  std::vector<std::string> words{"a word that does not fit into a string itself"};
  const auto copied = drain(s, to_channel(s.home(), std::span<std::string>(words)));
  EXPECT_EQ(copied.elements, words) << "those of the view are still there";
}

}  // namespace
}  // namespace tussle
