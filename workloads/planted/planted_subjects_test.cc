// Is what is planted really there? Each bug is forced step by step. Built in modes with
// schedule points only.
#include <gtest/gtest.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "primitives/sync/mode.h"
#include "primitives/testing/schedulers_testing.h"
#include "workloads/planted/late_look_at_count.h"
#include "workloads/planted/naive_configuration.h"
#include "workloads/planted/naive_metrics.h"
#include "workloads/planted/reused_node.h"
#include "workloads/planted/torn_pair.h"

namespace tussle::workloads::planted {
namespace {

static_assert(sync::has_schedule_points);

struct pair_of_words {
  std::uint32_t number;
  std::uint32_t again;
};

TEST(planted_torn_pair, a_read_between_the_words_sees_half_of_each_value) {
  torn_pair::cell<pair_of_words> cell({1, 1});
  tests::freeze_at freeze("planted.words.between_words");
  std::thread updater([&] {
    cell.update([](const pair_of_words&) { return pair_of_words{2, 2}; });
  });

  freeze.wait_until_reached();
  const pair_of_words seen = cell.load();
  freeze.let_go();
  updater.join();

  EXPECT_EQ(seen.number, 2U);
  EXPECT_EQ(seen.again, 1U);
}

TEST(planted_reused_node, two_updates_are_lost_when_their_node_comes_back) {
  reused_node::cell<std::uint64_t> cell(0);
  const auto add_one = [&] { cell.update([](std::uint64_t v) { return v + 1; }); };
  add_one();  // a free node
  tests::freeze_at freeze("planted.reused_node.before_exchange");
  std::thread updater(add_one);

  freeze.wait_until_reached();
  add_one();
  add_one();
  freeze.let_go();
  updater.join();

  EXPECT_EQ(cell.load(), 2U) << "of four updates two are lost";
}

template <typename Metrics>
std::int64_t requests_in(const Metrics& metrics) {
  std::int64_t all = 0;
  metrics.report([&all](const std::string&, const auto& stats) { all += stats.count; });
  return all;
}

constexpr use_cases::request a_request{.failed = false, .microseconds = 1};

TEST(planted_load_then_reset_metrics, a_request_that_lands_before_the_reset_is_lost) {
  load_then_reset_metrics::metrics metrics;
  tests::freeze_at freeze("planted.load_then_reset_metrics.before_reset");
  std::thread slow([&] { metrics.record("/a", a_request); });

  freeze.wait_until_reached();
  metrics.record("/b", a_request);
  freeze.let_go();
  slow.join();

  EXPECT_EQ(requests_in(metrics), 1);
}

TEST(planted_reset_harvest, a_request_that_lands_before_the_reset_is_in_no_harvest) {
  reset_harvest::metrics metrics;
  std::int64_t harvested = 0;
  tests::freeze_at freeze("planted.reset_harvest.before_reset");
  std::thread harvester([&] {
    metrics.harvest([&](const std::string&, const auto& s) { harvested += s.count; });
  });

  freeze.wait_until_reached();
  metrics.record("/a", a_request);
  freeze.let_go();
  harvester.join();

  EXPECT_EQ(harvested + requests_in(metrics), 0);
}

TEST(planted_late_watch, a_reload_that_lands_before_the_load_is_told_twice) {
  late_watch::configuration config{use_cases::service_config()};
  std::mutex telling;
  std::vector<std::int64_t> told;
  config.on_reload([&](const use_cases::service_config& now) {
    const std::lock_guard lock(telling);
    told.push_back(now.version);
  });
  const auto next = [](const use_cases::service_config& now) { return now.next(); };
  tests::freeze_at freeze("planted.late_watch.before_load");
  std::thread first([&] { config.reload(next); });

  freeze.wait_until_reached();
  config.reload(next);
  freeze.let_go();
  first.join();

  EXPECT_EQ(told, (std::vector<std::int64_t>{2, 2}));
}

#if defined(TUSSLE_MODE_CHAOS)
void free_twice() {
  late_look_at_count::cell<std::uint64_t> cell(0);
  tests::freeze_at freeze("planted.late_look_at_count.before_look");
  std::thread reader([&] { cell.load(); });

  freeze.wait_until_reached();
  cell.update([](std::uint64_t v) { return v + 1; });
  freeze.let_go();
  reader.join();
}

TEST(planted_late_look_at_count_DeathTest, a_value_is_deleted_by_both_who_gave_it_up) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");

  EXPECT_DEATH(free_twice(), "double-free");
}
#endif

}  // namespace
}  // namespace tussle::workloads::planted
