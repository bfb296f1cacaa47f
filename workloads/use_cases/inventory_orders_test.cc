// Does inventory_orders notice what it is there to notice?
#include "workloads/use_cases/inventory_orders.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_inventories.h"
#include "workloads/subjects/inventories.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

template <typename Subject>
verdict inventory_verdict(double items, int threads = 1, int steps = steps_a_thread) {
  return verdict_of<inventory_orders, Subject>({{"items", items}, {"look_share", 0.1}},
                                               threads, steps);
}

template <typename Subject>
class sound_inventory : public ::testing::Test {};
using sound_inventories =
    ::testing::Types<subjects::ref_inventory, subjects::atom_inventory,
                     subjects::mutex_inventory, subjects::locks_inventory>;
TYPED_TEST_SUITE(sound_inventory, sound_inventories);

TYPED_TEST(sound_inventory, UC_4_sells_nothing_twice_and_numbers_without_gaps) {
  for (const double items : {1.0, 4.0, 40.0}) {
    const verdict found = inventory_verdict<TypeParam>(items, 3);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

TYPED_TEST(sound_inventory, UC_4_an_order_that_is_there_by_half_reserves_nothing) {
  typename TypeParam::inventory inventory(2);
  inventory_view seen(2);

  const order_id first = inventory.place({{0, opening_stock - 1}});
  const order_id refused = inventory.place({{0, 1}, {1, opening_stock + 1}});
  const order_id second = inventory.place({{0, 1}, {1, opening_stock}});
  const order_id none = inventory.place({{0, 1}});
  inventory.look(seen);

  EXPECT_EQ(first, 1);
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(second, 2) << "no number for what was refused";
  EXPECT_EQ(none, 0);
  EXPECT_EQ(seen.stock, (std::vector<std::int64_t>{0, 0}));
  EXPECT_EQ(seen.ordered, (std::vector<std::int64_t>{opening_stock, opening_stock}));
  EXPECT_EQ(seen.orders, 2);
}

TYPED_TEST(sound_inventory, UC_4_a_cancel_puts_everything_back_once) {
  typename TypeParam::inventory inventory(3);
  inventory_view seen(3);

  const order_id id = inventory.place({{0, 2}, {2, 3}});
  EXPECT_TRUE(inventory.cancel(id));
  EXPECT_FALSE(inventory.cancel(id));
  EXPECT_FALSE(inventory.cancel(id + 1));
  inventory.look(seen);

  EXPECT_EQ(seen.stock, (std::vector<std::int64_t>(3, opening_stock)));
  EXPECT_EQ(seen.orders, 0);
  EXPECT_EQ(seen.last, id);
}

TYPED_TEST(sound_inventory, UC_4_no_more_is_taken_back_than_is_there) {
  typename TypeParam::inventory inventory(1);
  inventory_view seen(1);

  EXPECT_TRUE(inventory.restock(0, 5));
  EXPECT_FALSE(inventory.restock(0, -opening_stock - 6));
  EXPECT_TRUE(inventory.restock(0, -opening_stock - 5));
  inventory.look(seen);

  EXPECT_EQ(seen.stock.front(), 0);
}

// Makes something of a sound inventory.
template <typename Inventory>
struct with_inventory {
  using inventory = Inventory;
};
using plain = subjects::mutex_inventory::inventory;

struct sells_what_is_not_there : plain {
  using plain::plain;
  order_id place(const order& wanted) {
    const order_id id = plain::place(wanted);
    if (id != 0) return id;
    for (const order_line& each : wanted.lines()) plain::restock(each.item, 100);
    const order_id sold = plain::place(wanted);
    short_of_ += sold != 0 ? 1 : 0;
    return sold;
  }
  void look(inventory_view& seen) const {
    plain::look(seen);
    for (std::int64_t& each : seen.stock) each -= 100 * short_of_;
  }
  std::int64_t short_of_ = 0;
};
struct forgets_a_line : plain {
  using plain::plain;
  void look(inventory_view& seen) const {
    plain::look(seen);
    if (seen.orders > 0) --seen.ordered[0];
  }
};
struct numbers_twice : plain {
  using plain::plain;
  order_id place(const order& wanted) {
    const order_id id = plain::place(wanted);
    return id == 5 ? 4 : id;
  }
  // Open as it should be: the number is what is wrong.
  bool cancel(order_id id) { return id != 4 && id != 5 && plain::cancel(id); }
};
struct leaves_a_gap : plain {
  using plain::plain;
  void look(inventory_view& seen) const {
    plain::look(seen);
    ++seen.last;
  }
};
struct cancels_again : plain {
  using plain::plain;
  bool cancel(order_id id) { return plain::cancel(id) || id > 0; }
};

struct refuses_deliveries : plain {
  using plain::plain;
  bool restock(std::size_t item, std::int64_t by) {
    return by < 0 && plain::restock(item, by);
  }
};

template <typename Wrong>
std::string said_of() {
  const verdict found = inventory_verdict<with_inventory<Wrong>>(4);
  EXPECT_FALSE(found.passed);
  return found.message;
}

TEST(inventory_orders, tells_what_was_done) {
  const verdict found = inventory_verdict<with_inventory<plain>>(4);

  EXPECT_TRUE(found.passed) << found.message;
  EXPECT_NE(found.message.find(" refused, "), std::string::npos) << found.message;
}

TEST(inventory_orders, finds_stock_below_zero) {
  EXPECT_EQ(said_of<sells_what_is_not_there>().find("items seen below zero"), 0U);
}

TEST(inventory_orders, finds_stock_and_orders_that_do_not_add_up) {
  EXPECT_EQ(said_of<forgets_a_line>().find("items that did not add up"), 0U);
}

TEST(inventory_orders, finds_a_number_that_was_given_twice) {
  EXPECT_EQ(said_of<numbers_twice>().find("numbers of orders by weight"), 0U);
}

TEST(inventory_orders, finds_a_gap_in_the_numbers) {
  EXPECT_EQ(said_of<leaves_a_gap>().find("the last number of an order"), 0U);
}

TEST(inventory_orders, finds_an_order_that_was_cancelled_twice) {
  EXPECT_EQ(said_of<cancels_again>().find("orders open"), 0U);
}

TEST(inventory_orders, finds_a_delivery_that_was_refused) {
  EXPECT_EQ(said_of<refuses_deliveries>().find("deliveries refused"), 0U);
}

TEST(inventory_orders, finds_a_body_that_returns_when_a_line_is_missing) {
  EXPECT_FALSE(inventory_verdict<planted::keeps_part>(4).passed);
}

}  // namespace
}  // namespace tussle::workloads::use_cases
