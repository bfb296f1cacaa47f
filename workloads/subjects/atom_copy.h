// atom_copy.h (subject): an atom that holds a container of the standard kind, copied whole
// for each update.
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "harness/case/case_info.h"
#include "primitives/atom/atom.h"
#include "workloads/subjects/locked_maps.h"

namespace tussle::workloads::subjects {

struct atom_copy {
  static harness::subject_info info() {
    return {.name = "atom_copy",
            .kind = harness::subject_kind::baseline,
            .description =
                "tussle::atom of an absl::flat_hash_map or a std::vector, copied "
                "whole for each update.",
            .source = "workloads/subjects/atom_copy.h",
            .counts_failed_attempts = true};
  }

  template <typename Key>
  class map {
   public:
    explicit map(const std::vector<Key>& keys) : value_(numbered<values>(keys)) {}

    std::int64_t get(const Key& key) const {
      return value_.read([&key](const values& v) { return v.find(key)->second; });
    }
    void add(const Key& key, std::int64_t amount) {
      value_.swap([&](const values& v) {
        values next = v;
        next[key] += amount;
        return next;
      });
    }
    std::int64_t sum() const { return sum_of(*value_.load()); }
    bool equals(const map& other) const { return *value_.load() == *other.value_.load(); }

   private:
    using values = absl::flat_hash_map<Key, std::int64_t>;
    tussle::atom<values> value_;
  };

  class sequence {
   public:
    explicit sequence(const std::vector<std::int64_t>& elements) : value_(elements) {}

    std::int64_t get(std::int64_t i) const {
      return value_.read([i](const values& v) { return v[static_cast<std::size_t>(i)]; });
    }
    void add(std::int64_t i, std::int64_t amount) {
      value_.swap([&](const values& v) {
        values next = v;
        next[static_cast<std::size_t>(i)] += amount;
        return next;
      });
    }
    void push_back(std::int64_t element) {
      value_.swap([&](const values& v) {
        values next = v;
        next.push_back(element);
        return next;
      });
    }
    std::int64_t sum() const {
      const auto now = value_.load();
      return std::reduce(now->begin(), now->end());
    }
    bool equals(const sequence& other) const {
      return *value_.load() == *other.value_.load();
    }

   private:
    using values = std::vector<std::int64_t>;
    tussle::atom<values> value_;
  };
};

}  // namespace tussle::workloads::subjects
