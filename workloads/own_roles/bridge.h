// bridge.h (own role): what another project's bridge must have, and which use case it
// enters.
#pragma once

#include <chrono>
#include <concepts>

#include "harness/case/registry.h"
#include "workloads/use_cases/callback_bridge.h"

namespace tussle::workloads {

struct bridge_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::bridge_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::bridge; };
      static_assert(is_there, "tussle: role bridge: the subject lacks class bridge");
      if constexpr (is_there) check<typename Subject::bridge>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::callback_bridge, Subject>();
  }

 private:
  template <typename Bridge>
  static constexpr void check() {
    static_assert(std::constructible_from<Bridge>,
                  "tussle: role bridge: class bridge lacks bridge()");
    static_assert(
        requires(Bridge b, const use_cases::start_operation& start,
                 std::chrono::nanoseconds limit, use_cases::reply fallback) {
          { b.wait_for(start, limit, fallback) } -> std::same_as<use_cases::reply>;
        },
        "tussle: role bridge: class bridge lacks use_cases::reply wait_for(const "
        "use_cases::start_operation&, std::chrono::nanoseconds limit, use_cases::reply "
        "fallback)");
  }
};

}  // namespace tussle::workloads
