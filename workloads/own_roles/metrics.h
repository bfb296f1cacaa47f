// metrics.h (own role): what another project's metrics must have, and which use case they
// enter.
#pragma once

#include <concepts>
#include <string>

#include "harness/case/registry.h"
#include "workloads/use_cases/request_metrics.h"

namespace tussle::workloads {

struct metrics_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::metrics_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::metrics; };
      static_assert(is_there, "tussle: role metrics: the subject lacks class metrics");
      if constexpr (is_there) check<typename Subject::metrics>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::request_metrics, Subject>();
  }

 private:
  using seen = void (*)(const std::string&, const use_cases::route_stats&);

  template <typename Metrics>
  static constexpr void check() {
    static_assert(std::default_initializable<Metrics>,
                  "tussle: role metrics: class metrics lacks metrics()");
    static_assert(
        requires(Metrics m, const std::string& route, const use_cases::request& r) {
          m.record(route, r);
        },
        "tussle: role metrics: class metrics lacks void record(const std::string& route, "
        "const use_cases::request&)");
    static_assert(
        requires(Metrics m, seen f) { m.report(f); },
        "tussle: role metrics: class metrics lacks template <typename F> void report(F "
        "f)");
    static_assert(
        requires(Metrics m, seen f) { m.harvest(f); },
        "tussle: role metrics: class metrics lacks template <typename F> void "
        "harvest(F f)");
  }
};

}  // namespace tussle::workloads
