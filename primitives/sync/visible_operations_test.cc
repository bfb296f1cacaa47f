// Does the seam announce what it is about to do, in order, in modes with schedule points,
// and nothing in mode bench?
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "primitives/sync/atomic.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/sync/wait_word.h"
#include "primitives/testing/schedulers_testing.h"

namespace tussle::sync {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

class visible_operations : public ::testing::Test {
 protected:
  using kinds = std::vector<operation>;

  // What was announced since the last call; all of it must be about `object`.
  kinds announced(const void* object) {
    kinds result;
    for (const visible_operation& seen : noting_.seen) {
      EXPECT_EQ(seen.address, object);
      result.push_back(seen.kind);
    }
    noting_.seen.clear();
    return result;
  }
  static kinds where_there_are_schedule_points(const kinds& expected) {
    return has_schedule_points ? expected : kinds{};
  }

  tests::note_operations noting_;
};

TEST_F(visible_operations, of_an_atomic_are_announced_in_order) {
  atomic<int> a(1);
  int expected = 2;

  a.store(2, relaxed);
  EXPECT_EQ(a.load(relaxed), 2);
  EXPECT_EQ(a.exchange(3, relaxed), 2);
  EXPECT_EQ(a.fetch_add(4, relaxed), 3);
  EXPECT_EQ(a.fetch_sub(1, relaxed), 7);
  EXPECT_FALSE(a.compare_exchange_strong(expected, 9, relaxed, relaxed));
  EXPECT_EQ(expected, 6);
  while (!a.compare_exchange_weak(expected, 9, relaxed, relaxed)) {
  }

  using enum operation;
  EXPECT_EQ(announced(&a), where_there_are_schedule_points(
                               {store, load, read_modify_write, read_modify_write,
                                read_modify_write, read_modify_write, compare_exchange}));
  EXPECT_EQ(a.load(relaxed), 9);
}

TEST_F(visible_operations, of_a_mutex_are_announced_in_order) {
  mutex m;
  { const mutex_lock lock(m); }
  const bool locked = m.try_lock();
  if (locked) m.unlock();

  using enum operation;
  EXPECT_TRUE(locked);
  EXPECT_EQ(announced(&m),
            where_there_are_schedule_points({lock, unlock, try_lock, unlock}));
}

TEST_F(visible_operations, of_a_condition_variable_are_announced_in_order) {
  mutex m;
  condition_variable changed;
  const mutex_lock held(m);
  noting_.seen.clear();
  changed.notify_one();
  changed.notify_all();
  changed.wait_until(m, time_point());

  using enum operation;
  EXPECT_EQ(announced(&changed), where_there_are_schedule_points({notify, notify, wait}));
}

TEST_F(visible_operations, of_a_word_are_announced_in_order) {
  wait_word w(1);
  noting_.seen.clear();
  w.wake_one();
  w.wake_all();
  w.wait_until(1, time_point());

  using enum operation;
  kinds seen = announced(&w);
  // Where words sleep without a futex, it is looked at once more.
  if (!seen.empty() && seen.back() == load) seen.pop_back();
  EXPECT_EQ(seen, where_there_are_schedule_points({notify, notify, wait}));
}

TEST_F(visible_operations, named_points_are_announced_by_name) {
  schedule_point("test.here.first");
  schedule_point("test.here.second");

  std::vector<std::string> names;
  for (const visible_operation& seen : noting_.seen) names.emplace_back(seen.name);
  EXPECT_EQ(names, has_schedule_points
                       ? (std::vector<std::string>{"test.here.first", "test.here.second"})
                       : std::vector<std::string>());
  EXPECT_EQ(announced(nullptr), where_there_are_schedule_points(
                                    {operation::named_point, operation::named_point}));
}

TEST(weak_compare_exchange,
     fails_when_the_scheduler_says_so_and_then_brings_the_present_value) {
  atomic<int> a(5);
  int failures = 0;
  int expected = 4;
  {
    const tests::fail_weakly fail(3);
    while (!a.compare_exchange_weak(expected, 6, relaxed, relaxed)) {
      ++failures;
      EXPECT_EQ(expected, 5);
    }
  }

  // Elsewhere it fails once, because 4 is not 5.
  EXPECT_EQ(failures, has_schedule_points ? 3 : 1);
  EXPECT_EQ(a.load(relaxed), 6);
}

}  // namespace
}  // namespace tussle::sync
