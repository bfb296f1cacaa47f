// index.h (own role): what another project's index must have, and which use case it
// enters.
#pragma once

#include <concepts>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/index_rebuild.h"

namespace tussle::workloads {

struct index_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::index_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::index; };
      static_assert(is_there, "tussle: role index: the subject lacks class index");
      if constexpr (is_there) check<typename Subject::index>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::index_rebuild, Subject>();
  }

 private:
  using seen = void (*)(const use_cases::search_index&);

  template <typename Index>
  static constexpr void check() {
    static_assert(std::constructible_from<Index, runtime&, use_cases::rebuild_monitor&,
                                          const use_cases::documents&>,
                  "tussle: role index: class index lacks index(runtime&, "
                  "use_cases::rebuild_monitor&, const use_cases::documents&)");
    static_assert(
        requires(Index i, std::int64_t document) { i.change(document); },
        "tussle: role index: class index lacks void change(std::int64_t document)");
    static_assert(
        requires(Index i) { i.ask_for_rebuild(); },
        "tussle: role index: class index lacks void ask_for_rebuild()");
    static_assert(
        requires(Index i, seen use) { i.search(use); },
        "tussle: role index: class index lacks template <typename F> void search(F use)");
    static_assert(
        requires(Index i) { i.finish(); },
        "tussle: role index: class index lacks void finish()");
  }
};

}  // namespace tussle::workloads
