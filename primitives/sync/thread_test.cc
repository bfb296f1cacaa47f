// Does a thread of the seam run, end, and show what it did? Does the clock go on?
#include "primitives/sync/thread.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

#include "primitives/sync/clock.h"

namespace tussle::sync {
namespace {

TEST(thread, what_it_did_is_visible_after_its_join) {
  int seen = 0;
  thread t([&] { seen = 1; });
  EXPECT_TRUE(t.joinable());

  t.join();

  EXPECT_EQ(seen, 1);
  EXPECT_FALSE(t.joinable());
}

TEST(thread, owns_what_it_calls) {
  int seen = 0;
  auto value = std::make_unique<int>(5);
  thread t([value = std::move(value), &seen] { seen = *value; });

  t.join();

  EXPECT_EQ(seen, 5);
}

TEST(thread, moves) {
  int seen = 0;
  thread none;
  EXPECT_FALSE(none.joinable());
  thread t([&] { ++seen; });
  thread moved(std::move(t));
  none = std::move(moved);

  none.join();

  EXPECT_EQ(seen, 1);
}

TEST(thread_death, a_thread_that_was_not_joined_terminates) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(thread([] {}), "");
}

TEST(clock, goes_on_and_reaches_what_is_slept_for) {
  const time_point before = clock::now();
  const time_point deadline = before + std::chrono::nanoseconds(1);

  sleep_until(deadline);

  EXPECT_GE(clock::now(), deadline);
}

}  // namespace
}  // namespace tussle::sync
