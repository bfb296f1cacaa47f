// selector.h (own role): what another project's selector must have, and which workload it enters.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "harness/case/registry.h"
#include "workloads/scenarios/select.h"

namespace tussle::workloads {

struct selector_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (selector_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::selector; };
      static_assert(is_there, "tussle: role selector: the subject lacks class selector");
      if constexpr (is_there) check<typename Subject::selector>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<select, Subject>();
  }

 private:
  template <typename Selector>
  static constexpr void check() {
    static_assert(std::constructible_from<Selector, std::size_t, std::size_t>,
                  "tussle: role selector: class selector lacks selector(std::size_t "
                  "sources, std::size_t capacity)");
    static_assert(
        requires(Selector s, std::size_t source, std::int64_t element) {
          s.put(source, element);
        },
        "tussle: role selector: class selector lacks void put(std::size_t source, "
        "std::int64_t element)");
    static_assert(
        requires(Selector s) {
          { s.take() } -> std::same_as<std::optional<std::int64_t>>;
        },
        "tussle: role selector: class selector lacks std::optional<std::int64_t> take()");
    static_assert(
        requires(Selector s) { s.close(); },
        "tussle: role selector: class selector lacks void close()");
  }
};

}  // namespace tussle::workloads
