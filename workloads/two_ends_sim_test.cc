// Do channels whose buffers have a lock at each end hold in every interleaving that the
// controlled scheduler comes upon? Lost wake-ups, deadlocks, leaks and uses after free are
// findings of its own.
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "harness/schedule/sim/program.h"
#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/sync/plain.h"
#include "workloads/go_programs_for_test.h"

namespace tussle {
namespace {

using tests::cargo;
using tests::freight;
using tests::own_stage;
using tests::program;

void what_was_put_is_visible_at_the_other_end() {
  const channel<freight> c(fixed(2));
  sim::threads({[&] { sim::require(c.put(std::make_shared<cargo>(7)), "accepted"); },
                [&] {
                  const auto got = c.take();
                  sim::require(got && (*got)->value.read() == 7, "whole");
                }});
}

// What happened before a take happens before the second put after it returns.
void what_came_before_a_take_is_visible() {
  const channel<int> c(fixed(2));
  sync::plain<int> before(0);
  sim::threads({[&] {
                  for (int i = 0; i < 3; ++i) c.put(i);
                  sim::require(before.read() == 5, "before the take");
                },
                [&] {
                  before.write(5);
                  c.take();
                }});
}

void five_in_order() {
  const channel<freight> c(fixed(2));
  int next = 1;
  sim::threads({[&] {
                  for (int i = 1; i <= 5; ++i) c.put(std::make_shared<cargo>(i));
                  c.close();
                },
                [&] {
                  while (const auto got = c.take())
                    sim::require((*got)->value.read() == next++, "in order");
                }});
  sim::require(next == 6, "all");
}

void two_put_and_two_take_between_two_ends() {
  const channel<int> c(fixed(2));
  std::vector<int> got(2);
  sim::threads({[&] { c.put(1); }, [&] { c.put(2); }, [&] { got[0] = c.take().value(); },
                [&] { got[1] = c.take().value(); }});
  sim::require(got[0] + got[1] == 3, "each once");
}

// Accepted is what was taken, or will be: puts that wait when it is closed count.
void close_meets_two_ends() {
  const channel<freight> c(fixed(2));
  std::vector<int> accepted(2);
  int taken = 0;
  const auto put_two = [&](std::size_t i) {
    return [&, i] {
      for (int n = 0; n < 2; ++n)
        accepted[i] += c.put(std::make_shared<cargo>(1)) ? 1 : 0;
    };
  };
  sim::threads({put_two(0), put_two(1),
                [&] {
                  while (const auto got = c.take()) taken += (*got)->value.read();
                },
                [&] { c.close(); }});
  while (const auto got = c.take()) taken += (*got)->value.read();
  sim::require(taken == accepted[0] + accepted[1], "each once, or refused");
}

// There is an element until it is closed.
void a_try_to_take_tells_the_end() {
  const channel<int> c(fixed(2));
  c.put(1);
  take_status seen = take_status::taken;
  sim::threads({[&] { seen = c.try_take().status; },
                [&] {
                  c.close();
                  c.take();
                }});
  sim::require(seen != take_status::empty, "never empty and open");
}

// There is never more than one.
void a_try_to_put_finds_the_room() {
  const channel<int> c(fixed(2));
  c.put(1);
  put_status seen = put_status::closed;
  sim::threads({[&] { seen = c.try_put(0); },
                [&] {
                  for (int i = 0; i < 2; ++i) {
                    c.take();
                    c.put(1);
                  }
                }});
  sim::require(seen == put_status::accepted, "never full");
}

int take_either(const channel<int>& x, const channel<int>& y) {
  std::vector<alts_case<int>> cases;
  cases.emplace_back(take_from(x));
  cases.emplace_back(take_from(y));
  return alts(cases).value.value();
}

void an_alts_chooses_among_two_ends() {
  const channel<int> x(fixed(2));
  const channel<int> y(fixed(2));
  int sum = 0;
  sim::threads({[&] { x.put(1); }, [&] { y.put(2); },
                [&] {
                  for (int i = 0; i < 2; ++i) sum += take_either(x, y);
                }});
  sim::require(sum == 3, "each once");
  sim::require(!x.try_take().value && !y.try_take().value, "none is left");
}

void an_alts_puts_at_one_end() {
  const channel<int> x(fixed(2));
  const channel<int> y(fixed(2));
  x.put(0);
  x.put(0);
  y.put(0);
  y.put(0);
  std::size_t chosen = 2;
  sim::threads({[&] { chosen = alts(put_to(x, 1), put_to(y, 1)).index; },
                [&] { x.take(); }, [&] { y.take(); }});
  const channel<int>* const both[] = {&x, &y};
  for (std::size_t i = 0; i < 2; ++i) {
    int sum = 0;
    while (const auto left = both[i]->try_take().value) sum += *left;
    sim::require(sum == (chosen == i ? 1 : 0), "into the chosen one");
  }
}

// Each puts into one and takes from the other one, whatever is possible.
void two_alts_meet_at_two_ends() {
  const channel<int> x(fixed(2));
  const channel<int> y(fixed(2));
  std::vector<int> taken(2);
  const auto either = [&](std::size_t i, const channel<int>& to,
                          const channel<int>& from) {
    return [&, i] {
      const auto r = alts(take_from(from), put_to(to, 1));
      taken[i] = r.index == 0 ? 1 : 0;
    };
  };
  sim::threads({either(0, x, y), either(1, y, x)});
  int left = 0;
  const channel<int>* const both[] = {&x, &y};
  for (const channel<int>* each : both)
    while (each->try_take().value) ++left;
  sim::require(left == 2 - 2 * (taken[0] + taken[1]),
               "what was put was taken, or is there");
}

void three_put_where_two_have_room() {
  const channel<int> c(fixed(2));
  int waiting = 0;
  const auto put = [&] { sim::require(c.put(1), "accepted"); };
  sim::threads({put, put, put, [&] { waiting += c.take().value(); }});
  sim::require(waiting == 1 && c.take() == 1 && c.take() == 1, "each once");
  sim::require(c.try_take().status == take_status::empty, "none twice");
}

// The entry that the alts has lost stands in line while puts come.
void a_lost_entry_stands_before_puts() {
  const channel<int> x(fixed(2));
  const channel<int> y(fixed(2));
  int sum = 0;
  sim::threads({[&] { sum += take_either(x, y); }, [&] { y.put(1); },
                [&] {
                  x.put(2);
                  x.put(4);
                }});
  const channel<int>* const both[] = {&x, &y};
  for (const channel<int>* each : both)
    while (const auto left = each->try_take().value) sum += *left;
  sim::require(sum == 7, "each once");
}

void callbacks_at_two_ends() {
  int called = 0;
  {
    const channel<int> c(fixed(2));
    for (int i = 0; i < 2; ++i) c.put(0);
    sim::threads(
        {[&] { c.put_then(1, [&](bool accepted) { called += accepted ? 1 : 0; }); },
         [&] { c.take(); }, [&] { c.take(); }});
    sim::require(c.take() == 1, "it came");
  }
  sim::require(called == 1, "called once");
}

// Who comes by a view, while the last owner goes.
void an_end_is_left() {
  auto c = std::make_optional<channel<freight>>(fixed(2));
  const channel_view<freight> view = c->view();
  c->put(std::make_shared<cargo>(1));
  std::optional<freight> got;
  bool accepted = true;
  sim::threads({[&] { c.reset(); }, [&] { got = view.take(); },
                [&] { accepted = view.put(std::make_shared<cargo>(2)); }});
  sim::require(!got || (*got)->value.read() <= 2, "whole");
  sim::require(!view.put(std::make_shared<cargo>(3)), "refused");
}

go_block<> puts_by_view(channel_view<int> to) { co_await to.async_put(1); }

void an_end_is_left_where_puts_wait() {
  own_stage on;
  auto c = std::make_optional<channel<int>>(on.home, fixed(2));
  const channel_view<int> view = c->view();
  c->put(0);
  c->put(0);
  go(on.home, puts_by_view, view);
  on.run();
  sim::threads({[&] { c.reset(); }, [&] { view.take(); }});
  on.run();
  sim::require(on.living() == 0, "its frame is gone");
}

go_block<> takes_by_view(channel_view<int> from) { co_await from.async_take(); }

// Takes out of line what waits, while others put and take.
void a_runtime_ends_at_two_ends() {
  const channel<int> c(fixed(2));
  std::optional<own_stage> on(std::in_place);
  go(on->home, takes_by_view, c.view());
  on->run();
  sim::threads({[&] { on.reset(); },
                [&] {
                  c.put(1);
                  c.put(2);
                },
                [&] { static_cast<void>(c.try_take()); }});
  while (c.try_take().value) {
  }
  sim::require(c.try_put(3) == put_status::accepted && c.take() == 3, "it goes on");
}

// The channel goes with the frames that own it.
go_block<> puts_four(channel<int> to) {
  for (int i = 1; i <= 4; ++i) co_await to.async_put(i);
  to.close();
}
go_block<int> takes_all(channel<int> from) {
  int digits = 0;
  while (const auto got = co_await from.async_take()) digits = digits * 10 + *got;
  co_return digits;
}

void go_blocks_at_two_ends() {
  own_stage on;
  std::optional<channel<int>> all;
  {
    const channel<int> c(on.home, fixed(2));
    go(on.home, puts_four, c);
    all = go(on.home, takes_all, c);
  }
  int digits = 0;
  sim::threads(
      {[&] { on.run(); }, [&] { on.run(); }, [&] { digits = all->take().value(); }});
  sim::require(digits == 1234, "all, in order");
  on.run();
}

class two_ends_in_sim : public testing::TestWithParam<program> {};

TEST_P(two_ends_in_sim, CH_31_hold_whatever_the_schedule) {
  tests::expect_to_hold_whatever_the_schedule(GetParam(), 3'000);
}

TEST_P(two_ends_in_sim, CH_31_hold_with_every_schedule_of_few_preemptions) {
  tests::expect_to_hold_with_few_preemptions(GetParam());
}

TEST_P(two_ends_in_sim, CH_31_hold_where_memory_is_weak) {
  tests::expect_to_hold_where_memory_is_weak(GetParam(), 3'000);
}

INSTANTIATE_TEST_SUITE_P(
    all, two_ends_in_sim,
    testing::Values(TUSSLE_SMALL_PROGRAM(what_was_put_is_visible_at_the_other_end),
                    TUSSLE_SMALL_PROGRAM(what_came_before_a_take_is_visible),
                    TUSSLE_PROGRAM(five_in_order),
                    TUSSLE_PROGRAM(two_put_and_two_take_between_two_ends),
                    TUSSLE_PROGRAM(close_meets_two_ends),
                    TUSSLE_SMALL_PROGRAM(a_try_to_take_tells_the_end),
                    TUSSLE_SMALL_PROGRAM(a_try_to_put_finds_the_room),
                    TUSSLE_PROGRAM(an_alts_chooses_among_two_ends),
                    TUSSLE_PROGRAM(an_alts_puts_at_one_end),
                    TUSSLE_PROGRAM(two_alts_meet_at_two_ends),
                    TUSSLE_PROGRAM(three_put_where_two_have_room),
                    TUSSLE_PROGRAM(a_lost_entry_stands_before_puts),
                    TUSSLE_PROGRAM(callbacks_at_two_ends), TUSSLE_PROGRAM(an_end_is_left),
                    TUSSLE_PROGRAM(an_end_is_left_where_puts_wait),
                    TUSSLE_PROGRAM(a_runtime_ends_at_two_ends),
                    TUSSLE_PROGRAM(go_blocks_at_two_ends)),
    tests::name_of);

}  // namespace
}  // namespace tussle
