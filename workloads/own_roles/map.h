// map.h (own role): what another project's map must have, and which workloads it enters.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/registry.h"
#include "harness/case/roles.h"
#include "workloads/scenarios/value_map.h"

namespace tussle::workloads {

struct map_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (harness::map_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires {
        typename Subject::template map<std::int64_t>;
      };
      static_assert(
          is_there,
          "tussle: role map: the subject lacks template <typename Key> class map");
      if constexpr (is_there) check_keys<Subject>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<value_map, Subject>();
  }

 private:
  // With one kind of key first: what is lacking is said once.
  template <typename Subject>
  static constexpr void check_keys() {
    using of_numbers = typename Subject::template map<std::int64_t>;
    check<of_numbers>();
    if constexpr (harness::shared_map<of_numbers, std::int64_t>) {
      static_assert(
          harness::shared_map<typename Subject::template map<std::string>, std::string>,
          "tussle: role map: class map cannot do with keys of std::string what it does "
          "with std::int64_t");
    }
  }

  template <typename Map>
  static constexpr void check() {
    static_assert(std::constructible_from<Map, const std::vector<std::int64_t>&>,
                  "tussle: role map: class map lacks map(const std::vector<Key>& keys)");
    static_assert(
        requires(const Map m, const std::int64_t& key) {
          { m.get(key) } -> std::same_as<std::int64_t>;
        },
        "tussle: role map: class map lacks std::int64_t get(const Key&) const");
    static_assert(
        requires(Map m, const std::int64_t& key) { m.add(key, std::int64_t{1}); },
        "tussle: role map: class map lacks void add(const Key&, std::int64_t)");
    static_assert(
        requires(const Map m) {
          { m.sum() } -> std::same_as<std::int64_t>;
        },
        "tussle: role map: class map lacks std::int64_t sum() const");
    static_assert(
        requires(const Map m) {
          { m.equals(m) } -> std::same_as<bool>;
        },
        "tussle: role map: class map lacks bool equals(const map&) const");
  }
};

}  // namespace tussle::workloads
