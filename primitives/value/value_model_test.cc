// Do random histories of edits leave what the standard containers have, in every version
// (IMM-1, IMM-2, IMM-5, IMM-9)?
//
// Every kind of edit is drawn: of a handle that others share, of one that is given up, of a
// transient. A failure is made small and printed as code.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "primitives/testing/hostile_hashes_testing.h"
#include "primitives/testing/value_histories_testing.h"
#include "primitives/value/map.h"
#include "primitives/value/queue.h"
#include "primitives/value/set.h"

namespace tussle::value {
namespace {

using tests::counterexample;
using tests::edit;

// Whether an edit is of a handle that is given up: then it may be in place.
bool gives_up(const edit& e) { return e.value % 2 == 1; }

// A value with its model, and some of its earlier versions with theirs.
template <typename Value, typename Model>
class versions {
 public:
  void keep_one_in_eight(const edit& e) {
    if (e.value == 0) kept_.emplace_back(value, model);
  }

  std::string difference() const {
    if (std::string found = compare(value, model); !found.empty()) return found;
    // All of them each time would make long histories quadratic.
    if (!kept_.empty()) {
      const auto& old = kept_[++looks_ % kept_.size()];
      if (!compare(old.first, old.second).empty()) return "an old version changed";
    }
    return {};
  }

  Value value;
  Model model;

 private:
  static std::string compare(const Value& value, const Model& model) {
    if (value.size() != model.size()) return "sizes differ";
    if (static_cast<std::size_t>(std::distance(value.begin(), value.end())) !=
        model.size())
      return "iteration visits another number of elements";
    for (const auto& each : value)
      if (!agrees(each, model)) return "an element differs";
    if constexpr (
        !requires { model[0]; } || requires { typename Model::key_type; }) {
      return {};
    } else {
      return std::equal(value.begin(), value.end(), model.begin()) ? "" : "order differs";
    }
  }

  template <typename Key, typename T>
  static bool agrees(const map_entry<Key, T>& e, const std::map<Key, T>& model) {
    const auto found = model.find(e.key);
    return found != model.end() && found->second == e.value;
  }
  template <typename Key>
  static bool agrees(const Key& key, const std::set<Key>& model) {
    return model.contains(key);
  }
  template <typename T, typename Sequence>
  static bool agrees(const T& /*element*/, const Sequence& /*model*/) {
    return true;  // compared in order
  }

  std::vector<std::pair<Value, Model>> kept_;
  mutable std::size_t looks_ = 0;
};

struct vector_history : versions<vector<int>, std::vector<int>> {
  void apply(const edit& e) {
    keep_one_in_eight(e);
    const std::uint32_t kind = e.what % 8;
    if (kind < 2) return push(e);
    if (kind == 2) return push_many(e);
    if (model.empty()) return;
    if (kind < 5) return replace(e, e.key % model.size());
    if (kind == 5) return pop_many(e);
    value = kind == 6 ? value.pop_back() : std::move(value).pop_back();
    model.pop_back();
  }

 private:
  void push(const edit& e) {
    value = gives_up(e) ? std::move(value).push_back(e.value) : value.push_back(e.value);
    model.push_back(e.value);
  }
  void replace(const edit& e, std::size_t i) {
    const auto next = [&e](int) { return e.value; };
    value = gives_up(e) ? std::move(value).update(i, next) : value.assoc(i, e.value);
    model[i] = e.value;
  }
  void push_many(const edit& e) {
    auto edited = value.transient();
    for (std::uint32_t n = 0; n < e.key; ++n) edited.push_back(e.value);
    value = edited.persistent();
    model.insert(model.end(), e.key, e.value);
  }
  void pop_many(const edit& e) {
    auto edited = std::move(value).transient();
    for (std::uint32_t n = 0; n < e.key && !model.empty(); ++n) {
      edited.pop_back();
      model.pop_back();
    }
    value = edited.persistent();
  }
};

template <typename Hash>
struct map_history : versions<map<int, int, Hash>, std::map<int, int>> {
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
  using versions<map<int, int, Hash>, std::map<int, int>>::value;
  using versions<map<int, int, Hash>, std::map<int, int>>::model;

  void enter(const edit& e, int key) {
    value =
        gives_up(e) ? std::move(value).assoc(key, e.value) : value.assoc(key, e.value);
    model[key] = e.value;
  }
  void update(const edit& e, int key) {
    const auto more = [](int n) { return n + 1; };
    value = gives_up(e) ? std::move(value).update(key, more) : value.update(key, more);
    ++model[key];
  }
  void remove(const edit& e, int key) {
    value = gives_up(e) ? std::move(value).dissoc(key) : value.dissoc(key);
    model.erase(key);
  }
  void edit_transient(const edit& e, int key) {
    auto edited = value.transient();
    edited.assoc(key, e.value).update(key, std::negate<>()).dissoc(key + 1);
    value = edited.persistent();
    model[key] = -e.value;
    model.erase(key + 1);
  }
};

struct set_history : versions<set<int>, std::set<int>> {
  void apply(const edit& e) {
    keep_one_in_eight(e);
    const int key = static_cast<int>(e.key);
    if (e.what % 3 == 0) {
      value = gives_up(e) ? std::move(value).insert(key) : value.insert(key);
      model.insert(key);
    } else if (e.what % 3 == 1) {
      value = gives_up(e) ? std::move(value).erase(key) : value.erase(key);
      model.erase(key);
    } else {
      value = value.transient().insert(key).erase(key + 1).persistent();
      model.insert(key);
      model.erase(key + 1);
    }
  }
};

struct queue_history : versions<queue<int>, std::deque<int>> {
  void apply(const edit& e) {
    keep_one_in_eight(e);
    const std::uint32_t kind = e.what % 4;
    if (kind == 0) return push_many(e);
    for (std::uint32_t n = 0; kind == 1 && n < e.key; ++n) pop(e);
    if (kind == 2) return pop(e);
    value = gives_up(e) ? std::move(value).push_back(e.value) : value.push_back(e.value);
    model.push_back(e.value);
  }

 private:
  void pop(const edit& e) {
    value = gives_up(e) ? std::move(value).pop_front() : value.pop_front();
    if (!model.empty()) model.pop_front();
  }
  void push_many(const edit& e) {
    auto edited = value.transient();
    for (std::uint32_t n = 0; n < e.key; ++n) edited.push_back(e.value);
    value = edited.persistent();
    model.insert(model.end(), e.key, e.value);
  }
};

TEST(value_model, IMM_1_IMM_2_vector_histories_agree_with_the_model_in_every_version) {
  EXPECT_EQ(counterexample<vector_history>(300, 70), "");
}

TEST(value_model, IMM_1_IMM_2_map_histories_agree_with_the_model_in_every_version) {
  EXPECT_EQ(counterexample<map_history<default_hash<int>>>(300, 100), "");
}

TEST(value_model, IMM_2_IMM_6_map_histories_agree_where_all_hashes_are_equal) {
  EXPECT_EQ(counterexample<map_history<tests::equal_hash>>(150, 10), "");
}

TEST(value_model, IMM_2_IMM_6_map_histories_agree_where_only_the_top_bits_differ) {
  EXPECT_EQ(counterexample<map_history<tests::top_bits_hash>>(150, 12), "");
}

TEST(value_model, IMM_1_IMM_2_set_histories_agree_with_the_model_in_every_version) {
  EXPECT_EQ(counterexample<set_history>(300, 60), "");
}

TEST(value_model, IMM_1_IMM_2_IMM_8_queue_histories_agree_with_the_model) {
  EXPECT_EQ(counterexample<queue_history>(300, 40), "");
}

// Loses the element of every third push: the search must find it, and say it shortly.
struct losing : versions<vector<int>, std::vector<int>> {
  void apply(const edit& e) {
    model.push_back(e.value);
    if (model.size() % 3 != 0) value = value.push_back(e.value);
  }
};

TEST(value_model, the_search_finds_what_is_broken_and_shrinks_it_to_what_it_takes) {
  const tests::edits drawn = tests::draw_history(1, 50, 10);
  ASSERT_NE(tests::failure_of<losing>(drawn), "");

  EXPECT_EQ(tests::shrunk<losing>(drawn).size(), 3U);
  EXPECT_NE(counterexample<losing>(50, 10), "");
}

}  // namespace
}  // namespace tussle::value
