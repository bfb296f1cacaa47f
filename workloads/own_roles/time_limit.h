// time_limit.h (own role): what another project's time limit must have, and which use case it
// enters.
#pragma once

#include <chrono>
#include <concepts>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/timeout_wrapper.h"

namespace tussle::workloads {

struct time_limit_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::time_limit_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::limited; };
      static_assert(is_there, "tussle: role time_limit: the subject lacks class limited");
      if constexpr (is_there) check<typename Subject::limited>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::timeout_wrapper, Subject>();
  }

 private:
  template <typename Limited>
  static constexpr void check() {
    static_assert(std::constructible_from<Limited, runtime&>,
                  "tussle: role time_limit: class limited lacks limited(runtime&)");
    static_assert(
        requires(Limited l, std::chrono::nanoseconds limit,
                 const use_cases::timed_call& call, use_cases::timed_value fallback) {
          { l.call(limit, call, fallback) } -> std::same_as<use_cases::timed_value>;
        },
        "tussle: role time_limit: class limited lacks use_cases::timed_value "
        "call(std::chrono::nanoseconds limit, const use_cases::timed_call&, "
        "use_cases::timed_value fallback)");
  }
};

}  // namespace tussle::workloads
