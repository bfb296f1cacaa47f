// courier.h (own role): what another project's courier must have, and which workload it
// enters.
#pragma once

#include <concepts>
#include <utility>

#include "harness/case/registry.h"
#include "workloads/scenarios/channel_faults.h"

namespace tussle::workloads {

struct courier_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (courier_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::courier; };
      static_assert(is_there, "tussle: role courier: the subject lacks class courier");
      if constexpr (is_there) check<Subject, typename Subject::courier>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<channel_faults, Subject>();
  }

 private:
  template <typename Subject, typename Courier>
  static constexpr void check() {
    static_assert(std::constructible_from<Courier, manifest&>,
                  "tussle: role courier: class courier lacks courier(manifest&)");
    static_assert(
        requires(Courier c, parcel one) { c.send(std::move(one), sending::trying); },
        "tussle: role courier: class courier lacks send(parcel, sending how)");
    static_assert(
        requires(Courier c) { c.end(ending::closed); },
        "tussle: role courier: class courier lacks end(ending how)");
    static_assert(
        requires {
          { Subject::displaces } -> std::convertible_to<bool>;
          { Subject::repeats } -> std::convertible_to<bool>;
        },
        "tussle: role courier: the subject lacks static constexpr bool displaces or "
        "repeats");
  }
};

}  // namespace tussle::workloads
