// serial_executor.h (own role): what another project's serial executor must have, and which
// workload it enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/serial_counter.h"

namespace tussle::workloads {

struct serial_executor_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (serial_executor_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::lines; };
      static_assert(is_there,
                    "tussle: role serial_executor: the subject lacks class lines");
      if constexpr (is_there) check<typename Subject::lines>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<serial_counter, Subject>();
  }

 private:
  template <typename Lines>
  static constexpr void check() {
    static_assert(std::constructible_from<Lines, runtime&, std::int64_t>,
                  "tussle: role serial_executor: class lines lacks lines(runtime&, "
                  "std::int64_t targets)");
    static_assert(
        requires(Lines l, std::int64_t target, const increment& one) {
          l.send(target, one);
        },
        "tussle: role serial_executor: class lines lacks void send(std::int64_t target, "
        "const increment&)");
    static_assert(
        requires(Lines l) { l.finish(); },
        "tussle: role serial_executor: class lines lacks void finish()");
    static_assert(
        requires(Lines l, std::int64_t target) {
          { l.value(target) } -> std::same_as<std::int64_t>;
        },
        "tussle: role serial_executor: class lines lacks std::int64_t value(std::int64_t "
        "target)");
  }
};

}  // namespace tussle::workloads
