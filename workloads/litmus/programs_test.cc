#include "workloads/litmus/programs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

#if defined(TUSSLE_MODE_SIM)
#include "harness/litmus/in_sim.h"
#else
#include "harness/litmus/on_threads.h"
#endif

namespace tussle::workloads {
namespace {

using tussle::litmus::program;
using tussle::litmus::program_kind;
using tussle::litmus::result;

const program& named(const tussle::litmus::programs& all, const std::string& name) {
  return *std::find_if(all.begin(), all.end(),
                       [&](const program& each) { return each.info.name == name; });
}

TEST(litmus_programs, have_names_of_their_own_and_tables_without_repetition) {
  std::set<std::string> names;
  for (const program& each : all_litmus_programs()) {
    std::set<tussle::litmus::values> outcomes;
    for (const auto& listed : each.outcomes) outcomes.insert(listed.seen);

    EXPECT_TRUE(names.insert(each.info.name).second) << each.info.name;
    EXPECT_EQ(outcomes.size(), each.outcomes.size()) << each.info.name;
  }
}

#if defined(TUSSLE_MODE_SIM)

// A search that finds something ends at once, so the time is never used up.
constexpr double long_enough = 60;

TEST(litmus_programs, that_are_planted_are_all_caught_in_sim) {
  for (const program& each : all_litmus_programs()) {
    if (each.info.kind != program_kind::planted) continue;

    const result seen = tussle::litmus::in_sim(each, long_enough, 1);
    std::uint64_t counted = 0;
    for (const auto& outcome : seen.outcomes) counted += outcome.count;

    EXPECT_TRUE(seen.broken()) << each.info.name;
    EXPECT_LE(counted, seen.executions) << "what shrinks a finding is not counted";
  }
}

TEST(litmus_programs, on_the_primitives_come_to_nothing_forbidden_in_sim) {
  for (const program& each : all_litmus_programs()) {
    if (each.info.kind == program_kind::planted) continue;
    const result seen = tussle::litmus::in_sim(each, 0.5, 1);

    EXPECT_FALSE(seen.is_finding()) << to_text(seen);
  }
}

TEST(litmus_programs, that_are_tiny_reach_all_their_outcomes_in_all_their_executions) {
  const auto all = all_litmus_programs();
  for (const char* name :
       {"atom.message_passing", "volatile_cell.message_passing", "atom.coherent_reads",
        "reclaim.last_two_handles", "atom.set_validator_against_reset"}) {
    const result seen = tussle::litmus::in_sim(named(all, name), long_enough, 1);

    EXPECT_TRUE(seen.complete) << name;
    EXPECT_TRUE(seen.all_reached()) << to_text(seen);
  }
}

#else

TEST(litmus_programs, on_the_primitives_come_to_nothing_forbidden_on_threads) {
  for (const program& each : all_litmus_programs()) {
    if (each.info.kind == program_kind::planted) continue;
    const result seen = tussle::litmus::on_threads(each, 0.05, 1);

    EXPECT_EQ(seen.error, "");
    EXPECT_GT(seen.executions, 0U);
    EXPECT_FALSE(seen.is_finding()) << to_text(seen);
  }
}

// The one bug that needs no luck.
TEST(litmus_programs, show_a_watch_that_is_called_before_the_value_is_installed) {
  const auto all = all_litmus_programs();
  const result seen = tussle::litmus::on_threads(
      named(all, "planted.watch_before_installation"), 0.001, 1);

  EXPECT_TRUE(seen.broken());
  EXPECT_FALSE(seen.is_finding());
}

#endif

}  // namespace
}  // namespace tussle::workloads
