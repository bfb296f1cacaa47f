// logger_registry.h (own role): what another project's logger registry must have, and which
// use case it enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/logger_registry.h"

namespace tussle::workloads {

struct logger_registry_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::logger_registry_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::registry; };
      static_assert(is_there,
                    "tussle: role logger_registry: the subject lacks class registry");
      if constexpr (is_there) {
        check<typename Subject::registry>();
        static_assert(
            requires {
              { Subject::doubles_for_a_moment } -> std::convertible_to<bool>;
            },
            "tussle: role logger_registry: the subject lacks static constexpr bool "
            "doubles_for_a_moment");
      }
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::logger_registry, Subject>();
  }

 private:
  using seen = void (*)(const use_cases::stopped_period&);

  template <typename Registry>
  static constexpr void check() {
    static_assert(std::constructible_from<Registry, runtime&, use_cases::timer_service&>,
                  "tussle: role logger_registry: class registry lacks registry(runtime&, "
                  "use_cases::timer_service&)");
    static_assert(
        requires(Registry r, std::int64_t n) { r.add(n, n); },
        "tussle: role logger_registry: class registry lacks void add(std::int64_t "
        "period, std::int64_t function)");
    static_assert(
        requires(Registry r) { r.catch_up(); },
        "tussle: role logger_registry: class registry lacks void catch_up()");
    static_assert(
        requires(Registry r, std::int64_t n) {
          { r.lists(n, n) } -> std::same_as<bool>;
        },
        "tussle: role logger_registry: class registry lacks bool lists(std::int64_t "
        "period, std::int64_t function)");
    static_assert(
        requires(Registry r, seen f) { r.stop(f); },
        "tussle: role logger_registry: class registry lacks template <typename F> void "
        "stop(F recorded)");
    static_assert(
        requires(Registry r) {
          { r.refused() } -> std::same_as<std::int64_t>;
        },
        "tussle: role logger_registry: class registry lacks std::int64_t refused()");
  }
};

}  // namespace tussle::workloads
