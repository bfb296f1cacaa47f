#include "harness/measure/placement.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <set>
#include <system_error>
#include <thread>
#include <vector>

#include "harness/measure/thread_team.h"

namespace tussle::harness {
namespace {

using cpus = std::vector<int>;

// Two sockets of two cores with two siblings each, numbered as Linux does: siblings are 4
// apart, and both sockets have cores 0 and 1.
std::vector<core_place> two_sockets() {
  return {{0, 0, 0}, {1, 1, 0}, {2, 0, 1}, {3, 1, 1},
          {4, 0, 0}, {5, 1, 0}, {6, 0, 1}, {7, 1, 1}};
}

TEST(placement, free_keeps_no_thread_anywhere) {
  EXPECT_TRUE(cpus_in_order(placement::free, two_sockets()).empty());
}

TEST(placement, compact_fills_a_core_then_its_socket) {
  EXPECT_EQ(cpus_in_order(placement::compact, two_sockets()),
            (cpus{0, 4, 1, 5, 2, 6, 3, 7}));
}

TEST(placement, scatter_takes_sockets_in_turn_and_siblings_last) {
  EXPECT_EQ(cpus_in_order(placement::scatter, two_sockets()),
            (cpus{0, 2, 1, 3, 4, 6, 5, 7}));
}

TEST(placement, takes_only_what_the_process_may_use) {
  const std::vector<core_place> half = {{5, 1, 0}, {1, 1, 0}, {6, 0, 1}};

  EXPECT_EQ(cpus_in_order(placement::compact, half), (cpus{1, 5, 6}));
  EXPECT_EQ(cpus_in_order(placement::scatter, half), (cpus{1, 6, 5}));
}

TEST(placement, knows_the_cores_of_the_affinity_mask) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  ASSERT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);

  const std::vector<core_place> places = usable_places();

  EXPECT_EQ(places.size(), static_cast<std::size_t>(CPU_COUNT(&mask)));
  for (const core_place& each : places) EXPECT_TRUE(CPU_ISSET(each.cpu, &mask));
}

TEST(placement, of_a_case_is_free_unless_its_conditions_say_otherwise) {
  conditions none;
  conditions compact;
  compact.set(placement_condition(), static_cast<double>(placement::compact));

  EXPECT_TRUE(cpus_for(none).empty());
  EXPECT_EQ(cpus_for(compact), cpus_in_order(placement::compact, usable_places()));
}

// The masks of a team's threads, by worker.
std::vector<cpu_set_t> masks_of_team(int threads, const cpus& order) {
  std::vector<cpu_set_t> masks(static_cast<std::size_t>(threads));
  window_options options{.ramp_seconds = 0.001, .window_seconds = 0.001, .cpus = order};
  run_team(threads, 1, options, [&](worker& self, const std::atomic<bool>& stop) {
    auto& mine = masks[static_cast<std::size_t>(self.index())];
    sched_getaffinity(0, sizeof mine, &mine);
    while (!stop.load()) std::this_thread::yield();
  });
  return masks;
}

TEST(placement, keeps_each_thread_on_its_core_and_begins_again_when_there_are_no_more) {
  const cpus order = cpus_in_order(placement::compact, usable_places());
  const int threads = static_cast<int>(order.size()) + 1;

  const std::vector<cpu_set_t> masks = masks_of_team(threads, order);

  for (std::size_t i = 0; i < masks.size(); ++i) {
    EXPECT_EQ(CPU_COUNT(&masks[i]), 1);
    EXPECT_TRUE(CPU_ISSET(order[i % order.size()], &masks[i])) << "worker " << i;
  }
}

TEST(placement, that_is_free_leaves_the_mask_as_it_was) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  ASSERT_EQ(sched_getaffinity(0, sizeof mask, &mask), 0);

  const std::vector<cpu_set_t> masks = masks_of_team(1, {});

  EXPECT_TRUE(CPU_EQUAL(&masks[0], &mask));
}

TEST(placement, on_a_core_that_is_not_there_fails_the_run) {
  constexpr int no_such_cpu = CPU_SETSIZE - 1;

  EXPECT_THROW(masks_of_team(1, {no_such_cpu}), std::system_error);
}

}  // namespace
}  // namespace tussle::harness
