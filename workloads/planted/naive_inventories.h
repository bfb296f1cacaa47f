// naive_inventories.h (planted): UC-4 as it is often written first.
//
// order_after_stock: takes the items in one transaction and enters the order in a second one;
//                    in between they are nowhere.
// number_in_body:    takes the number from an atomic in the body: each attempt that does not
//                    commit leaves a gap.
// provisional_check: commutes the stock and checks the provisional value: the commit applies
//                    the function to what is there then, which may be less (oversell). The
//                    check belongs in a validator, or the update must be alter.
// stock_checked_before: checks before the transaction begins.
// keeps_part:        takes line by line, and returns when one is missing: a body that returns
//                    commits what it has done so far.
// commuted_cancel:   commutes the list of orders when it cancels: two that saw the order both
//                    put it back.
// The mend:          subjects/inventories.h, ref_inventory.
// Must be caught by: verification of inventory_orders; keeps_part with one thread, too, as
//                    soon as the stock is nearly gone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/stm/transact.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/subjects/inventories.h"
#include "workloads/use_cases/orders.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_inventory_info(std::string name,
                                                  std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_inventories.h",
          .on_seam = true,
          .breaks_invariant = harness::expectation::may};
}

struct order_after_stock {
  static harness::subject_info info() {
    return naive_inventory_info("order_after_stock",
                                "Takes items, then enters the order: two transactions.");
  }

  class inventory : public subjects::ref_inventory::inventory {
   public:
    using subjects::ref_inventory::inventory::inventory;

    use_cases::order_id place(const use_cases::order& wanted) {
      const bool taken = transact([&] {
        if (!has(wanted)) return false;
        take(wanted);
        return true;
      });
      if (!taken) return 0;
      sync::schedule_point("planted.order_after_stock.in_between");
      return transact([&] {
        const use_cases::order_id id = next_id();
        enter(id, wanted);
        return id;
      });
    }
  };
};

struct number_in_body {
  static harness::subject_info info() {
    return naive_inventory_info("number_in_body",
                                "Numbers orders by an atomic, in the body.");
  }

  class inventory : public subjects::ref_inventory::inventory {
   public:
    using subjects::ref_inventory::inventory::inventory;

    use_cases::order_id place(const use_cases::order& wanted) {
      return transact([&]() -> use_cases::order_id {
        if (!has(wanted)) return 0;
        const use_cases::order_id id = given_.fetch_add(1) + 1;
        sync::schedule_point("planted.number_in_body.numbered");
        sync::yield();  // what happens now and then, often
        take(wanted);
        enter(id, wanted);
        return id;
      });
    }
    void look(use_cases::inventory_view& seen) const {
      subjects::ref_inventory::inventory::look(seen);
      seen.last = given_.load();
    }

   private:
    std::atomic<use_cases::order_id> given_{0};
  };
};

struct provisional_check {
  static harness::subject_info info() {
    return naive_inventory_info("provisional_check",
                                "Commutes stock that it has checked: oversells.");
  }

  class inventory : public subjects::ref_inventory::inventory {
   public:
    using subjects::ref_inventory::inventory::inventory;

    use_cases::order_id place(const use_cases::order& wanted) {
      return transact([&]() -> use_cases::order_id {
        if (!has(wanted)) return 0;
        for (const use_cases::order_line& each : wanted.lines())
          stock_[each.item].commute(std::minus<>(), each.quantity);
        sync::schedule_point("planted.provisional_check.checked");
        sync::yield();  // what happens now and then, often
        const use_cases::order_id id = next_id();
        enter(id, wanted);
        return id;
      });
    }
  };
};

struct stock_checked_before {
  static harness::subject_info info() {
    return naive_inventory_info("stock_checked_before",
                                "Checks before the transaction begins.");
  }

  class inventory : public subjects::ref_inventory::inventory {
   public:
    using subjects::ref_inventory::inventory::inventory;

    use_cases::order_id place(const use_cases::order& wanted) {
      if (!has(wanted)) return 0;
      sync::schedule_point("planted.stock_checked_before.checked");
      sync::yield();  // what happens now and then, often
      return transact([&] {
        take(wanted);
        const use_cases::order_id id = next_id();
        enter(id, wanted);
        return id;
      });
    }
  };
};

struct keeps_part {
  static harness::subject_info info() {
    return naive_inventory_info("keeps_part",
                                "Returns from the middle of a body: takes some lines.");
  }

  class inventory : public subjects::ref_inventory::inventory {
   public:
    using subjects::ref_inventory::inventory::inventory;

    use_cases::order_id place(const use_cases::order& wanted) {
      return transact([&]() -> use_cases::order_id {
        for (const use_cases::order_line& each : wanted.lines()) {
          if (in_stock(each.item) < each.quantity) return 0;
          stock_[each.item].alter(std::minus<>(), each.quantity);
        }
        const use_cases::order_id id = next_id();
        enter(id, wanted);
        return id;
      });
    }
  };
};

struct commuted_cancel {
  static harness::subject_info info() {
    return naive_inventory_info("commuted_cancel",
                                "Commutes a cancel: two put the same order back.");
  }

  class inventory : public subjects::ref_inventory::inventory {
   public:
    using subjects::ref_inventory::inventory::inventory;

    bool cancel(use_cases::order_id id) {
      return transact([&] {
        const auto all = orders_.load();
        const use_cases::order* const found = all->find(id);
        if (found == nullptr) return false;
        sync::schedule_point("planted.commuted_cancel.found");
        sync::yield();  // what happens now and then, often
        orders_.commute([](const subjects::open_orders& now,
                           use_cases::order_id one) { return now.dissoc(one); },
                        id);
        for (const use_cases::order_line& each : found->lines())
          stock_[each.item].commute(std::plus<>(), each.quantity);
        return true;
      });
    }
  };
};

}  // namespace tussle::workloads::planted
