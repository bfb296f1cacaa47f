// Do random histories of edits leave what the standard containers have, in the present version
// and in those that were kept (IMM-1, IMM-2, IMM-9)? And is one that does not found, and made
// small?
//
// TUSSLE_HISTORIES=100000 is the long form; the preset `soak` has it as a workload.
#include "workloads/scenarios/value_histories.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "primitives/sync/mode.h"
#include "workloads/planted/shared_collections.h"
#include "workloads/subjects/values.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

std::uint32_t histories() {
  const char* const asked = std::getenv("TUSSLE_HISTORIES");
  if (asked != nullptr) return static_cast<std::uint32_t>(std::atoi(asked));
  return sync::has_schedule_points ? 20 : 100;
}

// Of the first seed whose history fails; empty if none does.
template <typename History>
std::string first_counterexample(std::size_t length, std::uint32_t keys) {
  for (std::uint32_t seed = 0; seed < histories(); ++seed) {
    std::string found = counterexample<History>(seed, length, keys);
    if (!found.empty()) return found;
  }
  return {};
}

// Keeps every version, and not one in eight. No edit is in place then.
template <typename History>
class keeping_all : public History {
 public:
  void apply(const edit& e) {
    this->keep();
    History::apply(e);
  }
};

using ours = subjects::values;

TEST(value_histories, IMM_1_IMM_2_vectors_agree_with_the_model_in_every_version) {
  EXPECT_EQ(first_counterexample<vector_history<ours::vector<int>>>(300, 70), "");
  EXPECT_EQ(first_counterexample<keeping_all<vector_history<ours::vector<int>>>>(300, 70),
            "");
}

TEST(value_histories, IMM_1_IMM_2_maps_agree_with_the_model_in_every_version) {
  using map = ours::map<int, int>;
  EXPECT_EQ(first_counterexample<map_history<map>>(300, 100), "");
  EXPECT_EQ(first_counterexample<keeping_all<map_history<map>>>(300, 100), "");
}

TEST(value_histories, IMM_2_IMM_6_maps_agree_where_all_hashes_are_equal) {
  using map = ours::map<int, int, equal_hash>;
  EXPECT_EQ(first_counterexample<map_history<map>>(150, 10), "");
}

TEST(value_histories, IMM_2_IMM_6_maps_agree_where_only_the_top_bits_differ) {
  using map = ours::map<int, int, top_bits_hash>;
  EXPECT_EQ(first_counterexample<map_history<map>>(150, 12), "");
}

TEST(value_histories, IMM_1_IMM_2_sets_agree_with_the_model_in_every_version) {
  EXPECT_EQ(first_counterexample<set_history<ours::set<int>>>(300, 60), "");
  EXPECT_EQ(first_counterexample<keeping_all<set_history<ours::set<int>>>>(300, 60), "");
}

TEST(value_histories, IMM_1_IMM_2_IMM_8_queues_agree_with_the_model_in_every_version) {
  EXPECT_EQ(first_counterexample<queue_history<ours::queue<int>>>(300, 40), "");
  EXPECT_EQ(first_counterexample<keeping_all<queue_history<ours::queue<int>>>>(300, 40),
            "");
}

// Loses the element of every third push: the search must find it, and say it shortly.
class losing_history : public versions<ours::vector<int>, std::vector<int>> {
 public:
  void apply(const edit& e) {
    model_.push_back(e.value);
    if (model_.size() % 3 != 0) value_ = value_.push_back(e.value);
  }
};

TEST(value_histories, what_is_broken_is_found_and_shrunk_to_what_it_takes) {
  const edits drawn = draw_edits(1, 50, 10);
  ASSERT_NE(failure_of<losing_history>(drawn), "");

  EXPECT_EQ(shrunk<losing_history>(drawn).size(), 3U);
  EXPECT_NE(counterexample<losing_history>(1, 50, 10), "");
}

// Enters another value than the model has: visible in an element, not in the sizes.
class changing_history : public versions<ours::map<int, int>, std::map<int, int>> {
 public:
  void apply(const edit& e) {
    const int key = static_cast<int>(e.key);
    value_ = value_.assoc(key, e.value + 1);
    model_[key] = e.value;
  }
};

TEST(value_histories, a_value_under_the_right_key_that_is_another_is_found) {
  EXPECT_EQ(failure_of<changing_history>(draw_edits(1, 1, 10)), "an element differs");
}

// Right in what iteration shows and wrong where a key is looked for.
struct blind_map : ours::map<int, int> {
  using base = ours::map<int, int>;
  using base::base;
  const int* find(int key) const { return key == 3 ? nullptr : base::find(key); }
};
class blind_history : public versions<blind_map, std::map<int, int>> {
 public:
  void apply(const edit& e) {
    const int key = static_cast<int>(e.key);
    static_cast<blind_map::base&>(value_) = value_.assoc(key, e.value);
    model_[key] = e.value;
  }
};

TEST(value_histories, IMM_9_a_key_that_is_not_found_although_it_is_there_is_told) {
  EXPECT_EQ(failure_of<blind_history>(draw_edits(1, 50, 5)), "an element is not found");
}

// The last edit changes what was kept before it, when nobody looks at it any more.
class late_history
    : public versions<planted::shared_collections::vector<int>, std::vector<int>> {
 public:
  void apply(const edit& e) {
    value_ =
        e.value == 7 ? std::move(value_).push_back(e.value) : value_.push_back(e.value);
    model_.push_back(e.value);
    if (e.value != 7) keep_one_in_eight({.what = 0, .key = 0, .value = 0});
  }
};

TEST(value_histories, IMM_1_a_version_that_the_last_edit_changed_is_told) {
  const edits all = {{0, 0, 1}, {0, 0, 2}, {0, 0, 3}, {0, 0, 7}};
  late_history history;
  for (const edit& each : all) {
    history.apply(each);
    EXPECT_EQ(history.difference(), "") << "looks at one of three, and another one";
  }

  EXPECT_EQ(history.difference_in_kept(), "an old version changed");
  EXPECT_EQ(failure_of<late_history>(all), "an old version changed");
}

TEST(value_histories, IMM_1_the_workload_passes_with_all_collections_and_any_threads) {
  for (const double collection : {0, 1, 2, 3, 4, 5}) {
    const harness::verdict found = verdict_of<value_histories, ours>(
        {{"collection", collection}, {"edits", 100}, {"keys", 30}}, 2, 10);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

TEST(value_histories, edits_in_place_of_what_is_shared_are_caught_in_all_collections) {
  for (const double collection : {0, 1, 2, 3, 4, 5}) {
    const harness::verdict found =
        verdict_of<value_histories, planted::shared_collections>(
            {{"collection", collection}, {"edits", 100}, {"keys", 30}}, 1, 10);
    EXPECT_FALSE(found.passed);
    EXPECT_NE(found.message.find("an old version changed after {"), std::string::npos)
        << found.message;
  }
}

}  // namespace
}  // namespace tussle::workloads
