// inventories.h (subjects): stock and orders of UC-4.
//
// ref_inventory:   a ref for each item, one for all orders, one for the last number.
// atom_inventory:  one atom of everything: each change contends with every other.
// mutex_inventory: everything behind one std::mutex.
// locks_inventory: items share a few locks, taken in their order, then one for the orders. A
//                  look takes all of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "primitives/atom/atom.h"
#include "primitives/stm/transact.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/value/map.h"
#include "primitives/value/vector.h"
#include "workloads/subjects/stm_account.h"
#include "workloads/use_cases/orders.h"

namespace tussle::workloads::subjects {

using use_cases::inventory_view;
using use_cases::opening_stock;
using use_cases::order;
using use_cases::order_id;
using use_cases::order_line;

using open_orders = value::map<order_id, order>;

inline harness::subject_info inventory_info(std::string name, harness::subject_kind kind,
                                            std::string description) {
  return {.name = std::move(name),
          .kind = kind,
          .description = std::move(description),
          .source = "workloads/subjects/inventories.h",
          .counts_failed_attempts = kind == harness::subject_kind::ours,
          .on_seam = kind == harness::subject_kind::ours};
}

struct ref_inventory {
  static harness::subject_info info() {
    return inventory_info(
        "ref_inventory", harness::subject_kind::ours,
        "A tussle::tx_ref for each item, one for the orders, one for their number.");
  }

  class inventory {
   public:
    explicit inventory(std::size_t items) {
      stock_.reserve(items);
      for (std::size_t i = 0; i < items; ++i) stock_.emplace_back(opening_stock);
    }

    order_id place(const order& wanted) {
      return transact([&]() -> order_id {
        if (!has(wanted)) return 0;
        take(wanted);
        const order_id id = next_id();
        enter(id, wanted);
        return id;
      });
    }

    // Alters the orders, although each has a number of its own: of two that saw the same
    // order one has to look again, and finds it gone. Putting back can be commuted: it never
    // fails, and any order of it will do.
    bool cancel(order_id id) {
      return transact([&] {
        const auto all = orders_.load();
        const order* const found = all->find(id);
        if (found == nullptr) return false;
        orders_.alter(
            [](const open_orders& now, order_id one) { return now.dissoc(one); }, id);
        for (const order_line& each : found->lines())
          stock_[each.item].commute(std::plus<>(), each.quantity);
        return true;
      });
    }

    bool restock(std::size_t item, std::int64_t by) {
      return transact([&] {
        if (in_stock(item) + by < 0) return false;
        stock_[item].alter(std::plus<>(), by);
        return true;
      });
    }

    // Reads only, so it never runs again and holds nobody up.
    void look(inventory_view& seen) const {
      transact([&] {
        seen.clear();  // of nothing, unless a body did run again
        for (std::size_t i = 0; i < stock_.size(); ++i) seen.stock[i] = in_stock(i);
        orders_.read([&](const open_orders& all) {
          all.for_each([&](order_id, const order& each) { seen.add(each); });
        });
        seen.last = last_.read([](order_id id) { return id; });
      });
    }

    // Of all transactions since it was opened.
    std::string account() const { return since_opening_.told(); }
    auto counts() const { return since_opening_.counts(); }

   protected:  // for the planted ones
    std::int64_t in_stock(std::size_t item) const {
      return stock_[item].read([](std::int64_t v) { return v; });
    }
    bool has(const order& wanted) const {
      const auto lines = wanted.lines();
      return std::all_of(lines.begin(), lines.end(), [this](const order_line& each) {
        return in_stock(each.item) >= each.quantity;
      });
    }
    // Alters what `has` has read: had it changed since, this attempt would not commit.
    void take(const order& wanted) {
      for (const order_line& each : wanted.lines())
        stock_[each.item].alter(std::minus<>(), each.quantity);
    }
    // In a ref: an attempt that does not commit gives no number away.
    order_id next_id() { return *last_.alter(std::plus<>(), order_id{1}); }
    // Nobody else enters this number, so that it does not matter who enters first.
    void enter(order_id id, const order& placed) {
      orders_.commute([](const open_orders& all, order_id one,
                         const order& that) { return all.assoc(one, that); },
                      id, placed);
    }

    std::vector<tx_ref<std::int64_t>> stock_;
    tx_ref<open_orders> orders_{open_orders()};
    tx_ref<order_id> last_{0};

   private:
    const stm_account since_opening_;
  };
};

struct atom_inventory {
  static harness::subject_info info() {
    return inventory_info("atom_inventory", harness::subject_kind::ours,
                          "One tussle::atom of a vector of items and a map of orders.");
  }

  class inventory {
   public:
    explicit inventory(std::size_t items)
        : all_(everything{
              .stock = value::vector<std::int64_t>(
                  value::from_range, std::vector<std::int64_t>(items, opening_stock))}) {}

    // Functions of swaps may run again: what they tell is of the last attempt, as each sets it.
    order_id place(const order& wanted) {
      order_id id = 0;
      all_.swap([&](const everything& all) {
        id = all.has(wanted) ? all.last + 1 : 0;
        return id == 0 ? all : all.with(id, wanted);
      });
      return id;
    }
    bool cancel(order_id id) {
      bool is_open = false;
      all_.swap([&](const everything& all) {
        const order* const found = all.orders.find(id);
        is_open = found != nullptr;
        return is_open ? all.without(id, *found) : all;
      });
      return is_open;
    }
    bool restock(std::size_t item, std::int64_t by) {
      bool is_there = false;
      all_.swap([&](const everything& all) {
        is_there = all.stock[item] + by >= 0;
        return is_there ? all.changed(item, by) : all;
      });
      return is_there;
    }
    void look(inventory_view& seen) const {
      const auto all = all_.load();
      std::size_t i = 0;
      for (const std::int64_t each : all->stock) seen.stock[i++] = each;
      all->orders.for_each([&](order_id, const order& each) { seen.add(each); });
      seen.last = all->last;
    }

   private:
    struct everything {
      bool has(const order& wanted) const {
        const auto lines = wanted.lines();
        return std::all_of(lines.begin(), lines.end(), [this](const order_line& each) {
          return stock[each.item] >= each.quantity;
        });
      }
      everything changed(std::size_t item, std::int64_t by) const {
        everything next = *this;
        next.change(item, by);
        return next;
      }
      everything with(order_id id, const order& placed) const {
        everything next = *this;
        for (const order_line& each : placed.lines())
          next.change(each.item, -each.quantity);
        next.orders = std::move(next.orders).assoc(id, placed);
        next.last = id;
        return next;
      }
      everything without(order_id id, const order& cancelled) const {
        everything next = *this;
        for (const order_line& each : cancelled.lines())
          next.change(each.item, each.quantity);
        next.orders = std::move(next.orders).dissoc(id);
        return next;
      }
      void change(std::size_t item, std::int64_t by) {
        const std::int64_t there = stock[item] + by;
        stock = std::move(stock).assoc(item, there);
      }

      value::vector<std::int64_t> stock = {};
      open_orders orders = {};
      order_id last = 0;
    };

    atom<everything> all_;
  };
};

// Behind locks that the two below take.
class plain_inventory {
 public:
  explicit plain_inventory(std::size_t items) : stock_(items, opening_stock) {}

  bool has(const order& wanted) const {
    const auto lines = wanted.lines();
    return std::all_of(lines.begin(), lines.end(), [this](const order_line& each) {
      return stock_[each.item] >= each.quantity;
    });
  }
  void change(const order& by, std::int64_t times) {
    for (const order_line& each : by.lines()) stock_[each.item] += times * each.quantity;
  }
  order_id enter(const order& placed) {
    orders_.emplace(++last_, placed);
    return last_;
  }
  bool erase(order_id id) { return orders_.erase(id) == 1; }
  const order* find(order_id id) const {
    const auto found = orders_.find(id);
    return found == orders_.end() ? nullptr : &found->second;
  }
  bool restock(std::size_t item, std::int64_t by) {
    if (stock_[item] + by < 0) return false;
    stock_[item] += by;
    return true;
  }
  void look(inventory_view& seen) const {
    std::copy(stock_.begin(), stock_.end(), seen.stock.begin());
    for (const auto& [id, each] : orders_) seen.add(each);
    seen.last = last_;
  }

 private:
  std::vector<std::int64_t> stock_;
  absl::flat_hash_map<order_id, order> orders_;
  order_id last_ = 0;
};

struct mutex_inventory {
  static harness::subject_info info() {
    return inventory_info("mutex_inventory", harness::subject_kind::baseline,
                          "Items and orders behind one std::mutex.");
  }

  class inventory {
   public:
    explicit inventory(std::size_t items) : all_(items) {}

    order_id place(const order& wanted) {
      const std::lock_guard held(lock_);
      if (!all_.has(wanted)) return 0;
      all_.change(wanted, -1);
      return all_.enter(wanted);
    }
    bool cancel(order_id id) {
      const std::lock_guard held(lock_);
      const order* const found = all_.find(id);
      if (found == nullptr) return false;
      all_.change(*found, 1);
      return all_.erase(id);
    }
    bool restock(std::size_t item, std::int64_t by) {
      const std::lock_guard held(lock_);
      return all_.restock(item, by);
    }
    void look(inventory_view& seen) const {
      const std::lock_guard held(lock_);
      all_.look(seen);
    }

   private:
    mutable std::mutex lock_;
    plain_inventory all_;
  };
};

struct locks_inventory {
  static harness::subject_info info() {
    return inventory_info("locks_inventory", harness::subject_kind::baseline,
                          "16 locks for the items, in their order, and one for orders.");
  }

  class inventory {
   public:
    explicit inventory(std::size_t items) : all_(items) {}

    order_id place(const order& wanted) {
      const locked items(items_, shelves_of(wanted));
      if (!all_.has(wanted)) return 0;
      const std::lock_guard held(orders_);
      all_.change(wanted, -1);
      return all_.enter(wanted);
    }

    // Which items' locks it needs stands in the order, which may be gone when it has them.
    bool cancel(order_id id) {
      order cancelled;
      if (!copy_of(id, cancelled)) return false;
      const locked items(items_, shelves_of(cancelled));
      const std::lock_guard held(orders_);
      if (!all_.erase(id)) return false;
      all_.change(cancelled, 1);
      return true;
    }
    bool restock(std::size_t item, std::int64_t by) {
      const std::lock_guard held(items_[item % shelves].lock);
      return all_.restock(item, by);
    }
    void look(inventory_view& seen) const {
      const locked items(items_, (1U << shelves) - 1);
      const std::lock_guard held(orders_);
      all_.look(seen);
    }

   private:
    static constexpr std::size_t shelves = 16;
    struct alignas(harness::padding) shelf {
      std::mutex lock;
    };
    using all_shelves = std::array<shelf, shelves>;

    // One bit for each shelf. In their order, or two orders could wait for each other.
    class locked {
     public:
      locked(all_shelves& all, unsigned which) : all_(all), which_(which) {
        for (std::size_t i = 0; i < shelves; ++i)
          if ((which_ >> i & 1U) != 0) all_[i].lock.lock();
      }
      locked(const locked&) = delete;
      locked& operator=(const locked&) = delete;
      ~locked() {
        for (std::size_t i = 0; i < shelves; ++i)
          if ((which_ >> i & 1U) != 0) all_[i].lock.unlock();
      }

     private:
      all_shelves& all_;
      const unsigned which_;
    };

    static unsigned shelves_of(const order& of) {
      unsigned which = 0;
      for (const order_line& each : of.lines()) which |= 1U << each.item % shelves;
      return which;
    }
    bool copy_of(order_id id, order& copy) const {
      const std::lock_guard held(orders_);
      const order* const found = all_.find(id);
      if (found != nullptr) copy = *found;
      return found != nullptr;
    }

    mutable all_shelves items_;
    mutable std::mutex orders_;
    plain_inventory all_;
  };
};

}  // namespace tussle::workloads::subjects
