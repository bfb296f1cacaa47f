// atom_value.h (subject): an atom that holds a map or a vector that never changes.
//
// An update makes a new version that shares all but a path with the old one, and a reader
// keeps its version as long as it likes, while others update.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/atom/atom.h"
#include "primitives/value/map.h"
#include "primitives/value/vector.h"
#include "workloads/use_cases/route_stats.h"
#include "workloads/use_cases/service_config.h"

namespace tussle::workloads::subjects {

struct atom_value {
  static harness::subject_info info() {
    return {.name = "atom_value",
            .kind = harness::subject_kind::ours,
            .description = "tussle::atom of a tussle::value: updates share what stays.",
            .source = "workloads/subjects/atom_value.h",
            .counts_failed_attempts = true};
  }

  template <typename Key>
  class map {
   public:
    explicit map(const std::vector<Key>& keys) : value_(filled(keys)) {}

    std::int64_t get(const Key& key) const {
      return value_.read([&key](const values& v) { return *v.find(key); });
    }
    void add(const Key& key, std::int64_t amount) {
      value_.swap([&](const values& v) {
        return v.update(key, [amount](std::int64_t n) { return n + amount; });
      });
    }
    std::int64_t sum() const {
      std::int64_t all = 0;
      value_.load()->for_each([&all](const Key&, std::int64_t n) { all += n; });
      return all;
    }
    bool equals(const map& other) const { return *value_.load() == *other.value_.load(); }

   private:
    using values = value::map<Key, std::int64_t>;

    static values filled(const std::vector<Key>& keys) {
      value::transient_map<Key, std::int64_t> filling;
      std::int64_t next = 0;
      for (const Key& key : keys) filling.assoc(key, next++);
      return filling.persistent();
    }

    tussle::atom<values> value_;
  };

  class sequence {
   public:
    explicit sequence(const std::vector<std::int64_t>& elements)
        : value_(values(value::from_range, elements)) {}

    std::int64_t get(std::int64_t i) const {
      return value_.read([i](const values& v) { return v[index(i)]; });
    }
    void add(std::int64_t i, std::int64_t amount) {
      value_.swap(
          [&](const values& v) { return v.assoc(index(i), v[index(i)] + amount); });
    }
    void push_back(std::int64_t element) {
      value_.swap([&](const values& v) { return v.push_back(element); });
    }
    std::int64_t sum() const {
      return value_.load()->reduce(std::int64_t{0}, std::plus<>());
    }
    bool equals(const sequence& other) const {
      return *value_.load() == *other.value_.load();
    }

   private:
    using values = value::vector<std::int64_t>;
    static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

    tussle::atom<values> value_;
  };

  // UC-1 as it is meant: each request is one swap of one entry, and harvesting is one step.
  class metrics {
   public:
    metrics() : stats_(by_route()) {}

    void record(const std::string& route, const use_cases::request& r) {
      // Pure, as it may run again: the time was taken before.
      stats_.swap([&](const by_route& all) {
        return all.update(route, [&r](const auto& stats) { return stats.with(r); });
      });
    }
    template <typename F>
    void report(F f) const {
      stats_.load()->for_each(f);
    }
    template <typename F>
    void harvest(F f) {
      stats_.reset_vals(by_route()).first->for_each(f);
    }

   private:
    using by_route = value::map<std::string, use_cases::route_stats>;
    tussle::atom<by_route> stats_;
  };

  // UC-2 as it is meant: one value, checked by a validator, loaded once a request.
  class configuration {
   public:
    explicit configuration(use_cases::service_config initial)
        : current_(std::move(initial),
                   {.validator = [](const auto& c) { return c.consistent(); }}) {}

    template <typename F>
    void request(F f) const {
      const auto current = current_.load();
      f(*current);
    }
    template <typename F>
    bool reload(F f) {
      try {
        current_.swap(f);
        return true;
      } catch (const invalid_state_error&) {
        return false;
      }
    }
    // The watch uses what it is given: the atom may hold a later version already.
    template <typename F>
    void on_reload(F f) {
      current_.add_watch("component", [f](auto&, auto&, auto&, auto& is) { f(*is); });
    }

   private:
    tussle::atom<use_cases::service_config> current_;
  };
};

}  // namespace tussle::workloads::subjects
