// office.h (own role): what another project's office must have, and which workload it
// enters.
#pragma once

#include <concepts>

#include "harness/case/registry.h"
#include "workloads/scenarios/faults.h"

namespace tussle::workloads {

struct office_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (faults_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::office; };
      static_assert(is_there, "tussle: role office: the subject lacks class office");
      if constexpr (is_there) check<Subject, typename Subject::office>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<faults, Subject>();
  }

 private:
  template <typename Subject, typename Office>
  static constexpr void check() {
    static_assert(std::constructible_from<Office, ledger&, int>,
                  "tussle: role office: class office lacks office(ledger&, int threads)");
    static_assert(
        requires(Office o, const errand& given) {
          { o.submit(given, 0) } -> std::same_as<bool>;
        },
        "tussle: role office: class office lacks bool submit(const errand&, int thread)");
    static_assert(
        requires(Office o) { o.close(true); },
        "tussle: role office: class office lacks close(bool drains)");
    static_assert(
        requires {
          { Subject::is_serial } -> std::convertible_to<bool>;
          { Subject::drops_in_silence } -> std::convertible_to<bool>;
          { Subject::counts_done } -> std::convertible_to<bool>;
          { Subject::tells_afterwards } -> std::convertible_to<bool>;
        },
        "tussle: role office: the subject lacks static constexpr bool is_serial, "
        "drops_in_silence, counts_done or tells_afterwards");
  }
};

}  // namespace tussle::workloads
