// Does the channel of cells hold in every interleaving that the controlled scheduler comes
// upon? Lost wake-ups, deadlocks, leaks and uses after free are findings of its own.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "harness/schedule/sim/program.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/sync/plain.h"
#include "primitives/task/one_shot.h"
#include "workloads/gives_up_nodes.h"
#include "workloads/go_programs_for_test.h"
#include "workloads/subjects/cell_channel.h"

namespace tussle {
namespace {

using tests::cargo;
using tests::freight;
using tests::own_stage;
using tests::program;
using workloads::gives_up_nodes;
using workloads::subjects::cell_channel;
using workloads::subjects::cell_entry;

void what_was_put_is_visible(std::size_t capacity) {
  const gives_up_nodes last;
  cell_channel<freight> c(capacity);
  sim::threads({[&] { sim::require(c.put(std::make_shared<cargo>(7)), "accepted"); },
                [&] {
                  const auto got = c.take();
                  sim::require(got && (*got)->value.read() == 7, "whole");
                }});
}
void cells_meet() { what_was_put_is_visible(0); }
void cells_through_a_buffer() { what_was_put_is_visible(1); }

// Without a buffer the putter knows what happened before the take.
void cells_meet_the_other_way() {
  const gives_up_nodes last;
  cell_channel<int> c(0);
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

// Accepted is what was taken, or will be: puts that wait when it is closed count.
void two_put_one_takes_one_closes(std::size_t capacity) {
  const gives_up_nodes last;
  cell_channel<freight> c(capacity);
  std::vector<int> accepted(2);
  int taken = 0;
  const auto put = [&](std::size_t i) {
    return [&, i] { accepted[i] = c.put(std::make_shared<cargo>(1)) ? 1 : 0; };
  };
  sim::threads({put(0), put(1),
                [&] {
                  while (const auto got = c.take()) taken += (*got)->value.read();
                },
                [&] { c.close(); }});
  sim::require(taken == accepted[0] + accepted[1], "each once, or refused");
}
void cells_are_closed() { two_put_one_takes_one_closes(0); }
void cells_with_a_buffer_are_closed() { two_put_one_takes_one_closes(1); }

// More than a segment.
void one_puts_many(std::size_t capacity) {
  const gives_up_nodes last;
  cell_channel<int> c(capacity);
  int next = 1;
  sim::threads({[&] {
                  for (int i = 1; i <= 5; ++i) c.put(i);
                  c.close();
                },
                [&] {
                  while (const auto got = c.take())
                    sim::require(*got == next++, "in order");
                }});
  sim::require(next == 6, "all");
}
void cells_keep_the_order() { one_puts_many(0); }
void cells_with_a_buffer_keep_the_order() { one_puts_many(2); }

void two_put_and_two_take(std::size_t capacity) {
  const gives_up_nodes last;
  cell_channel<int> c(capacity);
  std::vector<int> got(2);
  sim::threads({[&] { c.put(1); }, [&] { c.put(2); }, [&] { got[0] = c.take().value(); },
                [&] { got[1] = c.take().value(); }});
  sim::require(got[0] + got[1] == 3, "each once");
}
void two_meet_two_in_cells() { two_put_and_two_take(0); }
void two_meet_two_through_buffered_cells() { two_put_and_two_take(1); }

// Somebody who looks whether he was served, and leaves if he was not.
class visitor final : public detail::party {
 public:
  visitor() noexcept : party(abandoned::is_told) {}
  void wake() noexcept override { served_.settle(); }
  void drop() noexcept override {}
  void wait() { served_.wait(); }

 private:
  detail::one_shot served_;
};

using entry = cell_entry<freight>;

bool puts_or_leaves(cell_channel<freight>& c) {
  visitor self;
  entry mine(self, entry::stays::may_leave);
  freight element = std::make_shared<cargo>(1);
  const auto ended = c.put(element, mine);
  if (ended != detail::outcome::pending) return ended == detail::outcome::done;
  if (c.cancel(mine)) return false;
  self.wait();
  return mine.accepted;
}
bool takes_or_leaves(cell_channel<freight>& c) {
  visitor self;
  std::optional<freight> into;
  entry mine(self, entry::stays::may_leave);
  if (c.take(into, mine) == detail::outcome::pending && !c.cancel(mine)) self.wait();
  return into.has_value();
}

void one_leaves_and_one_stays(std::size_t capacity) {
  const gives_up_nodes last;
  cell_channel<freight> c(capacity);
  int accepted = 0;
  int taken = 0;
  sim::threads({[&] { accepted += puts_or_leaves(c) ? 1 : 0; },
                [&] { accepted += c.put(std::make_shared<cargo>(2)) ? 1 : 0; },
                [&] {
                  while (c.take()) ++taken;
                },
                [&] { c.close(); }});
  sim::require(accepted == taken, "each once, or taken back");
}
void a_put_leaves_its_cell() { one_leaves_and_one_stays(0); }
void a_put_leaves_its_cell_behind_a_buffer() { one_leaves_and_one_stays(1); }

// What was left takes no room: the next element fits, and the one behind it does not.
void cells_that_were_left_take_no_room() {
  const gives_up_nodes last;
  cell_channel<freight> c(1);
  visitor self;
  entry fits(self, entry::stays::may_leave);
  freight element = std::make_shared<cargo>(1);
  sim::require(c.put(element, fits) == detail::outcome::done, "in the buffer");
  std::vector<bool> accepted(1);
  int taken = 0;
  sim::threads({[&] { accepted[0] = puts_or_leaves(c); },
                [&] { taken += takes_or_leaves(c) ? 1 : 0; },
                [&] { taken += takes_or_leaves(c) ? 1 : 0; }});
  const int left = 1 + (accepted[0] ? 1 : 0) - taken;
  sim::require(left == 0 || left == 1, "one place");
  visitor other;
  entry first(other, entry::stays::may_leave);
  freight another = std::make_shared<cargo>(2);
  const bool fits_at_once = c.put(another, first) == detail::outcome::done;
  sim::require(fits_at_once == (left == 0), "as much room as before");
  if (!fits_at_once) sim::require(c.cancel(first), "it was waiting");
}

void a_take_leaves_its_cell() {
  const gives_up_nodes last;
  cell_channel<freight> c(0);
  bool taken = false;
  bool accepted = false;
  std::optional<freight> got;
  sim::threads({[&] { taken = takes_or_leaves(c); },
                [&] { accepted = c.put(std::make_shared<cargo>(1)); },
                [&] { got = c.take(); }, [&] { c.close(); }});
  sim::require(!(taken && got) && accepted == (taken || got), "once");
}

go_block<> puts_two(cell_channel<int>& to) {
  co_await to.async_put(1);
  co_await to.async_put(2);
}
go_block<int> takes_two(cell_channel<int>& from) {
  const auto first = co_await from.async_take();
  const auto second = co_await from.async_take();
  co_return *first * 10 + *second;
}

void go_blocks_meet_in_cells() {
  const gives_up_nodes last;
  cell_channel<int> c(0);
  own_stage on;
  const auto puts = go(on.home, puts_two, std::ref(c));
  const auto takes = go(on.home, takes_two, std::ref(c));
  int sum = 0;
  sim::threads(
      {[&] { on.run(); }, [&] { on.run(); }, [&] { sum = takes.take().value(); }});
  sim::require(sum == 12, "both, in order");
  on.run();
}

// A go block that is parked leaves when its runtime ends; a thread has the other half.
void a_runtime_ends_at_a_cell() {
  const gives_up_nodes last;
  cell_channel<int> c(0);
  std::optional<int> got;
  {
    own_stage on;
    const auto puts = go(on.home, puts_two, std::ref(c));
    sim::threads({[&] { on.run(); },
                  [&] {
                    got = c.take();
                    sim::require(got == 1, "the first");
                  }});
  }
  c.close();
  sim::require(!c.take(), "the second is gone with its frame");
}

void expect_to_hold_with_every_schedule(const program& what, int preemptions) {
  const sim::options options{.name = what.name,
                             .with = sim::strategy::exhaustive,
                             .most_preemptions = preemptions,
                             .executions = 200'000};
  const sim::result seen = sim::explore(options, what.run);
  EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
  EXPECT_TRUE(seen.complete) << seen.executions;
}

// What ends with a thread's nodes, too, is in these executions: so they are many.
TEST(cells, hold_with_every_schedule_of_two_preemptions) {
  expect_to_hold_with_every_schedule(TUSSLE_PROGRAM(cells_meet), 2);
  expect_to_hold_with_every_schedule(TUSSLE_PROGRAM(cells_through_a_buffer), 2);
}

// Without a buffer there are twice as many (133,213, all hold).
TEST(cells, hold_with_every_schedule_of_one_preemption) {
  expect_to_hold_with_every_schedule(TUSSLE_PROGRAM(cells_with_a_buffer_are_closed), 1);
}

class cells_in_sim : public testing::TestWithParam<program> {};

TEST_P(cells_in_sim, hold_whatever_the_schedule) {
  tests::expect_to_hold_whatever_the_schedule(GetParam(), 1'500);
}

TEST_P(cells_in_sim, hold_with_every_schedule_of_few_preemptions) {
  tests::expect_to_hold_with_few_preemptions(GetParam());
}

TEST_P(cells_in_sim, hold_where_memory_is_weak) {
  tests::expect_to_hold_where_memory_is_weak(GetParam(), 1'500);
}

INSTANTIATE_TEST_SUITE_P(
    all, cells_in_sim,
    testing::Values(TUSSLE_PROGRAM(cells_meet), TUSSLE_PROGRAM(cells_through_a_buffer),
                    TUSSLE_PROGRAM(cells_meet_the_other_way),
                    TUSSLE_PROGRAM(cells_are_closed),
                    TUSSLE_PROGRAM(cells_with_a_buffer_are_closed),
                    TUSSLE_PROGRAM(cells_keep_the_order),
                    TUSSLE_PROGRAM(cells_with_a_buffer_keep_the_order),
                    TUSSLE_PROGRAM(two_meet_two_in_cells),
                    TUSSLE_PROGRAM(two_meet_two_through_buffered_cells),
                    TUSSLE_PROGRAM(a_put_leaves_its_cell),
                    TUSSLE_PROGRAM(a_put_leaves_its_cell_behind_a_buffer),
                    TUSSLE_PROGRAM(cells_that_were_left_take_no_room),
                    TUSSLE_PROGRAM(a_take_leaves_its_cell),
                    TUSSLE_PROGRAM(go_blocks_meet_in_cells),
                    TUSSLE_PROGRAM(a_runtime_ends_at_a_cell)),
    tests::name_of);

}  // namespace
}  // namespace tussle
