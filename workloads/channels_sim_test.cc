// Do channels and alts hold in every interleaving that the controlled scheduler comes upon?
// Lost wake-ups, deadlocks, leaks and uses after free are findings of its own.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/schedule/sim/program.h"
#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/plain.h"
#include "primitives/sync/short_mutex.h"
#include "workloads/go_programs_for_test.h"

namespace tussle {
namespace {

using tests::cargo;
using tests::freight;
using tests::program;

// As it is in other modes.
void three_hold_a_short_mutex() {
  sync::detail::short_mutex_word m;
  sync::plain<int> count(0);
  const auto add = [&] {
    m.lock();
    count.write(count.read() + 1);
    m.unlock();
  };
  sim::threads({add, add, add});
  sim::require(count.read() == 3, "none is lost");
}

void what_was_put_is_visible_to_who_takes(buffer size) {
  const channel<freight> c(size);
  sim::threads({[&] { sim::require(c.put(std::make_shared<cargo>(7)), "accepted"); },
                [&] {
                  const auto got = c.take();
                  sim::require(got && (*got)->value.read() == 7, "whole");
                }});
}
void a_rendezvous() { what_was_put_is_visible_to_who_takes(buffer()); }
void through_a_buffer() { what_was_put_is_visible_to_who_takes(fixed(1)); }

// Without a buffer the putter knows what happened before the take.
void a_rendezvous_the_other_way() {
  const channel<int> c;
  sync::plain<int> before(0);
  sim::threads({[&] {
                  c.put(1);
                  sim::require(before.read() == 5, "before the take");
                },
                [&] {
                  before.write(5);
                  c.take();
                }});
}

void two_put_and_two_take(buffer size) {
  const channel<int> c(size);
  int sum = 0;
  std::vector<int> got(2);
  sim::threads({[&] { c.put(1); }, [&] { c.put(2); }, [&] { got[0] = c.take().value(); },
                [&] { got[1] = c.take().value(); }});
  sum = got[0] + got[1];
  sim::require(sum == 3, "each once");
}
void two_meet_two() { two_put_and_two_take(buffer()); }
void two_meet_two_through_a_buffer() { two_put_and_two_take(fixed(1)); }

void close_meets_put_and_take(buffer size) {
  const channel<int> c(size);
  bool accepted = false;
  std::optional<int> got;
  sim::threads({[&] { accepted = c.try_put(1) == put_status::accepted; },
                [&] { got = c.take(); }, [&] { c.close(); }});
  const bool left = c.take().has_value();
  sim::require(accepted == (got.has_value() || left), "true where it was taken");
}
void close_meets_a_rendezvous() { close_meets_put_and_take(buffer()); }
void close_meets_a_buffer() { close_meets_put_and_take(fixed(1)); }

// The put stays, or is refused; whatever comes first, it has its answer.
void close_meets_a_put_that_waits() {
  const channel<int> c;
  bool accepted = false;
  std::vector<std::optional<int>> got(2);
  sim::threads({[&] { accepted = c.put(1); }, [&] { c.close(); },
                [&] { got[0] = c.take(); }, [&] { got[1] = c.take(); }});
  sim::require(accepted == (got[0] || got[1]), "true where it was taken");
}

void close_publishes() {
  const channel<int> c;
  sync::plain<int> before(0);
  sim::threads({[&] {
                  before.write(3);
                  c.close();
                },
                [&] {
                  sim::require(!c.take(), "nothing");
                  sim::require(before.read() == 3, "before the close");
                }});
}

void the_first_element_is_for_all() {
  const auto c = promise_channel<freight>();
  std::vector<int> got(2);
  const auto take = [&](std::size_t i) {
    return [&, i] { got[i] = c.take().value()->value.read(); };
  };
  sim::threads({[&] { c.put(std::make_shared<cargo>(1)); },
                [&] { c.put(std::make_shared<cargo>(2)); }, take(0), take(1)});
  sim::require(got[0] == got[1] && got[0] > 0, "the same");
}

void groups_and_close() {
  const channel<std::vector<int>, int> c(fixed(1), xf::partition(2));
  std::vector<bool> accepted(3);
  std::size_t taken = 0;
  sim::threads({[&] {
                  for (std::size_t i = 0; i < 3; ++i) accepted[i] = c.put(1);
                },
                [&] { c.close(); },
                [&] {
                  while (const auto got = c.take()) taken += got->size();
                }});
  while (const auto got = c.take()) taken += got->size();
  std::size_t put = 0;
  for (const bool each : accepted) put += each ? 1 : 0;
  sim::require(put == taken, "what was accepted came out");
}

// --- alts ------------------------------------------------------------------------------

void alts_that_cross() {
  const channel<int> x;
  const channel<int> y;
  std::vector<std::size_t> done(2);
  sim::threads({[&] { done[0] = alts(take_from(x), put_to(y, 1)).index; },
                [&] { done[1] = alts(take_from(y), put_to(x, 2)).index; }});
  sim::require(done[0] != done[1], "one took, the other one put");
}

void alts_that_cross_in_the_same_order() {
  const channel<int> x;
  const channel<int> y;
  std::vector<std::size_t> done(2);
  const alts_options in_order{.priority = true};
  sim::threads({[&] { done[0] = alts(in_order, take_from(x), put_to(y, 1)).index; },
                [&] { done[1] = alts(in_order, put_to(x, 2), take_from(y)).index; }});
  sim::require(done[0] == done[1], "at the same channel");
}

void three_alts_and_a_partner() {
  const channel<int> x;
  const channel<int> y;
  std::vector<std::size_t> done(4);
  const auto choose = [&](std::size_t i) {
    return [&, i] { done[i] = alts(take_from(x), put_to(y, 1)).index; };
  };
  const auto serve = [&](std::size_t i) {
    return [&, i] { done[i] = alts(take_from(y), put_to(x, 2)).index; };
  };
  sim::threads({choose(0), choose(1), serve(2), serve(3)});
  std::size_t puts = 0;
  for (const std::size_t each : done) puts += each;
  sim::require(puts == 2, "each put met a take");
}

void an_alts_takes_one_of_two() {
  const channel<int> x(fixed(1));
  const channel<int> y(fixed(1));
  std::size_t done = 0;
  sim::threads({[&] { x.put(1); }, [&] { y.put(2); },
                [&] { done = alts(take_from(x), take_from(y)).index; }});
  const bool x_left = x.try_take().status == take_status::taken;
  const bool y_left = y.try_take().status == take_status::taken;
  sim::require(x_left != y_left && x_left == (done == 1), "the other one is left");
}

void an_alts_meets_a_close() {
  const channel<int> x;
  const channel<int> y;
  std::size_t done = 0;
  bool accepted = false;
  sim::threads({[&] { x.close(); }, [&] { accepted = y.put(2); },
                [&] {
                  const auto r = alts(take_from(x), take_from(y));
                  done = r.index;
                  if (done == 0) sim::require(y.take() == 2, "it waits still");
                }});
  sim::require(accepted, "the put met somebody");
}

// Whoever puts must find the lines as if the alts had waited at one channel only.
void an_alts_that_lost_is_passed_over() {
  const channel<int> x;
  const channel<int> y;
  std::vector<put_status> put(2);
  std::size_t done = 0;
  sim::threads({[&] { put[0] = x.try_put(1); }, [&] { put[1] = y.try_put(2); },
                [&] {
                  const auto r = alts(alts_options{.priority = true}, take_from(x),
                                      take_from(y), take_from(y));
                  done = r.index;
                },
                [&] { x.close(); }});
  sim::require(put[0] != put_status::accepted || put[1] != put_status::accepted,
               "one at most");
}

void an_alts_never_meets_itself() {
  const channel<int> c;
  std::size_t done = 9;
  std::optional<int> got;
  sim::threads(
      {[&] { done = alts(take_from(c), put_to(c, 1)).index; }, [&] { got = c.take(); }});
  sim::require(done == 1 && got == 1, "it put");
}

class channels_in_sim : public testing::TestWithParam<program> {};

TEST_P(channels_in_sim, hold_whatever_the_schedule) {
  tests::expect_to_hold_whatever_the_schedule(GetParam(), 1'500);
}

TEST_P(channels_in_sim, hold_with_every_schedule_of_few_preemptions) {
  tests::expect_to_hold_with_few_preemptions(GetParam());
}

TEST_P(channels_in_sim, hold_where_memory_is_weak) {
  tests::expect_to_hold_where_memory_is_weak(GetParam(), 1'500);
}

INSTANTIATE_TEST_SUITE_P(
    all, channels_in_sim,
    testing::Values(
        TUSSLE_SMALL_PROGRAM(three_hold_a_short_mutex),
        TUSSLE_SMALL_PROGRAM(a_rendezvous), TUSSLE_SMALL_PROGRAM(through_a_buffer),
        TUSSLE_SMALL_PROGRAM(a_rendezvous_the_other_way), TUSSLE_PROGRAM(two_meet_two),
        TUSSLE_PROGRAM(two_meet_two_through_a_buffer),
        TUSSLE_PROGRAM(close_meets_a_rendezvous), TUSSLE_PROGRAM(close_meets_a_buffer),
        TUSSLE_PROGRAM(close_meets_a_put_that_waits),
        TUSSLE_SMALL_PROGRAM(close_publishes),
        TUSSLE_PROGRAM(the_first_element_is_for_all), TUSSLE_PROGRAM(groups_and_close),
        TUSSLE_SMALL_PROGRAM(alts_that_cross),
        TUSSLE_SMALL_PROGRAM(alts_that_cross_in_the_same_order),
        TUSSLE_PROGRAM(three_alts_and_a_partner),
        TUSSLE_PROGRAM(an_alts_takes_one_of_two), TUSSLE_PROGRAM(an_alts_meets_a_close),
        TUSSLE_PROGRAM(an_alts_that_lost_is_passed_over),
        TUSSLE_SMALL_PROGRAM(an_alts_never_meets_itself)),
    tests::name_of);

// --- by number -------------------------------------------------------------------------
// Statements of the contract that break only where threads meet.

void expect_to_hold(const program& what) {
  tests::expect_to_hold_whatever_the_schedule(what, 500);
}

TEST(channels_meet_in_sim, CH_4_each_element_is_taken_once) {
  expect_to_hold(TUSSLE_PROGRAM(two_meet_two));
  expect_to_hold(TUSSLE_PROGRAM(two_meet_two_through_a_buffer));
}

TEST(channels_meet_in_sim, CH_31_a_put_that_meets_a_close_is_taken_or_refused) {
  expect_to_hold(TUSSLE_PROGRAM(close_meets_a_rendezvous));
  expect_to_hold(TUSSLE_PROGRAM(close_meets_a_buffer));
  expect_to_hold(TUSSLE_PROGRAM(close_meets_a_put_that_waits));
}

TEST(alts_in_sim, ALT_7_one_operation_of_each_takes_effect) {
  expect_to_hold(TUSSLE_PROGRAM(three_alts_and_a_partner));
  expect_to_hold(TUSSLE_PROGRAM(an_alts_takes_one_of_two));
  expect_to_hold(TUSSLE_PROGRAM(an_alts_that_lost_is_passed_over));
}

TEST(alts_in_sim, ALT_12_two_that_cross_complete_each_other) {
  expect_to_hold(TUSSLE_PROGRAM(alts_that_cross));
  expect_to_hold(TUSSLE_PROGRAM(alts_that_cross_in_the_same_order));
}

}  // namespace
}  // namespace tussle
