// Ten million elements (IMM-13): they come and go without deep recursion, and without a leak.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "primitives/sync/mode.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/value/map.h"
#include "primitives/value/queue.h"

namespace tussle::value {
namespace {

// Where every operation is watched they would take minutes; the depth is what counts.
constexpr int many = sync::has_schedule_points ? 1'100'000 : 10'000'000;

TEST(value_size, IMM_13_a_vector_of_ten_million_goes_with_its_last_handle) {
  transient_vector<int> filling;
  for (int i = 0; i < many; ++i) filling.push_back(i);
  const vector<int> v = filling.persistent();

  std::int64_t sum = 0;
  v.for_each_chunk([&](std::span<const int> chunk) {
    for (const int n : chunk) sum += n;
  });

  EXPECT_EQ(sum, std::int64_t{many} * (many - 1) / 2);
}

TEST(value_size, IMM_13_a_map_of_many_goes_with_its_last_handle) {
  transient_map<int, int> filling;
  for (int i = 0; i < many / 5; ++i) filling.assoc(i, -i);
  const map<int, int> m = filling.persistent();

  EXPECT_EQ(m.size(), static_cast<std::size_t>(many / 5));
  EXPECT_EQ(m.at(many / 7), -(many / 7));
}

TEST(value_size, IMM_13_a_queue_of_ten_million_goes_with_its_last_handle) {
  transient_queue<int> filling;
  for (int i = 0; i < many; ++i) filling.push_back(i);
  queue<int> q = filling.persistent();
  for (int i = 0; i < 1000; ++i) q = q.pop_front();

  EXPECT_EQ(*q.front(), 1000);
}

TEST(value_size, IMM_13_a_long_history_goes_without_deep_recursion) {
  vector<int> v;
  for (int i = 0; i < 2000; ++i) v = std::move(v).push_back(i);
  queue<vector<int>> history;
  for (int i = 0; i < 20'000; ++i) {
    v = v.assoc(5, i);
    history = std::move(history).push_back(v);
  }

  EXPECT_EQ(history.size(), 20'000U);
  EXPECT_EQ((*history.front())[5], 0);
}

// Versions of one that they borrow from, dropped in the order in which they came.
TEST(value_size, IMM_13_of_versions_nothing_is_left_when_the_last_one_goes) {
  using tests::counted_value;
  const std::int64_t before = counted_value::live();
  {
    transient_vector<counted_value> filling;
    transient_map<int, counted_value> pairs;
    for (int i = 0; i < 5000; ++i) {
      filling.push_back(counted_value(i));
      pairs.assoc(i, counted_value(i));
    }
    const vector<counted_value> v = filling.persistent();
    const map<int, counted_value> m = pairs.persistent();
    std::vector<vector<counted_value>> vectors;
    std::vector<map<int, counted_value>> maps;
    for (int i = 0; i < 100; ++i) {
      vectors.push_back(v.assoc(static_cast<std::size_t>(i * 37), counted_value(-i)));
      maps.push_back(m.assoc(i * 37, counted_value(-i)));
    }
  }

  EXPECT_EQ(counted_value::live(), before);
}

}  // namespace
}  // namespace tussle::value
