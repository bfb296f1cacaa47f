// Which accesses race, and what locks, forks and joins order.
#include <gtest/gtest.h>

#include "harness/schedule/memory/program_testing.h"

namespace tussle::sim::tests {
namespace {

// Whether the payload of message passing races, with such a flag.
bool payload_races(std::memory_order stored, std::memory_order loaded) {
  const program p{{{plain_write(0), store(x, 1, stored)},
                   {load(x, loaded), if_read(1, plain_read(0))}},
                  1,
                  1};
  return explore(p).races;
}

TEST(data_race, of_a_payload_behind_a_relaxed_flag_is_found) {
  EXPECT_TRUE(payload_races(relaxed, relaxed));
  EXPECT_TRUE(payload_races(release, relaxed));
  EXPECT_TRUE(payload_races(relaxed, acquire));
}

TEST(data_race, of_a_payload_behind_a_released_flag_there_is_none) {
  EXPECT_FALSE(payload_races(release, acquire));
  EXPECT_FALSE(payload_races(seq_cst, seq_cst));
}

TEST(data_race, of_a_payload_that_is_read_without_looking_at_the_flag_is_found) {
  const program p{
      {{plain_write(0), store(x, 1, release)}, {load(x, acquire), plain_read(0)}}, 1, 1};

  EXPECT_TRUE(explore(p).races);
}

constexpr site first_place = 1;
constexpr site second_place = 2;

// Threads 1 and 2, forked by thread 0, and one plain location.
struct two_threads : ::testing::Test {
  two_threads() {
    memory.fork(0, 1);
    memory.fork(0, 2);
  }

  memory_model memory;
  plain_location payload = memory.create_plain();
};

TEST_F(two_threads, that_write_the_same_race_and_both_places_are_told) {
  memory.plain_write(1, payload, first_place);
  memory.plain_write(2, payload, second_place);

  ASSERT_EQ(memory.races().size(), 1U);
  const data_race& found = memory.races().front();
  EXPECT_EQ(found.earlier.thread, 1U);
  EXPECT_EQ(found.earlier.where, first_place);
  EXPECT_EQ(found.later.thread, 2U);
  EXPECT_EQ(found.later.where, second_place);
  EXPECT_EQ(found.later.kind, access_kind::plain_write);
}

TEST_F(two_threads, that_read_the_same_do_not_race) {
  memory.plain_write(0, memory.create_plain(), first_place);
  memory.plain_read(1, payload, first_place);
  memory.plain_read(2, payload, second_place);

  EXPECT_TRUE(memory.races().empty());
}

TEST_F(two_threads, of_which_one_reads_and_one_writes_race) {
  memory.plain_read(1, payload, first_place);
  memory.plain_write(2, payload, second_place);

  ASSERT_EQ(memory.races().size(), 1U);
  EXPECT_EQ(memory.races().front().earlier.kind, access_kind::plain_read);
}

TEST_F(two_threads, that_hold_the_same_lock_do_not_race) {
  sync_clock lock;
  for (const thread_id each : {1U, 2U}) {
    memory.acquire(each, lock);
    memory.plain_write(each, payload, first_place);
    memory.release(each, lock);
  }

  EXPECT_TRUE(memory.races().empty());
}

TEST_F(two_threads, of_which_one_waits_for_the_end_of_the_other_do_not_race) {
  memory.plain_write(1, payload, first_place);
  memory.join(2, 1);
  memory.plain_write(2, payload, second_place);

  EXPECT_TRUE(memory.races().empty());
}

TEST_F(two_threads, see_what_was_done_before_they_were_forked_but_not_after) {
  memory.plain_write(0, payload, first_place);
  memory.fork(0, 3);
  memory.plain_read(3, payload, second_place);
  EXPECT_TRUE(memory.races().empty());

  memory.plain_read(1, payload, second_place);
  EXPECT_EQ(memory.races().size(), 1U);
}

TEST_F(two_threads, that_use_an_atomic_whose_construction_is_not_published_race) {
  const location made = memory.create(1, 0);
  memory.load(2, made, acquire);

  ASSERT_EQ(memory.races().size(), 1U);
  EXPECT_EQ(memory.races().front().earlier.kind, access_kind::creation);
}

TEST_F(two_threads, of_which_one_destroys_an_atomic_that_the_other_used_race) {
  const location counter = memory.create(5);
  memory.load(1, counter, seq_cst);
  memory.destroy(2, counter);

  ASSERT_EQ(memory.races().size(), 1U);
  EXPECT_EQ(memory.races().front().later.kind, access_kind::destruction);
}

// The last of two owners destroys: both count down first.
std::size_t races_of_last_owner(std::memory_order order) {
  memory_model memory;
  const location count = memory.create(2);
  const auto minus_one = [](word old) { return old - 1; };
  memory.fork(0, 1);
  memory.fork(0, 2);
  memory.read_modify_write(1, count, order, minus_one);
  memory.read_modify_write(2, count, order, minus_one);
  memory.destroy(2, count);
  return memory.races().size();
}

TEST(reference_count, that_goes_down_relaxed_lets_the_last_owner_destroy_too_early) {
  EXPECT_EQ(races_of_last_owner(relaxed), 1U);
  EXPECT_EQ(races_of_last_owner(release), 1U);
}

TEST(reference_count, that_goes_down_acq_rel_orders_all_uses_before_the_end) {
  EXPECT_EQ(races_of_last_owner(acq_rel), 0U);
}

TEST(data_race, that_is_found_again_and_again_fills_a_bounded_list) {
  memory_model memory;
  const plain_location payload = memory.create_plain();
  memory.fork(0, 1);
  for (int i = 0; i < 1000; ++i) {
    memory.plain_write(0, payload, first_place);
    memory.plain_write(1, payload, second_place);
  }

  EXPECT_EQ(memory.races().size(), memory_model::most_races);
}

}  // namespace
}  // namespace tussle::sim::tests
