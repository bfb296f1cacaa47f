// What becomes of elements on their way into a buffer: fewer, more, none any more, errors.
#include "primitives/channel/transducer.h"

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::stage;

bool is_even(int n) { return n % 2 == 0; }
int square(int n) { return n * n; }
std::vector<int> twice(int n) { return {n, n}; }
int refuse(int n) {
  if (n < 0) throw std::runtime_error("negative");
  return n;
}

struct answers {
  std::vector<bool> given;
  auto note() {
    return [this](bool accepted) { given.push_back(accepted); };
  }
};

template <typename T, typename In>
std::vector<T> drained(const channel<T, In>& from) {
  std::vector<T> all;
  while (auto got = from.try_take().value) {
    all.push_back(*got);
    if (all.size() == 1000) break;  // there is no end
  }
  return all;
}

TEST(transducer, CH_19_what_is_filtered_out_is_accepted_and_never_appears) {
  const channel<int> c(fixed(1), xf::filter(is_even));

  for (const int n : {1, 3, 5, 6}) EXPECT_EQ(c.try_put(n), put_status::accepted);
  EXPECT_EQ(c.try_put(7), put_status::would_wait) << "full is full";

  EXPECT_EQ(drained(c), std::vector<int>{6});
}

TEST(transducer, CH_19_a_take_moves_puts_up_until_one_fills_the_buffer) {
  stage s;
  const channel<int> c(s.home(), fixed(1), xf::filter(is_even));
  answers put;
  for (const int n : {2, 3, 5, 8, 10}) c.put_then(n, put.note());
  EXPECT_EQ(put.given.size(), 1U);

  EXPECT_EQ(c.take(), 2);
  EXPECT_EQ(put.given.size(), 4U) << "3 and 5 left no trace, 8 filled it";
  EXPECT_EQ(drained(c), (std::vector<int>{8, 10}));
}

TEST(transducer,
     CH_20_all_that_one_put_yields_enters_and_the_next_waits_until_there_is_room) {
  stage s;
  const channel<int> c(s.home(), fixed(1), xf::mapcat([](int n) {
                         return std::vector<int>{n, n + 1, n + 2};
                       }));
  answers put;

  EXPECT_EQ(c.try_put(1), put_status::accepted);
  c.put_then(10, put.note());

  EXPECT_EQ(c.take(), 1);
  EXPECT_EQ(c.take(), 2);
  EXPECT_TRUE(put.given.empty()) << "one is left, as many as there is room for";
  EXPECT_EQ(c.take(), 3);
  EXPECT_EQ(put.given, std::vector<bool>{true});
  EXPECT_EQ(drained(c), (std::vector<int>{10, 11, 12}));
}

TEST(transducer, CH_20_what_enters_beyond_the_room_there_is_stays_in_order) {
  stage s;
  const channel<int> c(s.home(), fixed(3), xf::mapcat([](int n) {
                         return std::vector<int>{n, n + 1, n + 2};
                       }));
  c.put_then(1, [](bool) {});
  EXPECT_EQ(c.take(), 1);
  EXPECT_EQ(c.try_put(4), put_status::accepted) << "two are left of three";

  EXPECT_EQ(drained(c), (std::vector<int>{2, 3, 4, 5, 6}));
}

// A span refers to elements of somebody else; of what cannot be copied there is one only.
TEST(transducer, CH_20_elements_of_a_range_that_owns_none_are_copied) {
  std::vector<std::string> table{"a word that is too long", "to be held inline"};
  const channel<std::string, int> c(
      fixed(1), xf::mapcat([&](int) { return std::span<std::string>(table); }));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(c.put(i));
    EXPECT_EQ(drained(c),
              (std::vector<std::string>{"a word that is too long", "to be held inline"}));
  }

  std::vector<std::unique_ptr<int>> alone;
  alone.push_back(std::make_unique<int>(7));
  const channel<std::unique_ptr<int>, int> moved(
      fixed(1), xf::mapcat([&](int) { return std::span<std::unique_ptr<int>>(alone); }));
  EXPECT_TRUE(moved.put(1));
  EXPECT_EQ(*moved.take().value(), 7);
}

TEST(transducer, CH_21_one_put_that_expands_serves_several_who_take) {
  stage s;
  const channel<int> c(s.home(), fixed(1), xf::mapcat(twice));
  std::vector<int> taken;
  for (int i = 0; i < 3; ++i)
    c.take_then([&](std::optional<int> got) {
      if (got) taken.push_back(*got);
    });

  EXPECT_EQ(c.try_put(4), put_status::accepted);
  EXPECT_EQ(taken, (std::vector<int>{4, 4}));
  EXPECT_EQ(c.try_put(5), put_status::accepted);
  EXPECT_EQ(taken, (std::vector<int>{4, 4, 5}));
  EXPECT_EQ(drained(c), std::vector<int>{5});
}

TEST(transducer, CH_22_one_that_ends_early_closes_the_channel) {
  const channel<int> c(fixed(5), xf::take(2));

  EXPECT_TRUE(c.put(1));
  EXPECT_TRUE(c.put(2)) << "this one ends it";
  EXPECT_FALSE(c.put(3));

  EXPECT_TRUE(c.is_closed());
  EXPECT_EQ(drained(c), (std::vector<int>{1, 2}));
  EXPECT_EQ(c.take(), std::nullopt);
}

TEST(transducer, CH_22_puts_that_wait_at_an_early_end_are_accepted_and_lost) {
  stage s;
  const channel<int> c(s.home(), fixed(1), xf::take(2));
  answers put;
  for (int n = 1; n <= 4; ++n) c.put_then(n, put.note());
  EXPECT_EQ(put.given.size(), 1U);

  EXPECT_EQ(c.take(), 1);

  EXPECT_EQ(put.given, (std::vector<bool>{true, true, true, true}));
  EXPECT_EQ(c.take(), 2);
  EXPECT_EQ(c.take(), std::nullopt);
}

TEST(transducer, CH_22_takes_that_wait_at_an_early_end_are_served_and_told) {
  stage s;
  const channel<int> c(s.home(), fixed(1), xf::take(1));
  std::vector<std::optional<int>> taken;
  for (int i = 0; i < 2; ++i)
    c.take_then([&](std::optional<int> got) { taken.push_back(got); });

  EXPECT_TRUE(c.put(1));

  EXPECT_EQ(taken, (std::vector<std::optional<int>>{1, std::nullopt}));
}

TEST(transducer, CH_23_groups_of_three_and_the_rest_when_it_closes) {
  const channel<std::vector<int>, int> c(fixed(9), xf::partition(3));

  for (int n = 1; n <= 7; ++n) EXPECT_TRUE(c.put(n));
  c.close();

  const std::vector<std::vector<int>> expected{{1, 2, 3}, {4, 5, 6}, {7}};
  EXPECT_EQ(drained(c), expected);
  EXPECT_EQ(c.take(), std::nullopt);
}

TEST(transducer, CH_24_the_rest_comes_after_the_puts_that_waited_when_it_closed) {
  stage s;
  const channel<std::vector<int>, int> c(s.home(), fixed(1), xf::partition(2));
  answers put;
  for (int n = 1; n <= 5; ++n) c.put_then(n, put.note());
  c.close();
  EXPECT_EQ(put.given.size(), 2U) << "the first two filled the buffer";

  const std::vector<std::vector<int>> expected{{1, 2}, {3, 4}, {5}};
  EXPECT_EQ(drained(c), expected);
  EXPECT_EQ(put.given.size(), 5U);
  EXPECT_EQ(c.take(), std::nullopt);
}

TEST(transducer, CH_25_the_ex_handler_is_called_once_and_its_value_takes_the_place) {
  int called = 0;
  const channel<int> c(fixed(9), xf::map(refuse), [&](const std::exception_ptr& error) {
    ++called;
    EXPECT_THROW(std::rethrow_exception(error), std::runtime_error);
    return std::optional<int>(0);
  });

  for (const int n : {1, -1, 2}) EXPECT_TRUE(c.put(n));

  EXPECT_EQ(called, 1);
  EXPECT_EQ(drained(c), (std::vector<int>{1, 0, 2}));
}

TEST(transducer, CH_25_an_ex_handler_without_a_value_skips_the_element) {
  const channel<int> c(fixed(9), xf::map(refuse),
                       [](const std::exception_ptr&) { return std::optional<int>(); });

  for (const int n : {1, -1, 2}) EXPECT_TRUE(c.put(n));

  EXPECT_EQ(drained(c), (std::vector<int>{1, 2}));
}

TEST(transducer, CH_25_the_ex_handlers_value_does_not_go_through_the_transducer) {
  const channel<int> c(fixed(9), xf::map(refuse) | xf::map(square),
                       [](const std::exception_ptr&) { return std::optional<int>(7); });

  EXPECT_TRUE(c.put(-1));
  EXPECT_TRUE(c.put(2));

  EXPECT_EQ(drained(c), (std::vector<int>{7, 4}));
}

TEST(transducer, CH_25_a_null_that_a_transducer_yields_is_an_error) {
  using pointer = std::shared_ptr<int>;
  int called = 0;
  const channel<pointer, int> c(
      fixed(9),
      xf::map([](int n) { return n == 0 ? nullptr : std::make_shared<int>(n); }),
      [&](const std::exception_ptr& error) {
        ++called;
        EXPECT_THROW(std::rethrow_exception(error), nil_value_error);
        return std::optional<pointer>(pointer());  // null as well: adds nothing
      });

  EXPECT_TRUE(c.put(0));
  EXPECT_TRUE(c.put(1));

  EXPECT_EQ(called, 1);
  const auto first = c.take();
  ASSERT_NE(first.value(), nullptr);
  EXPECT_EQ(**first, 1);
}

TEST(transducer, CH_26_without_an_ex_handler_the_uncaught_hook_hears_of_it) {
  stage s;
  const channel<int> c(s.home(), fixed(9), xf::map(refuse));

  EXPECT_TRUE(c.put(-1));
  EXPECT_TRUE(c.put(1));

  ASSERT_EQ(s.uncaught.size(), 1U);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[0]), std::runtime_error);
  EXPECT_EQ(drained(c), std::vector<int>{1});
}

int refuse_all(const std::vector<int>&) { throw std::runtime_error("none"); }

// Whoever closes it has closed it, and has yet to tell what was thrown.
TEST(transducer, CH_26_a_runtime_may_end_under_who_is_about_to_tell_it_of_an_error) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "needs schedule points";
  int told = 0;
  tests::freeze_at late("channel.close.before_wake");
  auto home = std::make_unique<runtime>(
      runtime_options{.uncaught = [&](const std::exception_ptr&) { ++told; }});
  const channel<int> c(*home, fixed(1), xf::partition(2) | xf::map(refuse_all));
  EXPECT_TRUE(c.put(1));
  std::thread closer([&] { c.close(); });
  late.wait_until_reached();
  EXPECT_TRUE(c.is_closed());

  home.reset();
  late.let_go();
  closer.join();

  EXPECT_EQ(told, 0) << "it is nobody's";
}

// Counts its completions, and yields one more element then.
struct counts_completions : xf::transducer {
  template <typename In>
  using output = In;
  template <typename Down>
  struct stage_of {
    int* completions;
    Down down;
    template <typename In>
    bool step(In&& element) {
      return down.step(std::forward<In>(element));
    }
    void complete() {
      ++*completions;
      down.step(99);
      down.complete();
    }
  };
  template <typename In, typename Down>
  auto onto(Down down) const {
    return stage_of<Down>{completions, std::move(down)};
  }
  int* completions;
};

TEST(transducer, CH_27_completion_runs_once_however_the_channel_ends) {
  int completions = 0;
  counts_completions counted;
  counted.completions = &completions;
  {
    const channel<int> c(fixed(1), counted);
    c.close();
    c.close();
    EXPECT_EQ(drained(c), std::vector<int>{99});
    for (int i = 0; i < 3; ++i) EXPECT_EQ(c.take(), std::nullopt);
    EXPECT_EQ(completions, 1) << "closed with nothing in it";
  }
  {
    const channel<int> c(fixed(1), xf::take(1) | counted);
    c.put(1);
    c.close();
    EXPECT_EQ(drained(c), (std::vector<int>{1, 99}));
    EXPECT_EQ(completions, 2) << "ended early, and closed";
  }
  {
    stage s;
    const channel<int> c(s.home(), fixed(1), counted);
    for (int n = 1; n <= 3; ++n) c.put_then(n, [](bool) {});
    c.close();
    EXPECT_EQ(completions, 2) << "puts wait";
    EXPECT_EQ(drained(c), (std::vector<int>{1, 2, 3, 99}));
    EXPECT_EQ(c.take(), std::nullopt);
    EXPECT_EQ(completions, 3) << "closed with puts that waited";
  }
}

TEST(transducer, DEV_17_what_an_ex_handler_throws_goes_to_the_putter) {
  const channel<int> c(fixed(9), xf::map(refuse),
                       [](const std::exception_ptr&) -> std::optional<int> {
                         throw std::logic_error("handler");
                       });

  EXPECT_THROW(c.put(-1), std::logic_error);

  EXPECT_TRUE(c.put(1)) << "the lock is free";
  EXPECT_EQ(c.take(), 1);
}

TEST(transducer, DEV_17_or_to_the_uncaught_hook_if_another_party_made_the_step) {
  stage s;
  const channel<int> c(s.home(), fixed(1), xf::map(refuse),
                       [](const std::exception_ptr&) -> std::optional<int> {
                         throw std::logic_error("handler");
                       });
  answers put;
  c.put_then(1, put.note());
  c.put_then(-1, put.note());

  EXPECT_EQ(c.take(), 1);

  ASSERT_EQ(s.uncaught.size(), 1U);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[0]), std::logic_error);
  EXPECT_EQ(put.given, (std::vector<bool>{true, true}));
}

TEST(transducer, transducers_of_a_chain_run_in_the_order_written) {
  const channel<std::string, int> c(
      fixed(9), xf::filter(is_even) | xf::map(square) | xf::dedupe() | xf::mapcat(twice) |
                    xf::take(3) | xf::map([](int n) { return std::to_string(n); }));

  for (const int n : {1, 2, 2, 4, 6}) c.put(n);

  EXPECT_EQ(drained(c), (std::vector<std::string>{"4", "4", "16"}));
}

TEST(transducer, dedupe_drops_what_equals_the_one_before) {
  const channel<int> c(fixed(9), xf::dedupe());

  for (const int n : {1, 1, 2, 2, 1, 3, 3}) c.put(n);

  EXPECT_EQ(drained(c), (std::vector<int>{1, 2, 1, 3}));
}

TEST(transducer, each_channel_has_a_state_of_its_own) {
  const auto two = xf::take(2);
  const channel<int> a(fixed(9), two);
  const channel<int> b(fixed(9), two);

  a.put(1);
  a.put(2);

  EXPECT_TRUE(a.is_closed());
  EXPECT_TRUE(b.put(1));
}

TEST(transducer, dropping_and_sliding_buffers_take_what_a_transducer_yields) {
  const channel<int> first(dropping(3), xf::mapcat(twice));
  const channel<int> last(sliding(3), xf::mapcat(twice));
  for (int n = 1; n <= 3; ++n) {
    EXPECT_TRUE(first.put(n));
    EXPECT_TRUE(last.put(n));
  }

  EXPECT_EQ(drained(first), (std::vector<int>{1, 1, 2}));
  EXPECT_EQ(drained(last), (std::vector<int>{2, 3, 3}));
}

TEST(transducer, a_promise_channel_keeps_the_first_that_comes_through) {
  const auto c = promise_channel<int>(xf::filter(is_even) | xf::mapcat(twice));

  EXPECT_TRUE(c.put(1));
  EXPECT_TRUE(c.put(2));
  EXPECT_TRUE(c.put(4));

  EXPECT_EQ(c.take(), 2);
  EXPECT_EQ(c.take(), 2);
}

}  // namespace
}  // namespace tussle
