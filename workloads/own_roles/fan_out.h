// fan_out.h (own role): what another project's fan-out must have, and which workload it
// enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/fan_out_fan_in.h"

namespace tussle::workloads {

struct fan_out_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (fan_out_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::fan_out; };
      static_assert(is_there, "tussle: role fan_out: the subject lacks class fan_out");
      if constexpr (is_there) check<typename Subject::fan_out>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<fan_out_fan_in, Subject>();
  }

 private:
  using part = std::int64_t (*)(std::int64_t index);

  template <typename Fan>
  static constexpr void check() {
    static_assert(std::constructible_from<Fan, runtime&>,
                  "tussle: role fan_out: class fan_out lacks fan_out(runtime&)");
    static_assert(
        requires(Fan f, std::int64_t width, part one) {
          { f.sum(width, one) } -> std::same_as<std::int64_t>;
        },
        "tussle: role fan_out: class fan_out lacks template <typename F> std::int64_t "
        "sum(std::int64_t width, const F& part)");
  }
};

}  // namespace tussle::workloads
