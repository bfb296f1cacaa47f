// sequence.h (own role): what another project's sequence must have, and which workloads it
// enters.
#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "harness/case/registry.h"
#include "harness/case/roles.h"
#include "workloads/scenarios/value_vector.h"

namespace tussle::workloads {

struct sequence_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (harness::sequence_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::sequence; };
      static_assert(is_there, "tussle: role sequence: the subject lacks class sequence");
      if constexpr (is_there) check<typename Subject::sequence>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<value_vector, Subject>();
  }

 private:
  template <typename Sequence>
  static constexpr void check() {
    static_assert(std::constructible_from<Sequence, const std::vector<std::int64_t>&>,
                  "tussle: role sequence: class sequence lacks sequence(const "
                  "std::vector<std::int64_t>&)");
    static_assert(
        requires(const Sequence s, std::int64_t index) {
          { s.get(index) } -> std::same_as<std::int64_t>;
        },
        "tussle: role sequence: class sequence lacks std::int64_t get(std::int64_t) "
        "const");
    static_assert(
        requires(Sequence s, std::int64_t index) { s.add(index, std::int64_t{1}); },
        "tussle: role sequence: class sequence lacks void add(std::int64_t, "
        "std::int64_t)");
    static_assert(
        requires(Sequence s) { s.push_back(std::int64_t{1}); },
        "tussle: role sequence: class sequence lacks void push_back(std::int64_t)");
    static_assert(
        requires(const Sequence s) {
          { s.sum() } -> std::same_as<std::int64_t>;
        },
        "tussle: role sequence: class sequence lacks std::int64_t sum() const");
    static_assert(
        requires(const Sequence s) {
          { s.equals(s) } -> std::same_as<bool>;
        },
        "tussle: role sequence: class sequence lacks bool equals(const sequence&) const");
  }
};

}  // namespace tussle::workloads
