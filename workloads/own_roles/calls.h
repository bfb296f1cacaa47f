// calls.h (own role): what another project's calls must have, and which use case it
// enters.
#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/parallel_calls.h"

namespace tussle::workloads {

struct calls_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::calls_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::calls; };
      static_assert(is_there, "tussle: role calls: the subject lacks class calls");
      if constexpr (is_there) check<typename Subject::calls>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::parallel_calls, Subject>();
  }

 private:
  template <typename Calls>
  static constexpr void check() {
    static_assert(std::constructible_from<Calls, runtime&>,
                  "tussle: role calls: class calls lacks calls(runtime&)");
    static_assert(
        requires(Calls c, std::int64_t n, const use_cases::api_call& call) {
          { c.make(n, n, call) } -> std::same_as<std::vector<use_cases::api_answer>>;
        },
        "tussle: role calls: class calls lacks std::vector<use_cases::api_answer> "
        "make(std::int64_t count, std::int64_t at_once, const use_cases::api_call&)");
  }
};

}  // namespace tussle::workloads
