// counter.h (own role): what another project's counter must have, and which workloads it enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "harness/case/roles.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/counter_private.h"

namespace tussle::workloads {

struct counter_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (harness::counter_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::counter; };
      static_assert(is_there, "tussle: role counter: the subject lacks class counter");
      if constexpr (is_there) check<typename Subject::counter>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<counter, Subject>();
    all.extend<counter_private, Subject>();
  }

 private:
  template <typename Counter>
  static constexpr void check() {
    static_assert(std::constructible_from<Counter, std::int64_t>,
                  "tussle: role counter: class counter lacks counter(std::int64_t)");
    static_assert(
        requires(Counter c, std::int64_t hold) { c.increment(hold); },
        "tussle: role counter: class counter lacks void increment(std::int64_t hold)");
    static_assert(
        requires(const Counter c) {
          { c.load() } -> std::same_as<std::int64_t>;
        },
        "tussle: role counter: class counter lacks std::int64_t load() const");
  }
};

}  // namespace tussle::workloads
