// inventory_orders.h (UC-4): is nothing sold that is not there?
//
// Question:  what does it cost to take several items, a number and an entry in a list
//            together or not at all?
// Invariant: in every look what is in stock and what is in open orders is, for each item, what
//            there was and what was delivered, and nothing is below zero; orders are numbered
//            1, 2, ... without a gap; an order is cancelled once; one that is refused leaves
//            no trace.
// A failure means: two orders took the same stock, an order was seen half placed, or an
//            attempt that ran again left something behind.
//
// Places are a little more frequent than cancels, so that the stock is soon at its end and
// many an order is refused, or would have to be served by half. Every eighth cancel is of an
// order that another thread has placed, and may have cancelled itself. Item 0 is delivered to,
// and taken back from, so that a look can be judged while it is: the sum of every other item
// never changes.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/account_of.h"
#include "workloads/use_cases/orders.h"

namespace tussle::workloads::use_cases {

struct inventory_orders {
  static harness::workload_info info() {
    return {.name = "inventory_orders",
            .question =
                "What does it cost to take several items, a number and an entry in a "
                "list together or not at all?",
            .invariant =
                "Stock and open orders add up in every look, nothing is below zero, and "
                "orders are numbered without a gap.",
            .failure =
                "Two orders took the same stock, an order was seen half placed, or an "
                "attempt that ran again left something behind.",
            .role = "inventory",
            .conditions = {{.name = "items",
                            .unit = "items",
                            .description = "Different items.",
                            .default_values = {4, 64},
                            .minimum = 1,
                            .maximum = 10'000,
                            .drawn_maximum = 64},
                           {.name = "look_share",
                            .unit = "fraction",
                            .description = "Share of steps that look at everything.",
                            .default_values = {0.01},
                            .maximum = 1,
                            .integer = false},
                           harness::threads_condition()},
            .operations = {"place", "cancel", "restock", "look"}};
  }

  template <inventory_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : items_(static_cast<std::size_t>(values.count("items"))),
          look_share_(values.fraction("look_share")),
          threads_(static_cast<std::size_t>(values.threads()), thread_state(items_)),
          latest_(threads_.size()),
          inventory_(items_) {}

    // Returns which of the operations it was.
    std::size_t step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      if (self.random.chance(look_share_)) {
        look(mine);
        return 3;
      }
      if (self.random.chance(restock_share)) {
        restock(mine);
        return 2;
      }
      if (self.random.chance(place_share)) {
        place(mine, self);
        return 0;
      }
      cancel(mine, self);
      return 1;
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      thread_state all(items_);
      for (const thread_state& each : threads_) all.add(each);
      look(all);
      return with_account_of(
          inventory_,
          harness::first_failure(
              {harness::verdict::pass(account(all)),
               none("items seen below zero", all.below_zero),
               none("items that did not add up", all.wrong_sums),
               harness::expect_equal(
                   "item 0 in stock and ordered", all.seen.stock[0] + all.seen.ordered[0],
                   "at the beginning and delivered", opening_stock + all.delivered),
               none("deliveries refused", all.refused_deliveries),
               harness::expect_equal("orders open", all.seen.orders,
                                     "placed, not cancelled", all.placed - all.cancelled),
               harness::expect_equal("the last number of an order", all.seen.last,
                                     "placed", all.placed),
               harness::expect_equal(
                   "numbers of orders by weight", static_cast<std::int64_t>(all.weight),
                   "each once", static_cast<std::int64_t>(weight_up_to(all.placed)))}));
    }

   private:
    struct alignas(harness::padding) thread_state {
      explicit thread_state(std::size_t items) : seen(items) {}

      void add(const thread_state& other) {
        placed += other.placed;
        refused += other.refused;
        cancelled += other.cancelled;
        delivered += other.delivered;
        refused_deliveries += other.refused_deliveries;
        weight += other.weight;
        looks += other.looks;
        below_zero += other.below_zero;
        wrong_sums += other.wrong_sums;
      }

      std::int64_t placed = 0;
      std::int64_t refused = 0;
      std::int64_t cancelled = 0;
      std::int64_t delivered = 0;  // and not taken back
      std::int64_t refused_deliveries = 0;
      std::uint64_t weight = 0;  // of the numbers of its orders
      std::int64_t looks = 0;
      std::int64_t below_zero = 0;
      std::int64_t wrong_sums = 0;
      std::vector<order_id> open;  // some may have been cancelled by others
      inventory_view seen;         // by its looks, used again
    };

    static constexpr double restock_share = 1.0 / 16;
    static constexpr double place_share = 0.55;
    static constexpr double of_others_share = 1.0 / 8;
    static constexpr std::int64_t delivery = 4;

    // A sum by weight tells numbers that were given twice, though there are as many as there
    // should be.
    static std::uint64_t weight_of(order_id id) {
      std::uint64_t z = static_cast<std::uint64_t>(id) * 0x9E3779B97F4A7C15U;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
      return z ^ (z >> 27);
    }
    static std::uint64_t weight_up_to(order_id last) {
      std::uint64_t sum = 0;
      for (order_id id = 1; id <= last; ++id) sum += weight_of(id);
      return sum;
    }
    static harness::verdict none(const std::string& what, std::int64_t found) {
      return harness::expect_equal(what, found, "allowed", 0);
    }

    void place(thread_state& mine, harness::worker& self) {
      const order_id id = inventory_.place(order::drawn(items_, self.random));
      if (id == 0) {
        ++mine.refused;
        return;
      }
      ++mine.placed;
      mine.weight += weight_of(id);
      mine.open.push_back(id);
      // Relaxed: a number, which the inventory is asked about.
      latest_[static_cast<std::size_t>(self.index())].id.store(id,
                                                               std::memory_order_relaxed);
    }

    void cancel(thread_state& mine, harness::worker& self) {
      order_id which = 0;
      if (self.random.chance(of_others_share)) {
        which = latest_[(self.random() >> 32) % latest_.size()].id.load(
            std::memory_order_relaxed);
      } else if (!mine.open.empty()) {
        std::swap(mine.open[(self.random() >> 32) % mine.open.size()], mine.open.back());
        which = mine.open.back();
        mine.open.pop_back();
      }
      mine.cancelled += inventory_.cancel(which) ? 1 : 0;
    }

    // Delivers, and the next time takes back as much, if it is there. There is always room for
    // a delivery.
    void restock(thread_state& mine) {
      const std::int64_t by = mine.delivered == 0 ? delivery : -delivery;
      if (inventory_.restock(0, by)) {
        mine.delivered += by;
      } else {
        mine.refused_deliveries += by > 0 ? 1 : 0;
      }
    }

    void look(thread_state& mine) {
      inventory_view& seen = mine.seen;
      seen.clear();
      inventory_.look(seen);
      const auto delivered = static_cast<std::int64_t>(threads_.size()) * delivery;
      for (std::size_t i = 0; i < items_; ++i) {
        const std::int64_t sum = seen.stock[i] + seen.ordered[i];
        const std::int64_t most = opening_stock + (i == 0 ? delivered : 0);
        mine.below_zero += seen.stock[i] < 0 ? 1 : 0;
        mine.wrong_sums += sum < opening_stock || sum > most ? 1 : 0;
      }
      ++mine.looks;
    }

    std::string account(const thread_state& all) const {
      return std::to_string(all.placed) + " orders, " + std::to_string(all.refused) +
             " refused, " + std::to_string(all.cancelled) +
             " cancelled, nothing amiss in " + std::to_string(all.looks) + " looks";
    }

    struct alignas(harness::padding) latest_order {
      std::atomic<order_id> id{0};
    };

    const std::size_t items_;
    const double look_share_;
    std::vector<thread_state> threads_;
    std::vector<latest_order> latest_;  // that each thread has placed
    typename Subject::inventory inventory_;
  };
};

}  // namespace tussle::workloads::use_cases
