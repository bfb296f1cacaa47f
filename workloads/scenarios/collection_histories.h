// collection_histories.h: edits of a collection that never changes, and of its model.
//
// Every kind of edit is there: of a handle that others share, of one that is given up, of a
// transient. One version in eight is kept with a copy of its model; one of them is looked at
// after each edit, and all at the end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "workloads/scenarios/random_edits.h"

namespace tussle::workloads {

// Taken as they are, so that the history decides about all bits.
struct equal_hash {
  using is_avalanching = void;
  std::size_t operator()(int /*key*/) const { return 42; }
};

// Keys differ in the two topmost of 32 bits; of every four, more share all.
struct top_bits_hash {
  using is_avalanching = void;
  std::size_t operator()(int key) const { return static_cast<std::uint32_t>(key) << 30; }
};

// A value with its model, and some of its earlier versions with theirs.
template <typename Value, typename Model>
class versions {
 public:
  // After each edit: of the present version, and of one that was kept.
  std::string difference() const {
    if (std::string found = compare(value_, model_); !found.empty()) return found;
    // All of them each time would make long histories quadratic.
    if (!kept_.empty()) {
      const auto& old = kept_[++looks_ % kept_.size()];
      if (!compare(old.first, old.second).empty()) return "an old version changed";
    }
    return {};
  }
  // At the end: of all that were kept.
  std::string difference_in_kept() const {
    for (const auto& [value, model] : kept_)
      if (!compare(value, model).empty()) return "an old version changed";
    return {};
  }

 protected:
  // Whether an edit is of a handle that is given up: then it may be in place.
  static bool gives_up(const edit& e) { return e.value % 2 == 1; }

  // Whatever the edit: also before one in place, of the handle that is kept, too.
  void keep_one_in_eight(const edit& e) {
    if ((e.what >> 8) % 8 == 0) keep();
  }
  void keep() { kept_.emplace_back(value_, model_); }

  Value value_;
  Model model_;

 private:
  static constexpr bool has_keys = requires { typename Model::key_type; };

  static std::string compare(const Value& value, const Model& model) {
    if (value.size() != model.size()) return "sizes differ";
    if (static_cast<std::size_t>(std::distance(value.begin(), value.end())) !=
        model.size())
      return "iteration visits another number of elements";
    if constexpr (has_keys) {
      const bool all =
          std::all_of(value.begin(), value.end(),
                      [&model](const auto& each) { return has(model, each); });
      if (!all) return "an element differs";
    } else if (!std::equal(value.begin(), value.end(), model.begin())) {
      return "an element or the order differs";
    }
    return finds_all(value, model) ? "" : "an element is not found";
  }

  // By key, by index, or at the front. With what iteration showed, each is there once.
  static bool finds_all(const Value& value, const std::map<int, int>& model) {
    return std::all_of(model.begin(), model.end(), [&value](const auto& each) {
      const int* const found = value.find(each.first);
      return found != nullptr && *found == each.second;
    });
  }
  static bool finds_all(const Value& value, const std::set<int>& model) {
    return std::all_of(model.begin(), model.end(),
                       [&value](int key) { return value.contains(key); });
  }
  static bool finds_all(const Value& value, const std::vector<int>& model) {
    for (std::size_t i = 0; i < model.size(); ++i)
      if (value[i] != model[i]) return false;
    return true;
  }
  static bool finds_all(const Value& value, const std::deque<int>& model) {
    return model.empty() ? value.front() == nullptr : *value.front() == model.front();
  }

  template <typename Key, typename T, typename Entry>
  static bool has(const std::map<Key, T>& model, const Entry& e) {
    const auto found = model.find(e.key);
    return found != model.end() && found->second == e.value;
  }
  template <typename Key>
  static bool has(const std::set<Key>& model, const Key& key) {
    return model.contains(key);
  }

  std::vector<std::pair<Value, Model>> kept_;
  mutable std::size_t looks_ = 0;
};

template <typename Vector>
class vector_history : public versions<Vector, std::vector<int>> {
 public:
  void apply(const edit& e) {
    this->keep_one_in_eight(e);
    const std::uint32_t kind = e.what % 8;
    if (kind < 2) return push(e);
    if (kind == 2) return push_many(e);
    if (model_.empty()) return;
    if (kind < 5) return replace(e, e.key % model_.size());
    if (kind == 5) return pop_many(e);
    value_ = kind == 6 ? value_.pop_back() : std::move(value_).pop_back();
    model_.pop_back();
  }

 private:
  using base = versions<Vector, std::vector<int>>;
  using base::gives_up;
  using base::model_;
  using base::value_;

  void push(const edit& e) {
    value_ =
        gives_up(e) ? std::move(value_).push_back(e.value) : value_.push_back(e.value);
    model_.push_back(e.value);
  }
  void replace(const edit& e, std::size_t i) {
    const auto next = [&e](int) { return e.value; };
    value_ = gives_up(e) ? std::move(value_).update(i, next) : value_.assoc(i, e.value);
    model_[i] = e.value;
  }
  void push_many(const edit& e) {
    auto edited = value_.transient();
    for (std::uint32_t n = 0; n < e.key; ++n) edited.push_back(e.value);
    value_ = edited.persistent();
    model_.insert(model_.end(), e.key, e.value);
  }
  void pop_many(const edit& e) {
    auto edited = std::move(value_).transient();
    for (std::uint32_t n = 0; n < e.key && !model_.empty(); ++n) {
      edited.pop_back();
      model_.pop_back();
    }
    value_ = edited.persistent();
  }
};

template <typename Map>
class map_history : public versions<Map, std::map<int, int>> {
 public:
  void apply(const edit& e) {
    this->keep_one_in_eight(e);
    const int key = static_cast<int>(e.key);
    const std::uint32_t kind = e.what % 8;
    if (kind < 3) return enter(e, key);
    if (kind < 5) return update(e, key);
    if (kind < 7) return remove(e, key);
    edit_transient(e, key);
  }

 private:
  using base = versions<Map, std::map<int, int>>;
  using base::gives_up;
  using base::model_;
  using base::value_;

  void enter(const edit& e, int key) {
    value_ =
        gives_up(e) ? std::move(value_).assoc(key, e.value) : value_.assoc(key, e.value);
    model_[key] = e.value;
  }
  void update(const edit& e, int key) {
    const auto more = [](int n) { return n + 1; };
    value_ = gives_up(e) ? std::move(value_).update(key, more) : value_.update(key, more);
    ++model_[key];
  }
  void remove(const edit& e, int key) {
    value_ = gives_up(e) ? std::move(value_).dissoc(key) : value_.dissoc(key);
    model_.erase(key);
  }
  void edit_transient(const edit& e, int key) {
    auto edited = value_.transient();
    edited.assoc(key, e.value).update(key, std::negate<>()).dissoc(key + 1);
    value_ = edited.persistent();
    model_[key] = -e.value;
    model_.erase(key + 1);
  }
};

template <typename Set>
class set_history : public versions<Set, std::set<int>> {
 public:
  void apply(const edit& e) {
    this->keep_one_in_eight(e);
    const int key = static_cast<int>(e.key);
    if (e.what % 3 == 0) {
      value_ = gives_up(e) ? std::move(value_).insert(key) : value_.insert(key);
      model_.insert(key);
    } else if (e.what % 3 == 1) {
      value_ = gives_up(e) ? std::move(value_).erase(key) : value_.erase(key);
      model_.erase(key);
    } else {
      value_ = value_.transient().insert(key).erase(key + 1).persistent();
      model_.insert(key);
      model_.erase(key + 1);
    }
  }

 private:
  using base = versions<Set, std::set<int>>;
  using base::gives_up;
  using base::model_;
  using base::value_;
};

template <typename Queue>
class queue_history : public versions<Queue, std::deque<int>> {
 public:
  void apply(const edit& e) {
    this->keep_one_in_eight(e);
    const std::uint32_t kind = e.what % 4;
    if (kind == 0) return push_many(e);
    for (std::uint32_t n = 0; kind == 1 && n < e.key; ++n) pop(e);
    if (kind == 2) return pop(e);
    value_ =
        gives_up(e) ? std::move(value_).push_back(e.value) : value_.push_back(e.value);
    model_.push_back(e.value);
  }

 private:
  using base = versions<Queue, std::deque<int>>;
  using base::gives_up;
  using base::model_;
  using base::value_;

  void pop(const edit& e) {
    value_ = gives_up(e) ? std::move(value_).pop_front() : value_.pop_front();
    if (!model_.empty()) model_.pop_front();
  }
  void push_many(const edit& e) {
    auto edited = value_.transient();
    for (std::uint32_t n = 0; n < e.key; ++n) edited.push_back(e.value);
    value_ = edited.persistent();
    model_.insert(model_.end(), e.key, e.value);
  }
};

}  // namespace tussle::workloads
