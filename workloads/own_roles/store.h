// store.h (own role): what another project's store must have, and which workload it enters.
#pragma once

#include <concepts>
#include <cstddef>

#include "harness/case/registry.h"
#include "workloads/scenarios/history_transactions.h"
#include "workloads/scenarios/stores.h"

namespace tussle::workloads {

struct store_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (store_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::store; };
      static_assert(is_there, "tussle: role store: the subject lacks class store");
      if constexpr (is_there) {
        check<typename Subject::store>();
        static_assert(
            requires {
              { Subject::serializable } -> std::convertible_to<bool>;
            },
            "tussle: role store: the subject lacks static constexpr bool serializable");
      }
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<history_transactions, Subject>();
  }

 private:
  template <typename Store>
  static constexpr void check() {
    static_assert(std::constructible_from<Store, std::size_t>,
                  "tussle: role store: class store lacks store(std::size_t keys)");
    static_assert(
        requires(Store s) {
          { s.transact(no_body()) } -> std::same_as<bool>;
        },
        "tussle: role store: class store lacks bool transact(const Body&), with Body any "
        "type that takes a view with read and write");
  }
};

}  // namespace tussle::workloads
