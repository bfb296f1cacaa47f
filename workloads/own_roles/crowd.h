// crowd.h (own role): what another project's crowd must have, and which workload it enters.
#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/park.h"

namespace tussle::workloads {

struct crowd_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (crowd_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::crowd; };
      static_assert(is_there, "tussle: role crowd: the subject lacks class crowd");
      if constexpr (is_there) check<typename Subject::crowd>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<park, Subject>();
  }

 private:
  template <typename Crowd>
  static constexpr void check() {
    static_assert(std::constructible_from<Crowd, runtime&, std::int64_t, int>,
                  "tussle: role crowd: class crowd lacks crowd(runtime&, std::int64_t "
                  "processes, int askers)");
    static_assert(
        requires(Crowd c, std::int64_t process, std::int64_t question) {
          { c.ask(process, 0, question) } -> std::same_as<std::int64_t>;
        },
        "tussle: role crowd: class crowd lacks std::int64_t ask(std::int64_t process, "
        "int asker, std::int64_t question)");
    static_assert(
        requires(Crowd c) { c.finish(); },
        "tussle: role crowd: class crowd lacks void finish()");
    static_assert(
        requires(Crowd c) {
          { c.answered() } -> std::convertible_to<const std::vector<std::int64_t>&>;
        },
        "tussle: role crowd: class crowd lacks const std::vector<std::int64_t>& "
        "answered()");
  }
};

}  // namespace tussle::workloads
