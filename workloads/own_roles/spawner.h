// spawner.h (own role): what another project's spawner must have, and which workload it
// enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/spawn.h"

namespace tussle::workloads {

struct spawner_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (spawner_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::spawner; };
      static_assert(is_there, "tussle: role spawner: the subject lacks class spawner");
      if constexpr (is_there) check<typename Subject::spawner>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<spawn, Subject>();
  }

 private:
  using task = std::int64_t (*)();

  template <typename Spawner>
  static constexpr void check() {
    static_assert(std::constructible_from<Spawner, runtime&>,
                  "tussle: role spawner: class spawner lacks spawner(runtime&)");
    static_assert(
        requires(Spawner s, task one) {
          { s.start(one).get() } -> std::convertible_to<std::int64_t>;
        },
        "tussle: role spawner: class spawner lacks template <typename F> auto start(F "
        "task), of which get() is a std::int64_t");
  }
};

}  // namespace tussle::workloads
