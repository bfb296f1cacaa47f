// Does the checker tell snapshot-isolated histories from those that are broken by one step?
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "harness/history/cycles.h"
#include "harness/history/isolation.h"
#include "harness/history/isolation_brute_force_for_test.h"
#include "harness/history/isolation_report.h"
#include "harness/history/snapshot_store_for_test.h"

namespace tussle::history {
namespace {

using tests::all_orders;
using tests::broken_history;
using tests::snapshot_store;

constexpr std::uint64_t seeds = 40;

bool has_any(const isolation_judgement& said, const std::vector<anomaly>& wanted) {
  return std::any_of(said.found.begin(), said.found.end(), [&](const auto& each) {
    return std::find(wanted.begin(), wanted.end(), each.what) != wanted.end();
  });
}

struct way {
  const char* name;
  bool (broken_history::*break_it)();
  std::vector<anomaly> named;  // one of them must be found
};

const std::vector<way>& all_ways() {
  using broken = broken_history;
  static const std::vector<way> ways = {
      {"nowhere", &broken::reads_what_nobody_wrote, {anomaly::value_from_nowhere}},
      {"own write", &broken::forgets_its_own_write, {anomaly::own_write_not_seen}},
      {"read again",
       &broken::reads_another_version_again,
       {anomaly::non_repeatable_read}},
      {"aborted", &broken::reads_what_was_aborted, {anomaly::aborted_read}},
      {"intermediate",
       &broken::reads_what_was_replaced_at_once,
       {anomaly::intermediate_read}},
      {"lost update", &broken::overwrites_an_update, {anomaly::lost_update}},
      {"interleaved", &broken::interleaves_two_writers, {anomaly::dirty_write}},
      {"circular", &broken::reads_what_reads_it, {anomaly::circular_information_flow}},
      {"stale", &broken::reads_what_was_replaced_long_ago, {anomaly::stale_read}},
      {"half", &broken::reads_half_a_commit, {anomaly::read_skew}},
      // The two commits may depend on each other by way of others.
      {"two orders",
       &broken::reads_two_commits_in_another_order,
       {anomaly::long_fork, anomaly::read_skew}},
  };
  return ways;
}

TEST(isolation_generated, every_history_is_told_from_itself_broken_by_one_step) {
  for (const way& each : all_ways()) {
    std::uint64_t broken = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const transactions sound = snapshot_store({}, seed).run();
      broken_history wrong(sound, seed);
      if (!(wrong.*each.break_it)()) continue;
      ++broken;
      const transactions changed = std::move(wrong).taken();

      const isolation_judgement before = check_isolation(sound);
      const isolation_judgement after = check_isolation(changed);

      ASSERT_TRUE(before.is_snapshot_isolated())
          << seed << " " << to_text(sound, before.found.front());
      EXPECT_FALSE(after.is_snapshot_isolated()) << each.name << " " << seed;
      EXPECT_TRUE(has_any(after, each.named))
          << each.name << " " << seed
          << (after.found.empty() ? "" : to_text(changed, after.found.front()));
    }
    EXPECT_GE(broken, seeds / 2) << each.name << ": there must be something to tell";
  }
}

TEST(isolation_generated, histories_of_one_thread_are_serializable) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    EXPECT_TRUE(
        check_isolation(snapshot_store({.threads = 1}, seed).run()).is_serializable());
}

TEST(isolation_generated, snapshots_of_several_threads_have_write_skew) {
  std::size_t skews = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    skews += check_isolation(snapshot_store({}, seed).run()).write_skews;

  EXPECT_GT(skews, seeds);
}

TEST(isolation_generated, a_hundred_thousand_transactions_are_no_more_work_than_a_few) {
  const transactions all =
      snapshot_store({.threads = 8, .keys = 64, .transactions = 100'000}, 1).run();
  broken_history wrong(all, 1);
  ASSERT_TRUE(wrong.reads_half_a_commit());

  const isolation_judgement sound = check_isolation(all);
  const isolation_judgement broken = check_isolation(std::move(wrong).taken());

  EXPECT_TRUE(sound.is_snapshot_isolated());
  EXPECT_FALSE(broken.is_snapshot_isolated());
  EXPECT_LE(sound.edges, 8 * sound.accesses);
  EXPECT_LE(broken.edges, 8 * broken.accesses);
  RecordProperty("seconds_sound", std::to_string(sound.seconds));
  RecordProperty("seconds_broken", std::to_string(broken.seconds));
}

// As a store that is stuck shows them: all see, and many replace, what was there at first.
TEST(isolation_generated, many_lost_updates_are_no_more_work_than_others) {
  constexpr std::int64_t keys = 4;
  transactions all(1000);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto n = static_cast<std::int64_t>(i);
    transaction& each = all[i];
    each.thread = static_cast<int>(i % 2);
    each.began = 2 * i + 1;
    each.ended = 2 * i + 2;
    const version_id fresh = version_of(each.thread, n + 1);
    each.accesses = {
        {.key = n % keys, .version = first_version},
        {.key = n % keys, .is_write = true, .version = fresh, .replaced = first_version},
        {.key = (n + 1) % keys, .version = first_version}};
  }

  const isolation_judgement said = check_isolation(all);

  EXPECT_LE(said.edges, 8 * said.accesses);
  ASSERT_FALSE(said.found.empty());
  EXPECT_EQ(said.found.front().what, anomaly::lost_update);
}

// A few transactions over two keys that see anything that anybody writes there.
transactions drawn(std::mt19937_64& random) {
  const std::size_t count = 2 + random() % 3;
  constexpr std::int64_t keys = 2;
  transactions all(count);
  for (std::size_t i = 0; i < count; ++i) {
    all[i].thread = static_cast<int>(i);
    all[i].began = 1 + random() % 12;
    all[i].ended = all[i].began + 1 + random() % 12;
  }
  std::vector<std::vector<bool>> writes(count, std::vector<bool>(keys));
  for (auto& each : writes) each = {random() % 2 == 0, random() % 2 == 0};
  for (std::size_t i = 0; i < count; ++i) {
    for (std::int64_t key = 0; key < keys; ++key) {
      const auto k = static_cast<std::size_t>(key);
      if (!writes[i][k] && random() % 4 == 0) continue;
      const std::size_t of = random() % (count + 1);
      const bool there = of < count && of != i && writes[of][k];
      const version_id seen =
          there ? version_of(static_cast<int>(of), key + 1) : first_version;
      all[i].accesses.push_back({.key = key, .version = seen});
      if (!writes[i][k]) continue;
      all[i].accesses.push_back({.key = key,
                                 .is_write = true,
                                 .version = version_of(static_cast<int>(i), key + 1),
                                 .replaced = seen});
    }
  }
  return all;
}

TEST(isolation_generated, small_histories_are_judged_as_by_the_definition) {
  std::mt19937_64 random(1);
  std::vector<int> counted(3);
  for (int i = 0; i < 6000; ++i) {
    const transactions all = drawn(random);
    all_orders orders(all);
    for (const bool in_real_time : {false, true}) {
      const isolation_judgement said = check_isolation(all, in_real_time);
      const bool isolated = orders.some_is_snapshot_isolated(in_real_time);
      std::string text;
      for (const transaction& each : all) text += to_string(each) + "\n";
      ASSERT_EQ(said.is_snapshot_isolated(), isolated) << i << "\n" << text;
      ASSERT_EQ(said.is_serializable(), orders.some_is_serial(in_real_time)) << i << "\n"
                                                                             << text;
      if (in_real_time) continue;
      ++counted[isolated ? (said.is_serializable() ? 0U : 1U) : 2U];
    }
  }
  for (const int each : counted) EXPECT_GT(each, 20) << "all three must come up";
}

TEST(isolation_generated,
     small_ones_of_snapshots_are_refuted_by_time_as_by_the_definition) {
  int refuted = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    transactions all =
        snapshot_store({.threads = 3, .keys = 3, .transactions = 5}, seed).run();
    std::erase_if(all, [](const auto& each) { return each.how == ending::aborted; });
    const isolation_judgement said = check_isolation(all);
    ASSERT_TRUE(said.is_snapshot_isolated()) << seed;
    ASSERT_EQ(said.is_serializable(), all_orders(all).some_is_serial(true)) << seed;
    refuted += said.out_of_time ? 1 : 0;
  }
  EXPECT_GT(refuted, 20);
}

TEST(cycles, finds_a_shortest_one) {
  const std::vector<arc> arcs{{0, 1}, {1, 2}, {2, 3}, {3, 0}, {3, 4}, {4, 5}, {5, 3}};

  const std::vector<std::uint32_t> found = short_cycle(7, arcs);

  ASSERT_EQ(found.size(), 3U);
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_EQ(arcs[found[i]].to, arcs[found[(i + 1) % found.size()]].from);
}

TEST(cycles, finds_none_where_there_is_none) {
  EXPECT_TRUE(short_cycle(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}).empty());
}

}  // namespace
}  // namespace tussle::history
