// ring.h (own role): what another project's ring must have, and which workload it enters.
#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/ring.h"

namespace tussle::workloads {

struct ring_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (ring_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::ring; };
      static_assert(is_there, "tussle: role ring: the subject lacks class ring");
      if constexpr (is_there) check<typename Subject::ring>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<ring, Subject>();
  }

 private:
  template <typename Ring>
  static constexpr void check() {
    static_assert(
        std::constructible_from<Ring, runtime&, std::int64_t>,
        "tussle: role ring: class ring lacks ring(runtime&, std::int64_t processes)");
    static_assert(
        requires(Ring r, std::int64_t token) {
          { r.send_round(token) } -> std::same_as<std::int64_t>;
        },
        "tussle: role ring: class ring lacks std::int64_t send_round(std::int64_t "
        "token)");
    static_assert(
        requires(Ring r) { r.finish(); },
        "tussle: role ring: class ring lacks void finish()");
    static_assert(
        requires(Ring r) {
          { r.passed() } -> std::convertible_to<const std::vector<std::int64_t>&>;
        },
        "tussle: role ring: class ring lacks const std::vector<std::int64_t>& passed()");
  }
};

}  // namespace tussle::workloads
