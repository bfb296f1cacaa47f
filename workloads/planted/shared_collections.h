// shared_collections.h (planted): collections that take "given up" for "not shared".
//
// The bug:  an edit of a handle that is given up is done in place, whoever else has a handle
//           of the same version.
// The mend: ask whether the handle is the only one, as primitives/value does.
// Must be caught by: verification of value_histories, always.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "harness/case/case_info.h"
#include "workloads/subjects/values.h"

namespace tussle::workloads::planted {

struct shared_collections {
  static harness::subject_info info() {
    return {.name = "shared_collections",
            .kind = harness::subject_kind::planted,
            .description = "Edits of a handle that is given up change all of its copies.",
            .source = "workloads/planted/shared_collections.h",
            .breaks_invariant = harness::expectation::yes};
  }

  template <typename Value>
  class shared {
   public:
    shared() : held_(std::make_shared<Value>()) {}
    // NOLINTNEXTLINE(google-explicit-constructor): as what a transient ends in.
    shared(Value value) : held_(std::make_shared<Value>(std::move(value))) {}

    auto size() const { return held_->size(); }
    auto begin() const { return std::as_const(*held_).begin(); }
    auto end() const { return std::as_const(*held_).end(); }
    auto transient() const { return held_->transient(); }
    auto find(int key) const { return std::as_const(*held_).find(key); }
    bool contains(int key) const { return held_->contains(key); }
    auto front() const { return std::as_const(*held_).front(); }
    const auto& operator[](std::size_t i) const { return std::as_const(*held_)[i]; }

    shared push_back(int element) const& { return held_->push_back(element); }
    shared push_back(int element) && {
      return in_place([&](Value&& v) { return std::move(v).push_back(element); });
    }
    shared pop_back() const& { return held_->pop_back(); }
    shared pop_back() && {
      return in_place([](Value&& v) { return std::move(v).pop_back(); });
    }
    shared pop_front() const& { return held_->pop_front(); }
    shared pop_front() && {
      return in_place([](Value&& v) { return std::move(v).pop_front(); });
    }
    template <typename Key>
    shared assoc(const Key& key, int element) const& {
      return held_->assoc(key, element);
    }
    template <typename Key>
    shared assoc(const Key& key, int element) && {
      return in_place([&](Value&& v) { return std::move(v).assoc(key, element); });
    }
    template <typename Key, typename F>
    shared update(const Key& key, F f) const& {
      return held_->update(key, f);
    }
    template <typename Key, typename F>
    shared update(const Key& key, F f) && {
      return in_place([&](Value&& v) { return std::move(v).update(key, f); });
    }
    shared dissoc(int key) const& { return held_->dissoc(key); }
    shared dissoc(int key) && {
      return in_place([&](Value&& v) { return std::move(v).dissoc(key); });
    }
    shared insert(int key) const& { return held_->insert(key); }
    shared insert(int key) && {
      return in_place([&](Value&& v) { return std::move(v).insert(key); });
    }
    shared erase(int key) const& { return held_->erase(key); }
    shared erase(int key) && {
      return in_place([&](Value&& v) { return std::move(v).erase(key); });
    }

   private:
    template <typename Edit>
    shared in_place(Edit edit) {
      *held_ = edit(std::move(*held_));
      return *this;
    }

    std::shared_ptr<Value> held_;
  };

  template <typename T>
  using vector = shared<subjects::values::vector<T>>;
  template <typename Key, typename T, typename Hash = value::default_hash<Key>>
  using map = shared<subjects::values::map<Key, T, Hash>>;
  template <typename Key>
  using set = shared<subjects::values::set<Key>>;
  template <typename T>
  using queue = shared<subjects::values::queue<T>>;
};

}  // namespace tussle::workloads::planted
