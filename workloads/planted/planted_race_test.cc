// Does the race run catch what it must, and only that? Built in mode tsan only.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/measure/measure.h"
#include "harness/race/race_record.h"
#include "harness/schedule/perturbation.h"
#include "workloads/register_cases.h"

namespace tussle::workloads {
namespace {

// What a race run of the case reports. On a busy machine two threads may not meet in one
// short window: up to `windows` are tried until something is reported.
std::vector<race::race_record> races_of(const std::string& name, int windows) {
  const harness::registry all = all_cases();
  const harness::perturbation perturbed(1);
  for (int i = 0; i < windows; ++i) {
    auto result = harness::measure(
        all.find(name), {.window = {.ramp_seconds = 0.002, .window_seconds = 0.05}});
    if (!result.races.empty()) return result.races;
  }
  return {};
}

bool stands_in(const race::race_record& race, const std::string& file) {
  return std::all_of(race.accesses.begin(), race.accesses.end(), [&](const auto& access) {
    return !access.stack.empty() && access.stack.front().file == file;
  });
}

TEST(race_run, catches_the_counter_on_a_plain_int) {
  const auto races = races_of("counter/plain_int/threads:2", 50);

  ASSERT_EQ(races.size(), 1U);
  EXPECT_EQ(races[0].kind, "data-race");
  EXPECT_EQ(races[0].accesses.size(), 2U);
  EXPECT_TRUE(stands_in(races[0], "workloads/planted/plain_int.h"));
}

TEST(race_run, has_nothing_to_say_of_an_atom) {
  EXPECT_TRUE(races_of("counter/atom/threads:2", 3).empty());
}

// Loses updates, but every single access is atomic.
TEST(race_run, has_nothing_to_say_of_a_lost_update) {
  EXPECT_TRUE(races_of("counter/load_then_reset/threads:2", 3).empty());
}

// Not instrumented, and announced to the sanitizer.
TEST(race_run, has_nothing_to_say_of_an_announced_lock) {
  EXPECT_TRUE(races_of("counter/absl_mutex/threads:2", 3).empty());
  EXPECT_TRUE(races_of("read_mostly/absl_mutex/threads:2", 3).empty());
}

}  // namespace
}  // namespace tussle::workloads
