// pool.h (own role): what another project's pool must have, and which use case it enters.
#pragma once

#include <concepts>
#include <cstddef>

#include "harness/case/registry.h"
#include "workloads/use_cases/resource_pool.h"
#include "workloads/use_cases/resources.h"

namespace tussle::workloads {

struct pool_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::pool_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::pool; };
      static_assert(is_there, "tussle: role pool: the subject lacks class pool");
      if constexpr (is_there) check<typename Subject::pool>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::resource_pool, Subject>();
    // Where it says that acquire waits.
    if constexpr (use_cases::waiting_pool_subject<Subject>)
      all.extend<use_cases::waiting_pool, Subject>();
  }

 private:
  template <typename Pool>
  static constexpr void check() {
    static_assert(std::constructible_from<Pool, use_cases::resource_maker&, std::size_t>,
                  "tussle: role pool: class pool lacks pool(use_cases::resource_maker&, "
                  "std::size_t handles)");
    static_assert(
        requires(Pool p, std::size_t holder) {
          { p.acquire(holder) } -> std::same_as<use_cases::handle>;
        },
        "tussle: role pool: class pool lacks use_cases::handle acquire(std::size_t "
        "holder)");
    static_assert(
        requires(Pool p, use_cases::handle which, std::size_t holder) {
          { p.release(which, holder) } -> std::same_as<bool>;
        },
        "tussle: role pool: class pool lacks bool release(use_cases::handle, "
        "std::size_t holder)");
    static_assert(
        requires(Pool p, use_cases::pool_view & seen) { p.look(seen); },
        "tussle: role pool: class pool lacks void look(use_cases::pool_view&)");
  }
};

}  // namespace tussle::workloads
