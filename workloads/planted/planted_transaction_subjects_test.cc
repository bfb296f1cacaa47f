// Is what is planted in the use cases of transactions really there? Each bug is forced step by
// step. Built in modes with schedule points only.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "primitives/sync/mode.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/schedulers_testing.h"
#include "workloads/planted/naive_inventories.h"
#include "workloads/planted/naive_pools.h"
#include "workloads/planted/naive_stores.h"
#include "workloads/planted/naive_tables.h"
#include "workloads/planted/start_in_body.h"
#include "workloads/subjects/inventories.h"
#include "workloads/subjects/pools.h"
#include "workloads/subjects/ref_registry.h"
#include "workloads/use_cases/orders.h"
#include "workloads/use_cases/resources.h"
#include "workloads/use_cases/timers.h"

namespace tussle::workloads::planted {
namespace {

static_assert(sync::has_schedule_points);

// `slow` is done by a thread that stands still at the point while `meanwhile` happens.
template <typename Slow, typename Meanwhile>
void with_one_held_at(const char* point, const Slow& slow, const Meanwhile& meanwhile) {
  tests::freeze_at freeze(point);
  std::thread first(slow);
  freeze.wait_until_reached();
  meanwhile();
  freeze.let_go();
  first.join();
}

using use_cases::inventory_view;
using use_cases::opening_stock;
using use_cases::order_id;

// What is there at the end, and what in between, of one item.
struct item_found {
  inventory_view in_between{1};
  inventory_view at_the_end{1};
};

template <typename Subject, typename Meanwhile>
item_found sold_out_while(const char* point, const Meanwhile& meanwhile) {
  typename Subject::inventory inventory(1);
  item_found found;
  with_one_held_at(
      point,
      [&] {
        inventory.place({{0, opening_stock}});
      },
      [&] {
        meanwhile(inventory);
        inventory.look(found.in_between);
      });
  inventory.look(found.at_the_end);
  return found;
}

TEST(planted_order_after_stock, UC_4_a_look_misses_what_was_taken_and_not_entered) {
  const item_found found = sold_out_while<order_after_stock>(
      "planted.order_after_stock.in_between", [](auto&) {});

  EXPECT_EQ(found.in_between.stock[0] + found.in_between.ordered[0], 0);
  EXPECT_EQ(found.at_the_end.stock[0] + found.at_the_end.ordered[0], opening_stock);
}

TEST(planted_number_in_body, UC_4_an_attempt_that_runs_again_leaves_a_gap) {
  const item_found found = sold_out_while<number_in_body>(
      "planted.number_in_body.numbered", [](auto& i) { i.restock(0, 1); });

  EXPECT_EQ(found.at_the_end.orders, 1);
  EXPECT_GE(found.at_the_end.last, 2);
}

TEST(planted_provisional_check, UC_4_what_was_checked_is_not_what_is_committed) {
  const item_found found = sold_out_while<provisional_check>(
      "planted.provisional_check.checked", [](auto& i) { i.restock(0, -1); });

  EXPECT_EQ(found.in_between.stock[0], opening_stock - 1);
  EXPECT_EQ(found.at_the_end.stock[0], -1) << "oversold";
}

TEST(planted_stock_checked_before, UC_4_both_orders_have_seen_the_stock) {
  const item_found found = sold_out_while<stock_checked_before>(
      "planted.stock_checked_before.checked", [](auto& i) { i.restock(0, -1); });

  EXPECT_EQ(found.at_the_end.stock[0], -1);
}

TEST(planted_commuted_cancel, UC_4_two_put_the_same_order_back) {
  commuted_cancel::inventory inventory(1);
  inventory_view found(1);
  const order_id id = inventory.place({{0, 5}});
  bool first = false;
  bool second = false;

  with_one_held_at(
      "planted.commuted_cancel.found", [&] { first = inventory.cancel(id); },
      [&] { second = inventory.cancel(id); });
  inventory.look(found);

  EXPECT_TRUE(first && second);
  EXPECT_EQ(found.stock[0], opening_stock + 5);
}

// What two holders get of a pool of one handle, the first of whom stands still at the point
// while the second has his, and has given it back if he is to.
struct got_by_two {
  use_cases::handle first;
  use_cases::handle second;
  std::int64_t live = 0;
};

template <typename Subject>
got_by_two acquired_at(const char* point, bool gives_back) {
  use_cases::resource_maker maker;
  typename Subject::pool pool(maker, 1);
  got_by_two got;
  with_one_held_at(
      point, [&] { got.first = pool.acquire(0); },
      [&] {
        got.second = pool.acquire(1);
        if (gives_back) pool.release(got.second, 1);
      });
  got.live = maker.live();
  return got;
}

TEST(planted_looks_then_takes, UC_5_two_take_the_handle_that_both_have_seen) {
  const got_by_two got =
      acquired_at<looks_then_takes>("planted.looks_then_takes.looked", false);

  EXPECT_FALSE(got.first.is_none());
  EXPECT_TRUE(got.first == got.second);
}

TEST(planted_stale_capture, UC_5_the_handle_of_an_attempt_that_failed_is_told) {
  const got_by_two got =
      acquired_at<stale_capture>("planted.stale_capture.picked", false);

  EXPECT_FALSE(got.first.is_none()) << "the pool was empty for the attempt that counts";
  EXPECT_TRUE(got.first == got.second);
}

TEST(planted_makes_in_swap, UC_5_what_a_failed_attempt_has_made_is_lost) {
  const got_by_two got = acquired_at<makes_in_swap>("planted.makes_in_swap.made", true);

  EXPECT_FALSE(got.first.is_none());
  EXPECT_GE(got.live, 2) << "of which the pool knows one";
}

// At a table for two, which has two forks: who may eat alone only.
template <typename Subject>
int at_once(const char* point) {
  typename Subject::table table(2);
  int eating = 0;
  int most = 0;
  tests::freeze_at freeze(point);
  std::thread first([&] { table.eat(0, [&] { most = ++eating; }); });

  freeze.wait_until_reached();
  table.eat(1, [&] {
    ++eating;
    freeze.let_go();  // he begins, although somebody eats
    first.join();
    --eating;
  });
  return most;
}

TEST(planted_looks_before, two_have_seen_the_forks_lie) {
  EXPECT_EQ(at_once<looks_before>("planted.looks_before.looked"), 2);
}

TEST(planted_skewed_table, each_changes_what_the_other_one_has_read) {
  EXPECT_EQ(at_once<skewed_table>("planted.skewed_table.looked"), 2);
}

// A commit at the first site stands still before the second one is told. Sites are taken in
// turn: first, second, first, second.
TEST(planted_two_sites, two_see_two_commits_in_opposite_orders) {
  two_sites::store store(2);
  std::vector<std::int64_t> at_first(2);
  std::vector<std::int64_t> at_second(2);
  const auto look = [&store](std::vector<std::int64_t>& seen) {
    store.transact([&](auto& view) {
      seen = {view.read(0), view.read(1)};
      return true;
    });
  };
  const auto put = [](std::size_t key, auto& view) {
    view.read(key);
    view.write(key, 7);
    return true;
  };

  with_one_held_at(
      "planted.two_sites.in_between",
      [&] { store.transact([&](auto& view) { return put(0, view); }); },
      [&] {
        store.transact([&](auto& view) {
          look(at_first);  // before this one commits
          return put(1, view);
        });
        look(at_second);
      });

  EXPECT_EQ(at_first, (std::vector<std::int64_t>{7, 0}));
  EXPECT_EQ(at_second, (std::vector<std::int64_t>{0, 7}));
}

// Leaked: started, less recorded. As many as attempts that started one and did not commit.
TEST(planted_start_in_body, UC_14_an_attempt_that_runs_again_leaks_a_timer) {
  manual_executor nowhere;
  runtime on(nowhere, nowhere);
  use_cases::timer_service timers;
  start_in_body::registry registry(on, timers);

  with_one_held_at(
      "planted.start_in_body.started", [&] { registry.add(1, 1); },
      [&] { registry.add(1, 2); });
  std::int64_t recorded = 0;
  registry.stop([&](const use_cases::stopped_period&) { ++recorded; });
  const use_cases::timer_service::counts found = timers.counted();

  EXPECT_EQ(recorded, 1);
  EXPECT_GE(found.started, 2);
  EXPECT_EQ(found.started - recorded, registry.in_vain());
  EXPECT_EQ(found.started - found.destroyed, registry.in_vain()) << "also after stop";
}

}  // namespace
}  // namespace tussle::workloads::planted
