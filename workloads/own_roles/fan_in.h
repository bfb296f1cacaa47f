// fan_in.h (own role): what another project's fan must have, and which use case it
// enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/fan_in.h"

namespace tussle::workloads {

struct fan_in_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::fan_in_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::fan; };
      static_assert(is_there, "tussle: role fan_in: the subject lacks class fan");
      if constexpr (is_there) check<typename Subject::fan>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::fan_in, Subject>();
  }

 private:
  template <typename Fan>
  static constexpr void check() {
    static_assert(std::constructible_from<Fan, runtime&>,
                  "tussle: role fan_in: class fan lacks fan(runtime&)");
    static_assert(
        requires(Fan f, std::int64_t n, const use_cases::work_of_part& work) {
          { f.gather(n, n, work) } -> std::same_as<use_cases::combined_parts>;
        },
        "tussle: role fan_in: class fan lacks use_cases::combined_parts "
        "gather(std::int64_t width, std::int64_t enough, const "
        "use_cases::work_of_part&)");
  }
};

}  // namespace tussle::workloads
