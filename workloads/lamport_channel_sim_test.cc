// Does the channel for one putter and one taker hold in every interleaving that the controlled
// scheduler comes upon? Lost wake-ups, deadlocks, leaks and uses after free are findings of its
// own. Each program runs with barriers on both sides, and with heavy ones where one waits.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "harness/schedule/sim/program.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/sync/asymmetric_barrier.h"
#include "primitives/sync/plain.h"
#include "workloads/go_programs_for_test.h"
#include "workloads/subjects/lamport_channel.h"

namespace tussle {
namespace {

using tests::cargo;
using tests::freight;
using tests::own_stage;
using tests::program;
using workloads::subjects::lamport_channel;

void what_was_put_is_visible() {
  lamport_channel<freight> c(1);
  sim::threads({[&] { sim::require(c.put(std::make_shared<cargo>(7)), "accepted"); },
                [&] {
                  const auto got = c.take();
                  sim::require(got && (*got)->value.read() == 7, "whole");
                }});
}

// The second put returns after the first take has begun.
void what_came_before_the_take_is_visible() {
  lamport_channel<int> c(1);
  sync::plain<int> before(0);
  sim::threads({[&] {
                  c.put(1);
                  c.put(2);
                  sim::require(before.read() == 5, "before the take");
                },
                [&] {
                  before.write(5);
                  c.take();
                  c.take();
                }});
}

void one_puts_many(std::size_t capacity) {
  lamport_channel<freight> c(capacity);
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
void one_place_keeps_the_order() { one_puts_many(1); }
void two_places_keep_the_order() { one_puts_many(2); }
void more_places_than_a_power_of_two() { one_puts_many(3); }

void a_take_waits_for_the_end() {
  lamport_channel<int> c(2);
  sim::threads({[&] { c.close(); },
                [&] { sim::require(!c.take() && !c.take(), "closed, for good"); }});
  sim::require(!c.put(1), "refused");
}

void what_is_left_is_destroyed() {
  lamport_channel<freight> c(2);
  sim::threads({[&] {
                  c.put(std::make_shared<cargo>(1));
                  c.put(std::make_shared<cargo>(2));
                },
                [&] { sim::require(c.take().has_value(), "the first"); }});
}

using handle = std::shared_ptr<lamport_channel<int>>;

// The channel goes with the frames that own it.
go_block<> puts_three(handle to) {
  for (int i = 1; i <= 3; ++i) co_await to->async_put(i);
  to->close();
}
go_block<int> takes_all(handle from) {
  int digits = 0;
  while (const auto got = co_await from->async_take()) digits = digits * 10 + *got;
  co_return digits;
}

void go_blocks_meet() {
  own_stage on;
  channel<int> all;
  {
    const auto c = std::make_shared<lamport_channel<int>>(1);
    go(on.home, puts_three, c);
    all = go(on.home, takes_all, c);
  }
  int digits = 0;
  sim::threads(
      {[&] { on.run(); }, [&] { on.run(); }, [&] { digits = all.take().value(); }});
  sim::require(digits == 123, "all, in order");
  on.run();
}

// It may be parked by then; what it was woken for runs afterwards.
void a_thread_serves_a_go_block() {
  own_stage on;
  const auto c = std::make_shared<lamport_channel<int>>(3);
  const auto all = go(on.home, takes_all, c);
  sim::threads({[&] { on.run(); },
                [&] {
                  for (int i = 1; i <= 3; ++i) c->put(i);
                  c->close();
                }});
  on.run();
  sim::require(all.take() == 123, "all, in order");
}

// A go block that is parked leaves when its runtime ends.
void a_runtime_ends() {
  const auto c = std::make_shared<lamport_channel<int>>(1);
  {
    own_stage on;
    go(on.home, puts_three, c);
    sim::threads({[&] { on.run(); }, [&] { sim::require(c->take() == 1, "the first"); }});
  }
  sim::require(c.use_count() == 1, "its frame is gone");
}

template <void (*Run)()>
void with_heavy_barriers() {
  sync::ask_for_heavy_barriers();
  Run();
}

void expect_to_hold_with_every_schedule(const program& what) {
  const sim::options options{.name = what.name,
                             .with = sim::strategy::exhaustive,
                             .most_preemptions = 2,
                             .executions = 200'000};
  const sim::result seen = sim::explore(options, what.run);
  EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
  EXPECT_TRUE(seen.complete) << seen.executions;
}

class lamport_in_sim : public testing::TestWithParam<program> {};

TEST_P(lamport_in_sim, holds_whatever_the_schedule) {
  tests::expect_to_hold_whatever_the_schedule(GetParam(), 1'500);
}

TEST_P(lamport_in_sim, holds_with_every_schedule_of_two_preemptions) {
  if (GetParam().small) expect_to_hold_with_every_schedule(GetParam());
  tests::expect_to_hold_with_few_preemptions(GetParam());
}

TEST_P(lamport_in_sim, holds_where_memory_is_weak) {
  tests::expect_to_hold_where_memory_is_weak(GetParam(), 1'500);
}

#define TUSSLE_BOTH_WAYS(small, name)                                    \
  program{#name, &(name), small}, program {                              \
#name "_with_heavy_barriers", &with_heavy_barriers < &(name)>, small \
  }

INSTANTIATE_TEST_SUITE_P(
    all, lamport_in_sim,
    testing::Values(TUSSLE_BOTH_WAYS(true, what_was_put_is_visible),
                    TUSSLE_BOTH_WAYS(true, what_came_before_the_take_is_visible),
                    TUSSLE_BOTH_WAYS(false, one_place_keeps_the_order),
                    TUSSLE_BOTH_WAYS(false, two_places_keep_the_order),
                    TUSSLE_BOTH_WAYS(false, more_places_than_a_power_of_two),
                    TUSSLE_BOTH_WAYS(true, a_take_waits_for_the_end),
                    TUSSLE_BOTH_WAYS(true, what_is_left_is_destroyed),
                    TUSSLE_BOTH_WAYS(false, go_blocks_meet),
                    TUSSLE_BOTH_WAYS(false, a_thread_serves_a_go_block),
                    TUSSLE_BOTH_WAYS(false, a_runtime_ends)),
    tests::name_of);

}  // namespace
}  // namespace tussle
