// orders.h: what the inventories of inventory_orders.h agree on.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harness/case/worker.h"

namespace tussle::workloads::use_cases {

// 1, 2, ... in the order in which orders were placed; 0: none.
using order_id = std::int64_t;

struct order_line {
  std::size_t item = 0;
  std::int64_t quantity = 0;
};

// Some different items, in their order.
class order {
 public:
  static constexpr std::size_t most_lines = 3;

  order() = default;
  order(std::initializer_list<order_line> lines) : count_(lines.size()) {
    std::copy(lines.begin(), lines.end(), lines_.begin());
  }

  std::span<const order_line> lines() const { return {lines_.data(), count_}; }

  // One to three items of so many.
  static order drawn(std::size_t items, harness::generator& random) {
    order made;
    made.count_ = std::min<std::size_t>(1 + (random() >> 32) % most_lines, items);
    const std::size_t first = (random() >> 32) % items;
    for (std::size_t i = 0; i < made.count_; ++i) {
      const auto quantity = 1 + static_cast<std::int64_t>(random() >> 62);  // up to 4
      made.lines_[i] = {(first + i) % items, quantity};
    }
    std::sort(made.lines_.begin(),
              made.lines_.begin() + static_cast<std::ptrdiff_t>(made.count_),
              [](const auto& a, const auto& b) { return a.item < b.item; });
    return made;
  }

 private:
  std::array<order_line, most_lines> lines_{};
  std::size_t count_ = 0;
};

// An inventory as it is at one moment.
struct inventory_view {
  explicit inventory_view(std::size_t items) : stock(items), ordered(items) {}

  void clear() {
    std::fill(ordered.begin(), ordered.end(), 0);
    orders = 0;
  }
  void add(const order& open) {
    for (const order_line& each : open.lines()) ordered[each.item] += each.quantity;
    ++orders;
  }

  std::vector<std::int64_t> stock;
  std::vector<std::int64_t> ordered;  // in all open orders
  std::int64_t orders = 0;            // that are open
  order_id last = 0;                  // id that was given
};

inline constexpr std::int64_t opening_stock = 20;  // of each item

template <typename S>
concept inventory_subject = std::constructible_from<typename S::inventory, std::size_t> &&
    requires(typename S::inventory inventory, const order& wanted, order_id id,
             std::size_t item, std::int64_t by, inventory_view& seen) {
  // Takes all lines and gives the next id, or takes nothing and gives 0.
  { inventory.place(wanted) } -> std::same_as<order_id>;
  // Puts everything back. False: there is no such open order.
  { inventory.cancel(id) } -> std::same_as<bool>;
  // Adds to the stock; less than nothing takes out of it. False: there is not so much.
  { inventory.restock(item, by) } -> std::same_as<bool>;
  inventory.look(seen);  // which was cleared
};

}  // namespace tussle::workloads::use_cases
