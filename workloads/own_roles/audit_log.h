// audit_log.h (own role): what another project's audit log must have, and which use case it
// enters.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/audit_log.h"

namespace tussle::workloads {

struct audit_log_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::audit_log_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::log; };
      static_assert(is_there, "tussle: role audit_log: the subject lacks class log");
      if constexpr (is_there) check<typename Subject::log>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::audit_log, Subject>();
  }

 private:
  template <typename Log>
  static constexpr void check() {
    static_assert(
        std::constructible_from<Log, runtime&, use_cases::audit_store&, std::size_t>,
        "tussle: role audit_log: class log lacks log(runtime&, use_cases::audit_store&, "
        "std::size_t batch)");
    static_assert(
        requires(Log l, const use_cases::audit_entry& e) { l.append(e); },
        "tussle: role audit_log: class log lacks void append(const "
        "use_cases::audit_entry&)");
    static_assert(
        requires(Log l) { l.close(); },
        "tussle: role audit_log: class log lacks void close()");
    static_assert(
        requires(Log l) {
          { l.batches_asked_for() } -> std::same_as<std::int64_t>;
        },
        "tussle: role audit_log: class log lacks std::int64_t batches_asked_for()");
    static_assert(
        requires(Log l) {
          { l.failures_noticed() } -> std::same_as<std::int64_t>;
        },
        "tussle: role audit_log: class log lacks std::int64_t failures_noticed()");
  }
};

}  // namespace tussle::workloads
