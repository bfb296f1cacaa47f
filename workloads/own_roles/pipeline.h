// pipeline.h (own role): what another project's pipeline must have, and which workload it
// enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/staged_pipeline.h"

namespace tussle::workloads {

struct pipeline_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::pipeline_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::line; };
      static_assert(is_there, "tussle: role pipeline: the subject lacks class line");
      if constexpr (is_there) check<typename Subject::line>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::staged_pipeline, Subject>();
  }

 private:
  template <typename Line>
  static constexpr void check() {
    static_assert(std::constructible_from<Line, runtime&, const use_cases::pipeline_plan&,
                                          use_cases::pipeline_ledger&>,
                  "tussle: role pipeline: class line lacks line(runtime&, const "
                  "pipeline_plan&, pipeline_ledger&)");
    static_assert(
        requires(Line l, std::int64_t item) { l.put(item); },
        "tussle: role pipeline: class line lacks void put(std::int64_t item)");
    static_assert(
        requires(Line l) { l.finish(); },
        "tussle: role pipeline: class line lacks void finish()");
  }
};

}  // namespace tussle::workloads
