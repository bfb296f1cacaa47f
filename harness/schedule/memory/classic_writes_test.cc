// The classical litmus programs whose outcome is which store comes last, and those of
// read-modify-writes and release sequences.
#include <gtest/gtest.h>

#include "harness/schedule/memory/program_testing.h"

namespace tussle::sim::tests {
namespace {

using order = std::memory_order;

constexpr order all_orders[] = {relaxed, release, seq_cst};

order load_order_for(order stores) { return stores == release ? acquire : stores; }

bool reaches(const program& p, const outcome& wanted) {
  return explore(p).outcomes.count(wanted) != 0;
}

// 2+2W: both threads store to both locations, in opposite orders.
program two_plus_two(order stores) {
  return {{{store(x, 1, stores), store(y, 2, stores)},
           {store(y, 1, stores), store(x, 2, stores)}}};
}

TEST(two_plus_two_writes, both_first_stores_may_come_last_unless_seq_cst) {
  const std::set<outcome> interleaved{{1, 2}, {2, 1}, {2, 2}};
  const std::set<outcome> all{{1, 1}, {1, 2}, {2, 1}, {2, 2}};

  EXPECT_EQ(explore(two_plus_two(relaxed)).outcomes, all);
  EXPECT_EQ(explore(two_plus_two(release)).outcomes, all);
  EXPECT_EQ(explore(two_plus_two(seq_cst)).outcomes, interleaved);
}

TEST(two_plus_two_writes, seq_cst_fences_restore_the_order_too) {
  const program p{{{store(x, 1, relaxed), fence(seq_cst), store(y, 2, relaxed)},
                   {store(y, 1, relaxed), fence(seq_cst), store(x, 2, relaxed)}}};

  EXPECT_EQ(explore(p).outcomes, (std::set<outcome>{{1, 2}, {2, 1}, {2, 2}}));
}

// R: store and store against store and load.
program r_program(order stores, order loads) {
  return {{{store(x, 1, stores), store(y, 1, stores)},
           {store(y, 2, stores), load(x, loads)}}};
}

TEST(r, the_later_store_may_miss_the_earlier_one_unless_seq_cst) {
  const outcome missed{0, 1, 2};  // x was 0; last values 1, 2

  EXPECT_TRUE(reaches(r_program(relaxed, relaxed), missed));
  EXPECT_TRUE(reaches(r_program(release, acquire), missed));
  EXPECT_FALSE(reaches(r_program(seq_cst, seq_cst), missed));
}

// S: a store after a load that saw the flag behind another store.
program s_program(order stored, order loaded) {
  return {{{store(x, 2, relaxed), store(y, 1, stored)},
           {load(y, loaded), store(x, 1, relaxed)}}};
}

TEST(s, a_store_comes_after_what_an_acquire_load_has_shown) {
  const outcome overtaken{1, 2, 1};  // the flag was seen, and yet 2 is last

  EXPECT_TRUE(reaches(s_program(relaxed, relaxed), overtaken));
  EXPECT_FALSE(reaches(s_program(release, acquire), overtaken));
  EXPECT_FALSE(reaches(s_program(seq_cst, seq_cst), overtaken));
}

TEST(coherence, CoWW_a_thread_s_later_store_comes_later) {
  for (const order each : all_orders) {
    const program p{{{store(x, 1, each), store(x, 2, each)}}, 1};

    EXPECT_EQ(explore(p).outcomes, (std::set<outcome>{{2}}));
  }
}

TEST(coherence, CoWR_a_thread_reads_its_own_store_or_a_later_one) {
  for (const order each : all_orders) {
    const program p{
        {{store(x, 1, each), load(x, load_order_for(each))}, {store(x, 2, each)}}, 1};

    EXPECT_EQ(explore(p).outcomes, (std::set<outcome>{{1, 1}, {1, 2}, {2, 2}}));
  }
}

TEST(coherence, CoRW_a_store_comes_after_what_its_thread_has_read) {
  for (const order each : all_orders) {
    const program p{
        {{load(x, load_order_for(each)), store(x, 1, each)}, {store(x, 2, each)}}, 1};

    EXPECT_EQ(explore(p).outcomes, (std::set<outcome>{{0, 1}, {0, 2}, {2, 1}}));
  }
}

TEST(coherence, two_readers_agree_on_the_order_of_two_stores) {
  for (const order each : all_orders) {
    const order loads = load_order_for(each);
    const program p{{{store(x, 1, each)},
                     {store(x, 2, each)},
                     {load(x, loads), load(x, loads)},
                     {load(x, loads), load(x, loads)}},
                    1};
    const std::set<outcome> reads = reads_of(p, explore(p).outcomes);

    EXPECT_EQ(reads.count({1, 2, 2, 1}), 0U);
    EXPECT_EQ(reads.count({2, 1, 1, 2}), 0U);
    EXPECT_EQ(reads.count({1, 2, 1, 2}), 1U);
    EXPECT_EQ(reads.count({2, 1, 2, 1}), 1U);
  }
}

TEST(read_modify_write, of_two_threads_are_both_counted_in_every_order) {
  for (const order each : all_orders) {
    const program p{{{add(x, 1, each)}, {add(x, 1, each)}}, 1};

    EXPECT_EQ(explore(p).outcomes, (std::set<outcome>{{0, 1, 2}, {1, 0, 2}}));
  }
}

TEST(read_modify_write, may_come_before_a_store_that_was_done_earlier) {
  // As 2+2W, with an addition in the place of a first store.
  const auto p = [](order each) {
    return program{
        {{add(x, 1, each), store(y, 2, each)}, {store(y, 1, each), store(x, 5, each)}}};
  };

  EXPECT_TRUE(reaches(p(relaxed), {0, 5, 2}));
  EXPECT_TRUE(reaches(p(relaxed), {5, 6, 1}));
  EXPECT_FALSE(reaches(p(seq_cst), {5, 6, 1}));
}

TEST(compare_exchange, of_two_strong_ones_exactly_one_succeeds) {
  const auto from_zero = [](int value) {
    return compare_exchange(x, 0, value, relaxed, relaxed);
  };
  const program p{{{from_zero(1)}, {from_zero(2)}}, 1};

  EXPECT_EQ(explore(p).outcomes, (std::set<outcome>{{0, 1, 1}, {2, 0, 2}}));
}

TEST(compare_exchange, that_fails_may_read_an_old_value_but_never_the_expected_one) {
  const auto p = [](order failure) {
    return program{{{store(x, 1, seq_cst), store(x, 2, seq_cst)},
                    {compare_exchange(x, 0, 9, seq_cst, failure)}},
                   1};
  };

  EXPECT_EQ(explore(p(relaxed)).outcomes, (std::set<outcome>{{0, 2}, {1, 2}, {2, 2}}));
  EXPECT_EQ(explore(p(seq_cst)).outcomes, explore(p(relaxed)).outcomes);
  // Only the relaxed one may read 1 after both stores: the choice of one execution.
  EXPECT_GT(explore(p(relaxed)).executions, explore(p(seq_cst)).executions);
}

// A payload in x; the flag y goes from 1 to 2 in some way, and whoever sees 2 looks at x.
program handed_on(const thread_steps& writer, const thread_steps& between) {
  program p{{writer, between, {load(y, acquire), if_read(2, load(x, relaxed))}}};
  if (between.empty()) p.threads.erase(p.threads.begin() + 1);
  return p;
}

bool payload_can_be_missed(const program& p) {
  for (const outcome& each : reads_of(p, explore(p).outcomes)) {
    if (each[each.size() - 2] == 2 && each.back() == 0) return true;
  }
  return false;
}

const thread_steps publishing{store(x, 1, relaxed), store(y, 1, release)};

TEST(release_sequence, goes_on_through_a_relaxed_read_modify_write_of_another_thread) {
  const step from_one = compare_exchange(y, 1, 2, relaxed, relaxed);

  EXPECT_FALSE(payload_can_be_missed(handed_on(publishing, {from_one})));
}

TEST(release_sequence, ends_at_a_relaxed_store_of_another_thread) {
  EXPECT_TRUE(payload_can_be_missed(handed_on(publishing, {store(y, 2, relaxed)})));
}

TEST(release_sequence, ends_at_a_relaxed_store_of_the_same_thread_since_20) {
  thread_steps twice = publishing;
  twice.push_back(store(y, 2, relaxed));

  EXPECT_TRUE(payload_can_be_missed(handed_on(twice, {})));
}

}  // namespace
}  // namespace tussle::sim::tests
