// one_shot.h (own role): what another project's one-shot must have, and which workloads it
// enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "workloads/scenarios/history_one_shot.h"
#include "workloads/scenarios/one_shot.h"

namespace tussle::workloads {

struct one_shot_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (one_shot_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::shot; };
      static_assert(is_there, "tussle: role one_shot: the subject lacks class shot");
      if constexpr (is_there) check<typename Subject::shot>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<one_shot, Subject>();
    all.extend<history_one_shot, Subject>();
  }

 private:
  template <typename Shot>
  static constexpr void check() {
    static_assert(std::default_initializable<Shot>,
                  "tussle: role one_shot: class shot lacks shot()");
    static_assert(
        requires(Shot s, std::int64_t value) {
          { s.deliver(value) } -> std::same_as<bool>;
        },
        "tussle: role one_shot: class shot lacks bool deliver(std::int64_t value)");
    static_assert(
        requires(Shot s) {
          { s.get() } -> std::convertible_to<std::int64_t>;
        },
        "tussle: role one_shot: class shot lacks std::int64_t get()");
  }
};

}  // namespace tussle::workloads
