// Do schedulers and counters get what they installed themselves for?
#include "primitives/sync/hooks.h"

#include <gtest/gtest.h>

#include <string_view>
#include <thread>

#include "primitives/sync/mode.h"
#include "primitives/testing/events_testing.h"
#include "primitives/testing/schedulers_testing.h"

namespace tussle::sync {
namespace {

TEST(hooks, a_scheduler_is_installed_until_it_is_replaced) {
  scheduler* const found = installed_scheduler();  // the tests may run perturbed
  {
    tests::note_operations outer;
    EXPECT_EQ(installed_scheduler(), &outer);
    {
      tests::note_operations inner;
      EXPECT_EQ(installed_scheduler(), &inner);
    }
    EXPECT_EQ(installed_scheduler(), &outer);
    EXPECT_EQ(install_scheduler(nullptr), &outer);
    EXPECT_EQ(install_scheduler(&outer), nullptr);
  }
  EXPECT_EQ(installed_scheduler(), found);
}

TEST(hooks, a_scheduler_is_seen_by_all_threads) {
  tests::note_operations noting;
  scheduler* seen = nullptr;

  std::thread([&] { seen = installed_scheduler(); }).join();

  EXPECT_EQ(seen, &noting);
}

TEST(hooks, events_are_counted_into_the_innermost_row) {
  const tests::counted_events outer;
  count(event::failed_attempt);
  {
    const tests::counted_events inner;
    count(event::failed_attempt);
    count(event::failed_attempt);
    EXPECT_EQ(inner[event::failed_attempt], 2U);
  }
  count(event::failed_attempt);

  EXPECT_EQ(outer[event::failed_attempt], 2U);
}

TEST(hooks, events_of_a_thread_without_a_row_go_nowhere) {
  const tests::counted_events here;

  std::thread([] {
    EXPECT_EQ(count_into(nullptr), nullptr);
    count(event::failed_attempt);
  }).join();

  EXPECT_EQ(here[event::failed_attempt], 0U);
}

TEST(hooks, a_row_can_be_read_while_its_thread_counts) {
  event_counts row;
  std::thread worker([&] {
    count_into(&row);
    for (int i = 0; i < 1000; ++i) count(event::failed_attempt);
  });

  std::uint64_t last = 0;
  while (last < 1000) {
    const std::uint64_t present = row[event::failed_attempt];
    ASSERT_GE(present, last);
    last = present;
  }
  worker.join();
}

TEST(mode, the_library_names_the_mode_that_it_was_built_in) {
#if defined(TUSSLE_MODE_TSAN)
  const char* const expected = "tsan";
#elif defined(TUSSLE_MODE_CHAOS)
  const char* const expected = "chaos";
#elif defined(TUSSLE_MODE_SIM)
  const char* const expected = "sim";
#else
  const char* const expected = "bench";
#endif
  EXPECT_STREQ(mode_name(), expected);
  EXPECT_EQ(has_schedule_points, std::string_view(expected) == "chaos" ||
                                     std::string_view(expected) == "tsan");
}

}  // namespace
}  // namespace tussle::sync
