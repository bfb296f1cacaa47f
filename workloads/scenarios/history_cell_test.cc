// Does history_cell catch what breaks the order, and only that?
#include "workloads/scenarios/history_cell.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "workloads/planted/load_then_reset.h"
#include "workloads/planted/stale_read.h"
#include "workloads/scenarios/broken_cells_for_test.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/read_mostly.h"
#include "workloads/subjects/atom.h"

namespace tussle::workloads {
namespace {

constexpr double half = 0.5;

harness::conditions two_threads_that_do_both() {
  harness::conditions values;
  values.set("read_share", half);
  values.set("operations", 100);
  values.set("threads", 2);
  return values;
}

// One step that is a read, or that is none.
template <typename Run>
void step(Run& run, harness::worker& self, bool reads) {
  for (;;) {
    harness::generator next = self.random;
    if (next.chance(half) == reads) break;
    self.random();
  }
  run.step(self);
}

// One thread reads, another updates twice, the first reads again: in this order.
template <typename Subject>
harness::verdict after_turns() {
  typename history_cell::run<Subject> run(two_threads_that_do_both());
  harness::worker updater(0, 2, 1);
  harness::worker reader(1, 2, 1);
  step(run, reader, true);
  std::thread([&] {
    step(run, updater, false);
    step(run, updater, false);
  }).join();
  step(run, reader, true);
  return run.verify({{2, 2}});
}

TEST(history_cell, finds_a_read_that_is_out_of_date) {
  const harness::verdict found = after_turns<planted::stale_read>();

  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.message,
            "not linearizable: exchange(4294967297) -> 0 of thread 0 had ended before "
            "load() -> 0 of thread 1 began (2 of 4 operations show it)");
  const auto evidence = nlohmann::json::parse(found.evidence);
  EXPECT_EQ(evidence["operations"].size(), 2U);
  EXPECT_EQ(evidence["recorded"], 4);
}

TEST(history_cell, has_nothing_against_an_atom) {
  const harness::verdict found = after_turns<subjects::atom>();

  EXPECT_TRUE(found.passed) << found.message;
  EXPECT_TRUE(found.evidence.empty());
}

TEST(history_cell, finds_the_update_that_load_then_reset_loses) {
  const harness::verdict found =
      after_two_steps_at_once<history_cell::run<staged<planted::load_then_reset>>>();

  EXPECT_FALSE(found.passed);
  EXPECT_NE(found.message.find("replaced the same value: one of them is lost"),
            std::string::npos)
      << found.message;
}

TEST(stale_read, is_noticed_by_no_other_workload) {
  EXPECT_TRUE(after_many_steps<counter::run<planted::stale_read>>().passed);
  EXPECT_TRUE(after_many_steps<read_mostly::run<planted::stale_read>>().passed);
}

}  // namespace
}  // namespace tussle::workloads
