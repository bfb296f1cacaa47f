// Do the actors on channels do what their workloads ask of them?
#include "workloads/subjects/channel_actors.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/fan_out_fan_in.h"
#include "workloads/scenarios/serial_counter.h"
#include "workloads/scenarios/transfer.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

TEST(channel_actors, a_counter_counts_every_increment) {
  for (const int threads : {1, 3}) {
    counter::run<subjects::channel_counter> run(
        conditions_of({{"think", 0}, {"hold", 0}}, threads));
    tests::run_together(threads, [&](int index) {
      harness::worker self(index, threads, 1);
      for (int i = 0; i < steps_a_thread; ++i) run.step(self);
    });
    const verdict found =
        run.verify({.steps = std::vector<std::uint64_t>(static_cast<std::size_t>(threads),
                                                        steps_a_thread)});
    EXPECT_TRUE(found.passed) << found.message;
  }
}

TEST(channel_actors, lines_apply_every_increment_once_and_in_order) {
  for (const double targets : {1.0, 7.0, 1000.0}) {
    const verdict found = verdict_of<serial_counter, subjects::channel_line>(
        {{"targets", targets}, {"outstanding", 50}}, 3);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

TEST(channel_actors, a_fan_out_adds_up_every_part) {
  for (const double width : {2.0, 100.0}) {
    const verdict found = verdict_of<fan_out_fan_in, subjects::channel_fan_out>(
        {{"width", width}, {"work", 0}}, 2, 50);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

TEST(channel_actors, a_bank_keeps_its_money_and_its_rules) {
  const verdict found =
      verdict_of<transfer, subjects::channel_bank>({{"accounts", 8},
                                                    {"audit_share", 0.1},
                                                    {"joint_share", 0.2},
                                                    {"skew", 0},
                                                    {"hold", 0}},
                                                   3);
  EXPECT_TRUE(found.passed) << found.message;
}

}  // namespace
}  // namespace tussle::workloads
