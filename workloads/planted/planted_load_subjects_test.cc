// Is what is planted in the loads of agents, futures and promises really there? Each bug is
// forced step by step. Built in modes with schedule points only.
#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

#include "primitives/sync/mode.h"
#include "primitives/sync/per_thread.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/schedulers_testing.h"
#include "workloads/planted/naive_fan_out.h"
#include "workloads/planted/naive_lines.h"
#include "workloads/planted/naive_shots.h"
#include "workloads/planted/naive_spawner.h"
#include "workloads/scenarios/increments.h"

namespace tussle::workloads::planted {
namespace {

static_assert(sync::has_schedule_points);

TEST(planted_overtaking_line, the_second_worker_is_first) {
  constexpr std::uint32_t target = 0;
  constexpr std::uint32_t sender = 0;
  tests::freeze_at freeze("planted.overtaking_line.taken");
  runtime on;
  increment_ledger ledger(1, 1);
  overtaking_line::lines lines(on, 1);

  lines.send(target, {ledger, target, sender, 1});
  freeze.wait_until_reached();
  lines.send(target, {ledger, target, sender, 2});
  while (ledger.applied_from(sender) < 1) sync::yield();
  freeze.let_go();
  lines.finish();

  EXPECT_EQ(lines.value(target), 2);
  EXPECT_EQ(ledger.disordered_at(target), 1);
}

TEST(planted_early_fan_out, a_part_that_is_stored_after_the_count_is_missed) {
  tests::freeze_at freeze("planted.early_fan_out.before_store");
  runtime on;
  early_fan_out::fan_out fan(on);

  const std::int64_t found = fan.sum(2, [](std::int64_t index) { return index + 1; });
  freeze.wait_until_reached();
  freeze.let_go();

  EXPECT_LT(found, 3);
}

// Held before its wait until the value has been delivered.
TEST(planted_notified_shot, a_notification_between_the_look_and_the_wait_is_missed) {
  notified_shot::shot shot;
  std::int64_t found = -1;
  tests::freeze_at freeze("planted.notified_shot.before_wait");
  std::thread receiver([&] { found = shot.get(); });

  freeze.wait_until_reached();
  EXPECT_TRUE(shot.deliver(7));
  freeze.let_go();
  receiver.join();

  EXPECT_EQ(found, 0) << "nothing";
}

TEST(planted_early_flag_shot, who_sees_the_flag_has_no_value) {
  early_flag_shot::shot shot;
  tests::freeze_at freeze("planted.early_flag_shot.before_value");
  std::thread sender([&] { shot.deliver(7); });

  freeze.wait_until_reached();
  const std::int64_t found = shot.get();
  freeze.let_go();
  sender.join();

  EXPECT_EQ(found, 0) << "nothing";
  EXPECT_EQ(shot.get(), 7);
}

TEST(planted_hasty_spawner, has_no_result_of_a_task_that_still_runs) {
  tests::freeze_at freeze("planted.hasty_spawner.begun");
  runtime on;
  hasty_spawner::spawner spawner(on);

  hasty_spawner::started started = spawner.start([] { return std::int64_t{7}; });
  freeze.wait_until_reached();
  const std::int64_t found = started.get();
  freeze.let_go();

  EXPECT_EQ(found, 0) << "nothing";
}

}  // namespace
}  // namespace tussle::workloads::planted
