// Does what stands behind go blocks that do not give way run, or go, in every interleaving that
// the controlled scheduler comes upon?
#include <gtest/gtest.h>

#include "harness/schedule/sim/program.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"
#include "workloads/go_programs_for_test.h"

namespace tussle {
namespace {

using tests::passenger;
using tests::program;
using tests::puts_two;
using tests::waits;

void one_go_block_is_stuck_before_another() {
  runtime on({.compute_threads = 3});
  const channel<int> c(on);
  const auto blocks = go(
      on,
      [](runtime* home, channel<int> at) -> go_block<int> {
        go(*home, puts_two, at);  // stands behind it
        co_return at.take().value();
      },
      &on, c);
  sim::require(blocks.take() == 1, "it was taken from behind it");
  c.take();
}

// As above, and what is taken from behind it is stuck before another one, too.
void two_go_blocks_are_stuck_before_another() {
  runtime on({.compute_threads = 3});
  const channel<int> c(on);
  const auto takes = [](channel<int> at) -> go_block<int> {
    co_return at.take().value();
  };
  const auto blocks = go(
      on,
      [takes](runtime* home, channel<int> at) -> go_block<int> {
        const auto other = go(*home, takes, at);
        go(*home, puts_two, at);
        const int mine = at.take().value();
        co_return mine + other.take().value();
      },
      &on, c);
  sim::require(blocks.take() == 3, "the last one was run");
}

// Whoever has watched may look for the last time as one makes another ready and is stuck.
void a_go_block_is_stuck_as_the_watch_ends() {
  runtime on({.compute_threads = 3});
  const channel<int> c(on);
  const channel<int> first(on);
  const auto blocks = go(
      on,
      [](runtime* home, channel<int> begin, channel<int> at) -> go_block<int> {
        begin.take();
        go(*home, puts_two, at);
        co_return at.take().value();
      },
      &on, first, c);
  // It comes, runs this one, and watches.
  go(on, []() -> go_block<int> { co_return 1; }).take();
  first.put(1);
  sim::require(blocks.take() == 1, "it was taken from behind it");
  c.take();
}

// What it is stuck before is run or destroyed, as its runtime ends.
void a_go_block_is_stuck_beside_a_shutdown(shutdown_policy how) {
  runtime on({.compute_threads = 3});
  const channel<int> begun(on);
  go(
      on,
      [](runtime* home, channel<int> begins) -> go_block<> {
        const auto behind = go(*home, []() -> go_block<int> { co_return 1; });
        begins.put(1);
        behind.take();
        co_return;
      },
      &on, begun);
  begun.take();
  on.shutdown(how);
}
void a_go_block_is_stuck_beside_a_drain() {
  a_go_block_is_stuck_beside_a_shutdown(shutdown_policy::drain);
}
void a_go_block_is_stuck_beside_a_discard() {
  a_go_block_is_stuck_beside_a_shutdown(shutdown_policy::discard);
}

// The same of one that it wakes, after the shutdown or before.
void a_go_block_wakes_another_beside_a_discard() {
  int frames = 0;
  {
    runtime on({.compute_threads = 3});
    const channel<int> c(on);
    const channel<int> begun(on, fixed(1));
    const auto woken = go(on, waits, c, passenger(&frames));
    go(
        on,
        [](channel<int> begins, channel<int> at, channel<int> other) -> go_block<> {
          begins.put(1);
          if (at.try_put(1) == put_status::accepted) other.take();
          co_return;
        },
        begun, c, woken);
    begun.take();
    on.shutdown(shutdown_policy::discard);
  }
  sim::require(frames == 0, "its frame is gone");
}

// The same of one that another thread wakes.
void a_go_block_waits_for_what_others_wake_beside_a_discard() {
  int frames = 0;
  {
    runtime on({.compute_threads = 2});
    const channel<int> c(on);
    const auto woken = go(on, waits, c, passenger(&frames));
    go(
        on,
        [](channel<int> other) -> go_block<> {
          other.take();
          co_return;
        },
        woken);
    on.shutdown(shutdown_policy::discard);
    c.close();
  }
  sim::require(frames == 0, "its frame is gone");
}

class stuck_go_blocks_in_sim : public testing::TestWithParam<program> {};

TEST_P(stuck_go_blocks_in_sim, hold_whatever_the_schedule) {
  tests::expect_to_hold_whatever_the_schedule(GetParam(), 1'500);
}

TEST_P(stuck_go_blocks_in_sim, hold_with_every_schedule_of_few_preemptions) {
  tests::expect_to_hold_with_few_preemptions(GetParam());
}

TEST_P(stuck_go_blocks_in_sim, hold_where_memory_is_weak) {
  tests::expect_to_hold_where_memory_is_weak(GetParam(), 1'500);
}

INSTANTIATE_TEST_SUITE_P(
    all, stuck_go_blocks_in_sim,
    testing::Values(
        TUSSLE_PROGRAM(one_go_block_is_stuck_before_another),
        TUSSLE_PROGRAM(two_go_blocks_are_stuck_before_another),
        TUSSLE_PROGRAM(a_go_block_is_stuck_as_the_watch_ends),
        TUSSLE_PROGRAM(a_go_block_is_stuck_beside_a_drain),
        TUSSLE_PROGRAM(a_go_block_is_stuck_beside_a_discard),
        TUSSLE_PROGRAM(a_go_block_wakes_another_beside_a_discard),
        TUSSLE_PROGRAM(a_go_block_waits_for_what_others_wake_beside_a_discard)),
    tests::name_of);

}  // namespace
}  // namespace tussle
