// cell.h (own role): what another project's cell must have, and which workloads it enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "harness/case/roles.h"
#include "workloads/own_roles/counter.h"
#include "workloads/scenarios/cas_conflict.h"
#include "workloads/scenarios/history_cell.h"
#include "workloads/scenarios/read_mostly.h"
#include "workloads/scenarios/update_object.h"

namespace tussle::workloads {

struct cell_role {
  template <typename Subject>
  static constexpr bool played_by() {
    constexpr bool is_there = requires { typename Subject::template cell<std::int64_t>; };
    static_assert(
        is_there,
        "tussle: role cell: the subject lacks template <typename T> class cell");
    if constexpr (is_there) check<typename Subject::template cell<std::int64_t>>();
    return harness::cell_subject<Subject>;
  }

  // Every cell can count.
  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<read_mostly, Subject>();
    all.extend<update_object, Subject>();
    all.extend<cas_conflict, Subject>();
    all.extend<history_cell, Subject>();
    counter_role::enter<Subject>(all);
  }

 private:
  template <typename Cell>
  static constexpr void check() {
    static_assert(std::constructible_from<Cell, std::int64_t>,
                  "tussle: role cell: class cell lacks explicit cell(T initial)");
    static_assert(
        requires(const Cell c) {
          { c.load() } -> std::same_as<std::int64_t>;
        },
        "tussle: role cell: class cell lacks T load() const");
    static_assert(
        requires(Cell c, std::int64_t(*f)(std::int64_t)) { c.update(f); },
        "tussle: role cell: class cell lacks template <typename F> void update(F f)");
  }
};

}  // namespace tussle::workloads
