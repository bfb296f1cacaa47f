// inventory.h (own role): what another project's inventory must have, and which use case it
// enters.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "harness/case/registry.h"
#include "workloads/use_cases/inventory_orders.h"
#include "workloads/use_cases/orders.h"

namespace tussle::workloads {

struct inventory_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::inventory_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::inventory; };
      static_assert(is_there,
                    "tussle: role inventory: the subject lacks class inventory");
      if constexpr (is_there) check<typename Subject::inventory>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::inventory_orders, Subject>();
  }

 private:
  template <typename Inventory>
  static constexpr void check() {
    static_assert(std::constructible_from<Inventory, std::size_t>,
                  "tussle: role inventory: class inventory lacks inventory(std::size_t "
                  "items)");
    static_assert(
        requires(Inventory i, const use_cases::order& wanted) {
          { i.place(wanted) } -> std::same_as<use_cases::order_id>;
        },
        "tussle: role inventory: class inventory lacks use_cases::order_id place(const "
        "use_cases::order&)");
    static_assert(
        requires(Inventory i, use_cases::order_id id) {
          { i.cancel(id) } -> std::same_as<bool>;
        },
        "tussle: role inventory: class inventory lacks bool "
        "cancel(use_cases::order_id)");
    static_assert(
        requires(Inventory i, std::size_t item, std::int64_t by) {
          { i.restock(item, by) } -> std::same_as<bool>;
        },
        "tussle: role inventory: class inventory lacks bool restock(std::size_t item, "
        "std::int64_t by)");
    static_assert(
        requires(Inventory i, use_cases::inventory_view & seen) { i.look(seen); },
        "tussle: role inventory: class inventory lacks void "
        "look(use_cases::inventory_view&)");
  }
};

}  // namespace tussle::workloads
