#include "harness/schedule/memory/memory_model.h"

#include <gtest/gtest.h>

#include "harness/schedule/memory/axioms_testing.h"
#include "harness/schedule/memory/program_testing.h"

namespace tussle::sim::tests {
namespace {

TEST(memory_model, keeps_the_newest_stores_only_and_offers_them_newest_first) {
  memory_model memory(3);
  const location a = memory.create(0);
  memory.fork(0, 1);
  for (word value = 1; value <= 5; ++value) memory.store(0, a, value, relaxed);

  ASSERT_EQ(memory.load_choices(1, a, relaxed), 3U);
  memory_model oldest = memory;
  EXPECT_EQ(memory.load(1, a, relaxed), 5U);
  EXPECT_EQ(oldest.load(1, a, relaxed, 2), 3U);
}

TEST(memory_model, lets_the_thread_that_stores_read_nothing_older) {
  memory_model memory;
  const location a = memory.create(0);
  memory.store(0, a, 1, relaxed);

  EXPECT_EQ(memory.load_choices(0, a, relaxed), 1U);
}

TEST(memory_model, gives_a_thread_that_takes_a_lock_what_was_stored_under_it) {
  memory_model memory;
  const location a = memory.create(0);
  sync_clock lock;
  memory.fork(0, 1);
  memory.store(0, a, 1, relaxed);
  memory.release(0, lock);

  EXPECT_EQ(memory.load_choices(1, a, relaxed), 2U);
  memory.acquire(1, lock);
  EXPECT_EQ(memory.load_choices(1, a, relaxed), 1U);
}

TEST(memory_model, copied_goes_on_by_itself) {
  memory_model memory;
  const location a = memory.create(0);
  memory_model copy = memory;
  copy.store(0, a, 1, relaxed);

  EXPECT_EQ(memory.newest(a), 0U);
  EXPECT_EQ(copy.newest(a), 1U);
}

TEST(memory_model, gives_the_number_of_a_destroyed_location_out_again_as_new) {
  memory_model memory;
  const location a = memory.create(0, 7);
  memory.store(0, a, 8, relaxed);
  memory.destroy(0, a);

  const location b = memory.create(0, 9);

  EXPECT_EQ(a, b);
  EXPECT_EQ(memory.load_choices(0, b, relaxed), 1U);
  EXPECT_EQ(memory.load(0, b, relaxed), 9U);
}

TEST(memory_model, gives_the_number_of_an_ended_thread_to_a_new_one) {
  memory_model memory;
  const location a = memory.create(0);
  memory.fork(0, 1);
  memory.store(1, a, 1, relaxed);
  memory.join(0, 1);
  memory.fork(0, 1);

  EXPECT_EQ(memory.load(1, a, relaxed), 1U);
  EXPECT_EQ(memory.load_choices(1, a, relaxed), 1U);
  EXPECT_TRUE(memory.races().empty());
}

// A choice of load 0 and a store that becomes the newest are always there, so that a
// scheduler can make every store visible after a while.
TEST(memory_model, always_offers_the_newest_store_whatever_the_order) {
  memory_model memory(1);
  const location a = memory.create(0);
  memory.fork(0, 1);
  for (const std::memory_order each : {relaxed, acquire, seq_cst}) {
    memory.store(0, a, 1, relaxed);

    EXPECT_EQ(memory.load_choices(1, a, each), 1U);
    EXPECT_EQ(memory.store_choices(1, a, each), 1U);
  }
}

// Known gaps: what C++20 allows and the model does not reach.

TEST(known_gap, load_buffering_needs_a_load_that_reads_a_later_store) {
  const program p{{{load(x, relaxed), store(y, 1, relaxed)},
                   {load(y, relaxed), store(x, 1, relaxed)}}};

  EXPECT_EQ(explore(p).outcomes.count({1, 1, 1, 1}), 0U);
}

TEST(known_gap, Z6_U_needs_a_total_order_against_the_order_of_execution) {
  const program p{{{store(x, 1, seq_cst), store(y, 1, release)},
                   {add(y, 1, seq_cst), load(y, relaxed)},
                   {store(y, 3, seq_cst), load(x, seq_cst)}}};
  const outcome gap{1, 3, 0, 1, 3};

  EXPECT_EQ(allowed(p, total_order::of_the_standard).count(gap), 1U);
  EXPECT_EQ(explore(p).outcomes.count(gap), 0U);
}

}  // namespace
}  // namespace tussle::sim::tests
