// Does the controlled scheduler find the example's ABA bug, and nothing once it is mended?
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "harness/litmus/in_sim.h"
#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/report.h"
#include "harness/schedule/sim/weak_memory.h"
#include "workloads/examples/index_stack.h"
#include "workloads/examples/index_stack_litmus.h"

namespace tussle::workloads::examples {
namespace {

using broken = index_stack<false>;
using mended = index_stack<true>;
using owners = std::vector<std::uint32_t>;  // of each number: how many

void note(owners& of, std::optional<std::uint32_t> number) {
  if (number) ++of[*number];
}

// One thread takes a number. The other takes two and gives the first back. At the end
// every number has one owner: a thread, or the stack.
template <typename Stack>
void hand_out() {
  Stack free;
  owners of(free.size);
  owners of_other(free.size);
  sim::threads({[&] { note(of, free.pop()); },
                [&] {
                  const auto first = free.pop();
                  note(of_other, free.pop());
                  if (first) free.push(*first);
                }});
  while (const auto left = free.pop()) {
    note(of, left);
    sim::require(of[*left] < 2, "no number is handed out twice");
  }
  for (std::uint32_t i = 0; i < free.size; ++i) {
    sim::require(of[i] + of_other[i] == 1, "every number has one owner");
  }
}

sim::options with(sim::strategy strategy) {
  return {.name = "index_stack", .with = strategy, .executions = 20'000};
}

TEST(index_stack, without_a_version_hands_a_number_out_twice) {
  for (const auto each :
       {sim::strategy::random, sim::strategy::pct, sim::strategy::pos}) {
    const sim::result seen = sim::explore(with(each), &hand_out<broken>);

    ASSERT_TRUE(seen.failed) << sim::to_string(each);
    EXPECT_EQ(seen.failed->found.kind, sim::finding_kind::check_failed);
  }
}

TEST(index_stack, a_failure_can_be_replayed_from_its_token) {
  const sim::options how = with(sim::strategy::random);
  const sim::result seen = sim::explore(how, &hand_out<broken>);
  ASSERT_TRUE(seen.failed);

  const sim::outcome again = sim::replay(how, &hand_out<broken>, seen.failed->token);

  EXPECT_EQ(sim::render(again), sim::render(seen.failed->shown));
}

TEST(index_stack, with_a_version_is_right_in_every_interleaving_of_three_preemptions) {
  sim::options how = with(sim::strategy::exhaustive);
  how.most_preemptions = 3;
  how.executions = 1'000'000;
  const sim::result seen = sim::explore(how, &hand_out<mended>);

  EXPECT_FALSE(seen.failed);
  EXPECT_TRUE(seen.complete);
  EXPECT_TRUE(sim::explore(how, &hand_out<broken>).failed) << "too few to see anything";
}

TEST(index_stack, needs_its_publication_where_memory_is_weak) {
  using unpublished = index_stack<true, std::memory_order_relaxed>;
  sim::options how = with(sim::strategy::random);
  EXPECT_FALSE(sim::explore(how, &hand_out<unpublished>).failed) << "every load is fresh";

  how.memory = &sim::make_weak_memory;

  EXPECT_TRUE(sim::explore(how, &hand_out<unpublished>).failed);
  EXPECT_FALSE(sim::explore(how, &hand_out<mended>).failed);
}

TEST(index_stack, gives_two_threads_two_numbers_in_all_executions_of_the_litmus_program) {
  const litmus::result seen = litmus::in_sim(litmus::declared<two_pops>(), 10, 1);

  EXPECT_TRUE(seen.complete) << seen.bound;
  EXPECT_TRUE(seen.all_reached());
  EXPECT_FALSE(seen.is_finding()) << litmus::to_text(seen) << seen.shown;
}

}  // namespace
}  // namespace tussle::workloads::examples
