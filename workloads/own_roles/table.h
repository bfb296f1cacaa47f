// table.h (own role): what another project's table of dining philosophers must have, and which
// workload it enters.
#pragma once

#include <concepts>
#include <cstddef>

#include "harness/case/registry.h"
#include "workloads/scenarios/dining.h"
#include "workloads/scenarios/forks.h"

namespace tussle::workloads {

struct table_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (table_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::table; };
      static_assert(is_there, "tussle: role table: the subject lacks class table");
      if constexpr (is_there) check<typename Subject::table>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<dining, Subject>();
  }

 private:
  template <typename Table>
  static constexpr void check() {
    static_assert(std::constructible_from<Table, std::size_t>,
                  "tussle: role table: class table lacks table(std::size_t seats)");
    static_assert(
        requires(Table t, std::size_t seat) { t.eat(seat, no_meal()); },
        "tussle: role table: class table lacks void eat(std::size_t seat, const Meal&), "
        "with Meal any type that can be called");
  }
};

}  // namespace tussle::workloads
