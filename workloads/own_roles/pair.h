// pair.h (own role): what another project's pair must have, and which workload it enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/ping_pong.h"

namespace tussle::workloads {

struct pair_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (pair_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::pair; };
      static_assert(is_there, "tussle: role pair: the subject lacks class pair");
      if constexpr (is_there) check<typename Subject::pair>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<ping_pong, Subject>();
  }

 private:
  template <typename Pair>
  static constexpr void check() {
    static_assert(std::constructible_from<Pair, runtime&, ping_pong_score&>,
                  "tussle: role pair: class pair lacks pair(runtime&, ping_pong_score&)");
    static_assert(
        requires(Pair p, ping_pong_match match) {
          { p.play(match) } -> std::same_as<std::int64_t>;
        },
        "tussle: role pair: class pair lacks std::int64_t play(ping_pong_match)");
    static_assert(
        requires(Pair p) { p.finish(); },
        "tussle: role pair: class pair lacks void finish()");
  }
};

}  // namespace tussle::workloads
