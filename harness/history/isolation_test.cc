// Is every anomaly called by its name, and nothing else called one?
#include "harness/history/isolation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/history/isolation_report.h"
#include "harness/history/transaction_recorder.h"

namespace tussle::history {
namespace {

constexpr std::int64_t x = 1;
constexpr std::int64_t y = 2;

access r(std::int64_t key, version_id seen) { return {.key = key, .version = seen}; }
access w(std::int64_t key, version_id fresh, version_id replaced) {
  return {.key = key, .is_write = true, .version = fresh, .replaced = replaced};
}

// All at the same time.
transaction t(int thread, std::vector<access> accesses, ending how = ending::committed) {
  return {thread, how, std::move(accesses), 1, 100};
}
transaction between(stamp began, stamp ended, transaction one) {
  one.began = began;
  one.ended = ended;
  return one;
}

std::vector<anomaly> found_in(const transactions& all) {
  std::vector<anomaly> found;
  for (const contradiction& each : check_isolation(all).found) found.push_back(each.what);
  return found;
}
using only = std::vector<anomaly>;

// Versions of two threads.
const version_id a = version_of(0, 1);
const version_id a2 = version_of(0, 2);
const version_id b = version_of(1, 1);
const version_id b2 = version_of(1, 2);

TEST(isolation, nothing_is_wrong_with_one_after_another) {
  EXPECT_EQ(found_in({between(1, 2, t(0, {w(x, a, 0), w(y, a2, 0)})),
                      between(3, 4, t(1, {r(x, a), w(y, b, a2)})),
                      between(5, 6, t(0, {r(x, a), r(y, b)}))}),
            only{});
}

TEST(isolation, a_version_that_nobody_wrote_there) {
  EXPECT_EQ(found_in({t(0, {r(x, b)})}), only{anomaly::value_from_nowhere});
  EXPECT_EQ(found_in({t(0, {w(x, a, 0)}), t(1, {r(y, a)})}),
            only{anomaly::value_from_nowhere});
}

TEST(isolation, what_one_is_only_going_to_write_is_not_there_to_be_read) {
  EXPECT_EQ(found_in({t(0, {r(x, a), w(x, a2, a), w(x, a, a2)})}),
            only{anomaly::value_from_nowhere});
}

TEST(isolation, own_writes_must_be_seen) {
  EXPECT_EQ(found_in({t(0, {w(x, a, 0), r(x, a)})}), only{});
  EXPECT_EQ(found_in({t(0, {w(x, a, 0), r(x, 0)})}), only{anomaly::own_write_not_seen});
}

TEST(isolation, two_reads_must_be_the_same) {
  EXPECT_EQ(found_in({t(0, {w(x, a, 0)}), t(1, {r(x, 0), r(x, a)})}),
            only{anomaly::non_repeatable_read});
}

TEST(isolation, G1a_what_was_aborted_must_not_be_read) {
  EXPECT_EQ(found_in({t(0, {w(x, a, 0)}, ending::aborted), t(1, {r(x, a)})}),
            only{anomaly::aborted_read});
  EXPECT_EQ(found_in({t(0, {w(x, a, 0)}), t(1, {r(x, a)}, ending::aborted)}), only{})
      << "what an aborted one has seen, nobody was told";
}

TEST(isolation, what_was_aborted_is_not_judged) {
  EXPECT_EQ(found_in({t(0, {w(x, a, 0)}), t(1, {w(x, b, 0)}, ending::aborted)}), only{});
  EXPECT_EQ(found_in({t(0, {w(x, a, 0)}), t(1, {r(x, 0), r(x, a)}, ending::aborted)}),
            only{});
}

TEST(isolation, G1b_what_its_writer_replaced_must_not_be_read) {
  EXPECT_EQ(found_in({t(0, {w(x, a, 0), w(x, a2, a)}), t(1, {r(x, a)})}),
            only{anomaly::intermediate_read});
}

TEST(isolation, a_lost_update_is_two_that_replaced_the_same) {
  EXPECT_EQ(found_in({t(0, {r(x, 0), w(x, a, 0)}), t(1, {r(x, 0), w(x, b, 0)})}),
            only{anomaly::lost_update});
}

TEST(isolation, G0_writes_must_not_interleave) {
  const auto found =
      found_in({t(0, {w(x, a, 0), w(y, a2, b2)}), t(1, {w(x, b, a), w(y, b2, 0)})});

  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front(), anomaly::dirty_write);
}

TEST(isolation, G1c_nobody_reads_who_reads_him) {
  EXPECT_EQ(found_in({t(0, {w(x, a, 0), r(y, b)}), t(1, {w(y, b, 0), r(x, a)})}),
            only{anomaly::circular_information_flow});
}

TEST(isolation, G_single_a_commit_is_not_seen_by_half) {
  EXPECT_EQ(found_in({t(0, {w(x, a, 0), w(y, a2, 0)}), t(1, {r(x, a), r(y, 0)})}),
            only{anomaly::read_skew});
}

TEST(isolation, a_long_fork_is_two_who_see_two_commits_in_opposite_orders) {
  EXPECT_EQ(found_in({t(0, {w(x, a, 0)}), t(1, {w(y, b, 0)}), t(2, {r(x, a), r(y, 0)}),
                      t(3, {r(x, 0), r(y, b)})}),
            only{anomaly::long_fork});
}

TEST(isolation, a_stale_read_is_of_what_was_replaced_before) {
  const transaction writer = between(1, 2, t(0, {w(x, a, 0)}));
  const transaction reader = between(3, 4, t(1, {r(x, 0)}));

  EXPECT_EQ(found_in({writer, reader}), only{anomaly::stale_read});
  EXPECT_TRUE(check_isolation({writer, reader}, false).is_serializable());
  EXPECT_EQ(found_in({writer, between(2, 4, t(1, {r(x, 0)}))}), only{})
      << "what began as the other one ended may see either";
}

// Nobody reads what was replaced before he began; but the order in time closes the cycle.
TEST(isolation, a_stale_read_may_show_by_way_of_others) {
  EXPECT_EQ(found_in({between(1, 10, t(0, {w(x, a, 0)})), between(2, 3, t(1, {r(x, a)})),
                      between(5, 9, t(2, {r(x, 0)}))}),
            only{anomaly::stale_read});
  EXPECT_EQ(found_in({between(1, 10, t(0, {w(x, a, 0)})), between(2, 3, t(1, {r(x, a)})),
                      between(5, 9, t(3, {r(y, 0)})), between(6, 9, t(2, {r(x, 0)}))}),
            only{anomaly::stale_read})
      << "of two that began later, at the same time";
}

// One that has nothing to do with it lies between in time, and is looked at first.
TEST(isolation, a_cycle_by_way_of_time_names_only_those_that_close_it) {
  const transactions all{between(5, 6, t(3, {r(y, 0)})),
                         between(1, 10, t(0, {w(x, a, 0)})),
                         between(2, 3, t(1, {r(x, a)})), between(8, 9, t(2, {r(x, 0)}))};
  const isolation_judgement said = check_isolation(all);

  ASSERT_EQ(found_in(all), only{anomaly::stale_read});
  const std::vector<dependency_edge>& cycle = said.found.front().cycle;
  ASSERT_EQ(cycle.size(), 3U);
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    EXPECT_NE(cycle[i].from, 0U);
    EXPECT_EQ(cycle[i].to, cycle[(i + 1) % cycle.size()].from);
  }
}

TEST(isolation, a_stale_read_is_told_beside_what_is_worse) {
  EXPECT_EQ(found_in({between(1, 2, t(0, {w(x, a, 0)})), between(3, 4, t(1, {r(x, 0)})),
                      between(3, 4, t(2, {r(y, b)}))}),
            (only{anomaly::value_from_nowhere, anomaly::stale_read}));
}

TEST(isolation, nobody_reads_what_is_written_later) {
  EXPECT_EQ(found_in({between(3, 4, t(0, {w(x, a, 0)})), between(1, 2, t(1, {r(x, a)}))}),
            only{anomaly::circular_information_flow});
}

TEST(isolation, G2_write_skew_is_found_and_allowed) {
  const transactions all{t(0, {r(x, 0), r(y, 0), w(x, a, 0)}),
                         t(1, {r(x, 0), r(y, 0), w(y, b, 0)})};
  const isolation_judgement said = check_isolation(all);

  EXPECT_EQ(found_in(all), only{anomaly::write_skew});
  EXPECT_TRUE(said.is_snapshot_isolated());
  EXPECT_FALSE(said.is_serializable());
  EXPECT_EQ(said.write_skews, 1U);
  EXPECT_FALSE(is_forbidden(anomaly::write_skew));
}

// Fekete and others, "A read-only transaction anomaly under snapshot isolation", 2004.
TEST(isolation, G2_one_that_only_reads_may_be_what_makes_it_unserializable) {
  transactions all{t(0, {r(x, 0), r(y, 0), w(x, a, 0)}), t(1, {r(y, 0), w(y, b, 0)})};
  EXPECT_EQ(found_in(all), only{});

  all.push_back(t(2, {r(x, 0), r(y, b)}));

  EXPECT_EQ(found_in(all), only{anomaly::write_skew});
}

// The one that reads y must come after the one that wrote z, and before the one that has not
// seen that.
TEST(isolation, time_may_refute_what_snapshots_allow) {
  const transactions all{between(1, 2, t(0, {w(x, a, 0)})),
                         between(3, 4, t(1, {r(y, 0)})),
                         between(0, 9, t(2, {r(x, 0), w(y, b, 0)}))};
  const isolation_judgement said = check_isolation(all);

  EXPECT_EQ(found_in(all), only{});
  EXPECT_TRUE(said.is_snapshot_isolated());
  EXPECT_FALSE(said.is_serializable());
  ASSERT_TRUE(said.out_of_time);
  EXPECT_EQ(said.out_of_time->what, anomaly::stale_read);
  EXPECT_EQ(said.out_of_time->cycle.size(), 3U);
  EXPECT_TRUE(check_isolation(all, false).is_serializable());
}

TEST(isolation, is_told_with_the_few_that_show_it_a_timeline_and_the_cycle) {
  transactions all;
  for (stamp i = 0; i < 50; ++i)
    all.push_back(between(1000 + 2 * i, 1001 + 2 * i, t(0, {r(x, a)})));
  all.push_back(between(10, 40, t(0, {w(x, a, 0), w(y, a2, 0)})));
  all.push_back(between(20, 30, t(1, {r(x, a), r(y, 0)})));
  const isolation_judgement said = check_isolation(all);

  ASSERT_EQ(said.found.size(), 1U);
  const std::string text = to_text(all, said.found.front());

  EXPECT_EQ(text,
            "read skew (G-single) (forbidden); 2 of 52 transactions show it.\n"
            "#1 read key 1=0.1, which #0 wrote; #1 read key 2=0, which #0 replaced\n\n"
            "   #  thread  transaction\n"
            "   0  0       w 1=0.1, w 2=0.2\n"
            "   1  1       r 1=0.1, r 2=0\n\n"
            "thread 0  |[#0========]\n"
            "thread 1  |    [#1]\n\n"
            "The cycle:\n"
            "  #0 -wr-> #1  #1 read key 1=0.1, which #0 wrote\n"
            "  #1 -rw-> #0  #1 read key 2=0, which #0 replaced\n");
}

TEST(isolation, is_told_to_reports_in_the_shape_of_histories) {
  const transactions all{between(10, 40, t(0, {w(x, a, 0)}, ending::aborted)),
                         between(20, 30, t(1, {r(x, a)}))};
  const auto record =
      to_json(all, check_isolation(all).found.front(), "time_stamp_counter");

  EXPECT_EQ(record["object"], "transactions");
  EXPECT_EQ(record["operations"].size(), 2U);
  EXPECT_EQ(record["operations"][0]["outcome"], "aborted");
  EXPECT_EQ(record["operations"][1]["invoked"], 10U);
  EXPECT_EQ(record["reason"],
            "aborted read (G1a): #1 read key 1=0.1 of #0, which did not commit");
}

// Two threads of one recorder, one after the other.
void record_write_skew(transaction_recorder& recorded) {
  recorded.of(0).begin();
  recorded.of(1).begin();
  for (int i = 0; i < 2; ++i) {
    transaction_recorder::lane& mine = recorded.of(i);
    mine.attempt();
    mine.read(x, 0);
    mine.read(y, 0);
    mine.write(i == 0 ? x : y, 0);
  }
  recorded.of(0).end(ending::committed);
  recorded.of(1).end(ending::committed);
}

TEST(isolation, write_skew_fails_only_who_promised_that_there_is_none) {
  transaction_recorder recorded(2, 4);
  record_write_skew(recorded);

  const harness::verdict allowed = verdict_of(recorded, false);
  const harness::verdict promised = verdict_of(recorded, true);

  EXPECT_TRUE(allowed.passed) << allowed.message;
  EXPECT_NE(allowed.message.find("write skew, which is allowed: 1 pairs"),
            std::string::npos)
      << allowed.message;
  const auto interesting = nlohmann::json::parse(allowed.evidence);
  EXPECT_EQ(interesting["allowed"], true);
  EXPECT_EQ(interesting["operations"].size(), 2U);
  EXPECT_FALSE(promised.passed);
  EXPECT_EQ(promised.message.find("write skew (G2): "), 0U) << promised.message;
  ASSERT_FALSE(promised.evidence.empty());
  EXPECT_FALSE(nlohmann::json::parse(promised.evidence).contains("allowed"));
}

TEST(isolation, so_does_what_time_refutes) {
  transaction_recorder recorded(3, 4, stamp_source::shared_counter);
  const auto begin = [&](int thread) -> transaction_recorder::lane& {
    recorded.of(thread).begin();
    recorded.of(thread).attempt();
    return recorded.of(thread);
  };
  transaction_recorder::lane& around = begin(2);
  begin(0).write(x, 0);
  recorded.of(0).end(ending::committed);
  begin(1).read(y, 0);
  recorded.of(1).end(ending::committed);
  around.read(x, 0);
  around.write(y, 0);
  around.end(ending::committed);

  const harness::verdict allowed = verdict_of(recorded, false);
  const harness::verdict promised = verdict_of(recorded, true);

  EXPECT_TRUE(allowed.passed) << allowed.message;
  EXPECT_TRUE(allowed.evidence.empty());
  EXPECT_FALSE(promised.passed);
  EXPECT_EQ(promised.message.find("stale read: "), 0U) << promised.message;
  EXPECT_FALSE(promised.evidence.empty());
}

TEST(isolation, attempts_that_ran_again_are_kept_as_aborted) {
  transaction_recorder recorded(1, 4);
  transaction_recorder::lane& mine = recorded.of(0);
  mine.begin();
  mine.attempt();
  mine.write(x, 0);
  mine.attempt();
  mine.read(x, 0);
  mine.end(ending::committed);
  const transactions all = recorded.all();

  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(to_string(all[0]), "w 1=0.1, aborted");
  EXPECT_EQ(to_string(all[1]), "r 1=0");
}

TEST(isolation, nothing_recorded_says_nothing) {
  EXPECT_FALSE(verdict_of(transaction_recorder(1, 4), false).passed);
}

}  // namespace
}  // namespace tussle::history
