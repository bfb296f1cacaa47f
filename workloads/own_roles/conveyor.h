// conveyor.h (own role): what another project's conveyor must have, and which workload it
// enters.
#pragma once

#include <concepts>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/pipeline.h"

namespace tussle::workloads {

struct conveyor_role {
  template <typename Subject>
  static constexpr bool played_by() {
    constexpr bool is_there = requires { typename Subject::template line<payload<8>>; };
    static_assert(
        is_there,
        "tussle: role conveyor: the subject lacks template <typename Load> class line");
    if constexpr (is_there) check<typename Subject::template line<payload<8>>>();
    return conveyor_subject<Subject>;
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<pipeline_load, Subject>();
  }

 private:
  template <typename Line>
  static constexpr void check() {
    static_assert(std::constructible_from<Line, runtime&, const conveyor_plan&,
                                          conveyor_ledger<payload<8>>&>,
                  "tussle: role conveyor: class line lacks line(runtime&, const "
                  "conveyor_plan&, conveyor_ledger<Load>&)");
    static_assert(
        requires(Line l, conveyed<payload<8>> one) { l.put(one); },
        "tussle: role conveyor: class line lacks void put(conveyed<Load>)");
    static_assert(
        requires(Line l) { l.finish(); },
        "tussle: role conveyor: class line lacks void finish()");
  }
};

}  // namespace tussle::workloads
