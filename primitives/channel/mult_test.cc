// What each tap gets, who waits for whom, and what ends when.
#include "primitives/channel/mult.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
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

TEST(mult, MULT_1_every_tap_gets_every_element_in_order) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int> a(s.home(), fixed(8));
  const channel<int> b(s.home(), fixed(8));
  m.tap(a);
  m.tap(b);
  put_and_close(source, {1, 2, 3});

  EXPECT_EQ(drain(s, a), (drained<int>{{1, 2, 3}, true}));
  EXPECT_EQ(drain(s, b), (drained<int>{{1, 2, 3}, true}));
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(mult, MULT_1_a_tap_gets_what_is_taken_after_it_came) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int> early(s.home(), fixed(8));
  const channel<int> late(s.home(), fixed(8));
  m.tap(early);
  s.run_all();
  EXPECT_EQ(source.try_put(1), put_status::accepted);
  s.run_all();
  m.tap(late);
  EXPECT_EQ(source.try_put(2), put_status::accepted);

  EXPECT_EQ(drain(s, early).elements, (ints{1, 2}));
  EXPECT_EQ(drain(s, late).elements, (ints{2}));
}

TEST(mult, MULT_1_taps_may_have_transducers_and_other_types) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<std::string, int> words(s.home(), fixed(8),
                                        xf::map([](int n) { return std::to_string(n); }));
  m.tap(words);
  put_and_close(source, {1, 2});

  EXPECT_EQ(drain(s, words), (drained<std::string>{{"1", "2"}, true}));
}

TEST(mult, MULT_2_nobody_gets_the_next_one_before_all_have_accepted_the_last) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int> fast(s.home(), fixed(8));
  const channel<int> slow(s.home());
  m.tap(fast);
  m.tap(slow);
  pending_puts<int> puts;
  puts.add(source, {1, 2, 3});

  EXPECT_EQ(drain(s, fast).elements, (ints{1}));
  EXPECT_EQ(puts.accepted, 1) << "the next one is not even taken";
  EXPECT_EQ(slow.take(), 1);
  EXPECT_EQ(drain(s, fast).elements, (ints{2}));
  EXPECT_EQ(puts.accepted, 2);
}

TEST(mult, MULT_2_all_puts_of_a_round_are_begun_together) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int> a(s.home());
  const channel<int> b(s.home());
  const channel<int> c(s.home());
  for (const auto& each : {a, b, c}) m.tap(each);
  put_and_close(source, {7});
  s.run_all();

  EXPECT_EQ(c.try_take().value, 7) << "in any order";
  EXPECT_EQ(a.try_take().value, 7);
  EXPECT_EQ(b.try_take().value, 7);
}

TEST(mult, MULT_2_neither_untap_nor_closing_releases_a_put_that_waits) {
  for (const bool closes : {false, true}) {
    stage s;
    const channel<int> source(s.home());
    const mult m(source);
    const channel<int> stuck(s.home());
    const channel<int> other(s.home(), fixed(8));
    m.tap(stuck);
    m.tap(other);
    pending_puts<int> puts;
    puts.add(source, {1, 2});
    s.run_all();
    closes ? stuck.close() : m.untap(stuck);
    s.run_all();
    EXPECT_EQ(puts.accepted, 1);

    EXPECT_EQ(stuck.take(), 1) << "only a take does";
    EXPECT_EQ(drain(s, other).elements, (ints{1, 2}));
    EXPECT_EQ(puts.accepted, 2);
  }
}

TEST(mult, MULT_2_the_end_of_a_taps_last_owner_releases_a_put_that_waits) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  auto stuck = std::make_optional<channel<int>>(s.home());
  const channel<int> other(s.home(), fixed(8));
  m.tap(*stuck);
  m.tap(other);
  put_and_close(source, {1, 2});
  s.run_all();
  stuck.reset();

  EXPECT_EQ(drain(s, other), (drained<int>{{1, 2}, true}));
}

TEST(mult, MULT_3_without_taps_elements_are_taken_and_dropped) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  pending_puts<int> puts;
  puts.add(source, {1, 2, 3});
  s.run_all();

  EXPECT_EQ(puts.accepted, 3);
}

TEST(mult, MULT_3_it_goes_on_without_its_handle) {
  stage s;
  const channel<int> source(s.home());
  const channel<int> a(s.home());
  mult(source).tap(a);
  put_and_close(source, {1, 2});

  EXPECT_EQ(drain(s, a), (drained<int>{{1, 2}, true}));
}

TEST(mult, MULT_4_a_closed_tap_is_dropped_and_the_others_go_on) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int> a(s.home());
  const channel<int> b(s.home(), fixed(8));
  m.tap(a);
  m.tap(b);
  a.close();
  put_and_close(source, {1, 2});

  EXPECT_EQ(drain(s, b), (drained<int>{{1, 2}, true}));
  EXPECT_TRUE(s.uncaught.empty());
}

// Counts its copies.
struct copied {
  explicit copied(int* count) : copies(count) {}
  copied(const copied& other) : copies(other.copies) { ++*copies; }
  copied(copied&&) noexcept = default;
  copied& operator=(const copied&) = default;
  int* copies;
};

TEST(mult, MULT_4_it_is_dropped_at_the_first_put_that_it_refuses) {
  stage s;
  int copies = 0;
  const channel<copied> source(s.home(), fixed(8));
  const mult m(source);
  const channel<copied> gone(s.home());
  const channel<copied> open(s.home(), fixed(8));
  m.tap(gone);
  m.tap(open);
  gone.close();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(source.try_put(copied(&copies)), put_status::accepted);
  s.run_all();

  EXPECT_EQ(copies, 1) << "for two in the first round, then for one";
}

TEST(mult, MULT_5_the_end_of_the_source_closes_those_that_are_to_be_closed) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int> closed(s.home());
  const channel<int> open(s.home());
  const channel<int> changed(s.home());
  m.tap(closed);
  m.tap(open, false);
  m.tap(changed);
  m.tap(changed, false);
  source.close();
  s.run_all();

  EXPECT_TRUE(closed.is_closed());
  EXPECT_FALSE(open.is_closed());
  EXPECT_FALSE(changed.is_closed()) << "as asked for last";
}

TEST(mult, MULT_5_one_that_comes_after_the_end_is_not_closed) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  source.close();
  s.run_all();
  const channel<int> late(s.home());
  m.tap(late);
  s.run_all();

  EXPECT_FALSE(late.is_closed());
}

TEST(mult, MULT_5_twice_tapped_is_tapped_once) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int> a(s.home(), fixed(8));
  m.tap(a);
  m.tap(a);
  put_and_close(source, {1, 2});

  EXPECT_EQ(drain(s, a), (drained<int>{{1, 2}, true}));
}

TEST(mult, MULT_6_a_tap_that_drops_delays_nobody) {
  for (const buffer& size : {dropping(1), sliding(1)}) {
    stage s;
    const channel<int> source(s.home());
    const mult m(source);
    const channel<int> slow(s.home(), size);
    const channel<int> fast(s.home(), fixed(8));
    m.tap(slow);
    m.tap(fast);
    put_and_close(source, {1, 2, 3});

    EXPECT_EQ(drain(s, fast), (drained<int>{{1, 2, 3}, true}));
    EXPECT_EQ(slow.take(), size.how() == buffer::keeping::sliding ? 3 : 1);
  }
}

TEST(mult, MULT_7_after_untap_nothing_more_comes) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int> a(s.home(), fixed(8));
  const channel<int> b(s.home(), fixed(8));
  m.tap(a);
  m.tap(b);
  s.run_all();
  EXPECT_EQ(source.try_put(1), put_status::accepted);
  s.run_all();
  m.untap(a);
  EXPECT_EQ(source.try_put(2), put_status::accepted);
  s.run_all();
  m.untap_all();
  EXPECT_EQ(source.try_put(3), put_status::accepted);
  source.close();

  EXPECT_EQ(drain(s, a), (drained<int>{{1}, false})) << "nor is it closed";
  EXPECT_EQ(drain(s, b), (drained<int>{{1, 2}, false}));
}

TEST(mult, MULT_7_untapped_and_tapped_again_while_a_put_waits_gets_each_once) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int> a(s.home());
  m.tap(a);
  put_and_close(source, {1, 2, 3});
  s.run_all();
  m.untap(a);
  m.tap(a);

  EXPECT_EQ(drain(s, a), (drained<int>{{1, 2, 3}, true}));
}

// Taps, takes five, goes; what it saw has no gap.
void visit(runtime& on, const mult<int>& m) {
  const channel<int> mine(on, fixed(64));
  m.tap(mine);
  ints seen;
  for (int i = 0; i < 5; ++i) seen.push_back(mine.take().value());
  m.untap(mine);
  while (const auto more = mine.try_take().value) seen.push_back(*more);
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_EQ(seen[i], seen[i - 1] + 1);
}

TEST(mult, MULT_8_under_traffic_a_tap_sees_all_between_its_first_and_its_last) {
  runtime on;
  const channel<int> source(on);
  const mult m(source);
  const channel<int> steady(on, fixed(4));
  m.tap(steady);
  const auto all = into(ints(), steady);
  std::atomic<int> visits{40};
  std::vector<std::thread> visitors;
  visitors.reserve(2);
  for (int v = 0; v < 2; ++v)
    visitors.emplace_back([&] {
      while (visits.fetch_sub(1) > 0) visit(on, m);
    });
  int count = 0;
  while (visits.load() > -2) EXPECT_TRUE(source.put(count++));
  source.close();
  for (std::thread& each : visitors) each.join();

  ints expected(static_cast<std::size_t>(count));
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all.take(), expected);
}

// Copies of it fail when they are told to.
struct fragile {
  explicit fragile(bool b) : breaks(b) {}
  fragile(const fragile& other) : breaks(other.breaks) {
    if (breaks) throw std::runtime_error("broken");
  }
  fragile(fragile&&) noexcept = default;
  fragile& operator=(const fragile&) = default;
  bool breaks;
};

TEST(mult, an_element_that_cannot_be_copied_ends_it_and_is_told_to_the_hook) {
  stage s;
  const channel<fragile> source(s.home(), fixed(8));
  const mult m(source);
  const channel<fragile> a(s.home(), fixed(8));
  const channel<fragile> b(s.home(), fixed(8));
  m.tap(a);
  m.tap(b);
  EXPECT_EQ(source.try_put(fragile(false)), put_status::accepted);
  EXPECT_EQ(source.try_put(fragile(true)), put_status::accepted);

  EXPECT_EQ(drain(s, a).elements.size(), 1U);
  EXPECT_TRUE(a.is_closed());
  EXPECT_TRUE(b.is_closed());
  EXPECT_EQ(s.uncaught.size(), 1U);
}

TEST(mult, a_tap_whose_handler_throws_stays_and_is_told_to_the_hook) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int, int> a(
      s.home(), fixed(8), xf::map([](int n) { return n != 2 ? n : throw 2; }),
      [](const std::exception_ptr&) -> std::optional<int> { throw 3; });
  m.tap(a);
  put_and_close(source, {1, 2, 3});

  EXPECT_EQ(drain(s, a), (drained<int>{{1, 3}, true}));
  EXPECT_EQ(s.uncaught.size(), 1U);
}

TEST(mult, a_tap_at_which_too_many_puts_wait_is_dropped_and_told_to_the_hook) {
  stage s;
  const channel<int> source(s.home());
  const mult m(source);
  const channel<int> full(s.home());
  const channel<int> other(s.home(), fixed(8));
  for (std::uint32_t i = 0; i < detail::channel_core::most_pending; ++i)
    full.put_then(0, [](bool) {});
  m.tap(full);
  m.tap(other);
  put_and_close(source, {1, 2});

  EXPECT_EQ(drain(s, other), (drained<int>{{1, 2}, true}));
  ASSERT_EQ(s.uncaught.size(), 1U);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[0]), too_many_pending_error);
}

TEST(mult, a_round_that_waits_goes_with_its_runtime) {
  const channel<int> a;
  {
    stage s;
    const channel<int> source(s.home());
    const mult m(source);
    const channel<int> b(s.home());
    m.tap(a);
    m.tap(b);
    EXPECT_EQ(source.try_put(1), put_status::would_wait);
    put_and_close(source, {1});
    s.run_all();
  }
  EXPECT_EQ(a.take(), std::nullopt) << "the put was taken back, and the tap is closed";
}

}  // namespace
}  // namespace tussle
