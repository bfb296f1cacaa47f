// What one thread sees of a vector.
#include "primitives/value/vector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/hash/hash_testing.h"
#include "primitives/testing/instances_testing.h"

namespace tussle::value {
namespace {

static_assert(std::random_access_iterator<vector<int>::iterator>);
static_assert(std::ranges::random_access_range<vector<std::string>>);

vector<int> first_numbers(int count) {
  vector<int> v;
  for (int i = 0; i < count; ++i) v = std::move(v).push_back(i);
  return v;
}

// A copy of `v` that shares nothing with it.
vector<int> made_anew(const vector<int>& v) { return vector<int>(v.begin(), v.end()); }

void expect_first_numbers(const vector<int>& v, int count) {
  ASSERT_EQ(v.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) ASSERT_EQ(v[static_cast<std::size_t>(i)], i);
}

// Where a leaf is complete, a level is, or the tree grows by one.
constexpr int boundaries[] = {1,    2,    31,   32,    33,    64,    65,    1023, 1024,
                              1025, 1056, 1057, 32767, 32768, 32769, 32800, 32801};

TEST(vector, IMM_2_elements_stand_where_they_were_put_across_all_boundaries) {
  for (const int count : boundaries) {
    const vector<int> v = first_numbers(count);
    expect_first_numbers(v, count);
    expect_first_numbers(v.push_back(count), count + 1);
    expect_first_numbers(v.pop_back(), count - 1);
    expect_first_numbers(v.push_back(count).pop_back(), count);
    expect_first_numbers(v, count);
  }
}

TEST(vector, IMM_2_pops_go_back_across_all_boundaries) {
  vector<int> v = first_numbers(boundaries[std::size(boundaries) - 1] + 2);
  while (!v.empty()) {
    v = std::move(v).pop_back();
    const int size = static_cast<int>(v.size());
    if (std::find(std::begin(boundaries), std::end(boundaries), size) !=
        std::end(boundaries)) {
      expect_first_numbers(v, size);
      EXPECT_EQ(v, first_numbers(size));
    }
  }
  EXPECT_EQ(v, vector<int>());
}

TEST(vector, IMM_2_assoc_replaces_everywhere_and_appends_at_the_end) {
  for (const int count : boundaries) {
    const vector<int> v = first_numbers(count);
    for (const std::size_t i : {v.size() - 1, v.size() / 2, std::size_t{0}}) {
      const vector<int> changed = v.assoc(i, -1);
      EXPECT_EQ(changed[i], -1);
      EXPECT_EQ(changed.assoc(i, static_cast<int>(i)), v);
    }
    EXPECT_EQ(v.assoc(v.size(), count), v.push_back(count));
  }
}

TEST(vector, IMM_1_a_chain_of_versions_longer_than_any_lineage_stays_as_it_was) {
  std::vector<vector<int>> all = {first_numbers(3000)};
  for (int i = 0; i < 100; ++i)
    all.push_back(all.back().assoc(static_cast<std::size_t>(i) * 7, -i));

  expect_first_numbers(all.front(), 3000);
  for (int i = 0; i < 100; ++i) {
    const auto n = static_cast<std::size_t>(i);
    EXPECT_EQ(all[n + 1], all[n].assoc(n * 7, -i));
    EXPECT_EQ(all[n + 1].nth(n * 7), -i);
  }
}

TEST(vector, IMM_1_the_last_version_stands_when_the_others_are_dropped_in_any_order) {
  for (const int order : {0, 1, 2}) {
    std::vector<vector<int>> all = {first_numbers(3000)};
    for (int i = 0; i < 60; ++i)
      all.push_back(all.back().assoc(static_cast<std::size_t>(i), -i));
    const vector<int> last = all.back();
    if (order == 1) std::reverse(all.begin(), all.end());
    if (order == 2) std::rotate(all.begin(), all.begin() + 30, all.end());
    for (vector<int>& each : all) each = {};

    vector<int> expected = first_numbers(3000);
    for (int i = 0; i < 60; ++i)
      expected = std::move(expected).assoc(static_cast<std::size_t>(i), -i);
    EXPECT_EQ(last, made_anew(expected));
    EXPECT_EQ(last.assoc(0, 5).nth(59), -59);
  }
}

TEST(vector, IMM_7_an_index_out_of_range_throws) {
  const vector<int> v = {1, 2, 3};

  EXPECT_THROW(v.nth(3), std::out_of_range);
  EXPECT_THROW(v.assoc(4, 0), std::out_of_range);
  EXPECT_THROW(vector<int>(v).assoc(4, 0), std::out_of_range);
  EXPECT_THROW(v.update(3, std::negate<>()), std::out_of_range);
  EXPECT_THROW(v.transient().assoc(4, 0), std::out_of_range);
  EXPECT_THROW(v.transient().nth(3), std::out_of_range);
}

TEST(vector, IMM_7_pop_of_an_empty_vector_throws) {
  EXPECT_THROW(vector<int>().pop_back(), empty_pop_error);
  EXPECT_THROW(transient_vector<int>().pop_back(), empty_pop_error);
}

TEST(vector, IMM_5_equality_ignores_history) {
  const vector<int> v = first_numbers(1100);
  const vector<int> longer = v.push_back(0);

  EXPECT_EQ(v, made_anew(v));
  EXPECT_EQ(v, longer.pop_back());
  EXPECT_EQ(v, v.assoc(5, 0).assoc(5, 5));
  EXPECT_NE(v, v.assoc(5, 0));
  EXPECT_NE(v, v.assoc(1099, 0));
  EXPECT_NE(v, longer);
}

TEST(vector, IMM_5_hashes_agree_with_equality) {
  const vector<int> v = first_numbers(40);

  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {vector<int>(), v, made_anew(v), v.assoc(3, 0), v.push_back(1), v.pop_back()}));
  EXPECT_EQ(std::hash<vector<int>>()(v), std::hash<vector<int>>()(made_anew(v)));
}

TEST(vector, IMM_9_iteration_visits_each_element_once_forwards_and_backwards) {
  const vector<int> v = first_numbers(1057);
  const std::vector<int> forwards(v.begin(), v.end());
  std::vector<int> backwards(v.rbegin(), v.rend());
  std::reverse(backwards.begin(), backwards.end());
  std::vector<int> numbers(1057);
  std::iota(numbers.begin(), numbers.end(), 0);

  EXPECT_EQ(forwards, numbers);
  EXPECT_EQ(backwards, numbers);
}

TEST(vector, IMM_9_iterators_jump_and_search) {
  const vector<int> v = first_numbers(5000);

  EXPECT_EQ(v.begin()[4321], 4321);
  EXPECT_EQ(*(v.end() - 5000), 0);
  EXPECT_EQ(*(v.begin() + 4999), 4999);
  EXPECT_EQ(std::ranges::lower_bound(v, 777) - v.begin(), 777);
  EXPECT_EQ(v.end() - v.begin(), 5000);
}

TEST(vector, IMM_9_chunks_are_the_elements_in_order) {
  const vector<int> v = first_numbers(1057);
  std::vector<int> seen;
  v.for_each_chunk([&](std::span<const int> chunk) {
    seen.insert(seen.end(), chunk.begin(), chunk.end());
  });

  EXPECT_TRUE(std::ranges::equal(seen, v));
  EXPECT_EQ(v.reduce(0, std::plus<>()), 1056 * 1057 / 2);
}

TEST(vector, IMM_11_transient_edits_do_not_touch_the_source) {
  const vector<int> v = first_numbers(1100);
  auto edited = v.transient();
  for (std::size_t i = 0; i < 1100; ++i) edited.assoc(i, -1);
  for (int i = 0; i < 500; ++i) edited.push_back(i);
  for (int i = 0; i < 1000; ++i) edited.pop_back();

  EXPECT_EQ(edited.persistent(), vector<int>(from_range, std::vector<int>(600, -1)));
  expect_first_numbers(v, 1100);
}

TEST(vector, IMM_11_a_persistent_result_is_not_touched_by_what_made_it) {
  transient_vector<int> edited;
  edited.push_back(1);
  const vector<int> v = edited.persistent();

  EXPECT_THROW(edited.push_back(2), transient_expired_error);
  EXPECT_THROW(edited.assoc(0, 2), transient_expired_error);
  EXPECT_THROW(edited.pop_back(), transient_expired_error);
  EXPECT_THROW(edited.nth(0), transient_expired_error);
  EXPECT_THROW(edited.size(), transient_expired_error);
  EXPECT_THROW(edited.persistent(), transient_expired_error);
  EXPECT_EQ(v, vector<int>{1});
}

TEST(vector, IMM_11_a_transient_that_was_moved_from_has_ended) {
  auto one = vector<int>{1}.transient();
  auto other = std::move(one);

  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): what is asked
  EXPECT_THROW(one.size(), transient_expired_error);
  EXPECT_EQ(other.persistent(), vector<int>{1});
}

TEST(vector, edits_in_place_when_the_handle_is_given_up_and_unique) {
  vector<int> v = first_numbers(2000);
  const int* const place = &v[100];

  v = std::move(v).assoc(100, -1);
  EXPECT_EQ(&v[100], place);

  const vector<int> other = v;
  v = std::move(v).assoc(100, -2);
  EXPECT_NE(&v[100], place);
  EXPECT_EQ(other[100], -1);
}

TEST(vector, edits_in_place_again_when_the_versions_in_between_are_gone) {
  vector<int> v = first_numbers(2000);
  for (int i = 0; i < 50; ++i) v = v.assoc(100, i);
  v = std::move(v).assoc(100, -1);
  const int* const place = &v[100];

  v = std::move(v).assoc(100, -2);

  EXPECT_EQ(&v[100], place);
}

TEST(vector, update_passes_the_element_on_when_nobody_else_has_it) {
  vector<std::vector<int>> v = {{1, 2, 3}};
  const int* const place = v[0].data();

  v = std::move(v).update(0, [](std::vector<int> old) {
    old[0] = 7;
    return old;
  });

  EXPECT_EQ(v[0].data(), place);
  EXPECT_EQ(v[0], (std::vector<int>{7, 2, 3}));
}

TEST(vector, gives_up_every_element_with_the_last_version) {
  const std::int64_t before = tests::counted_value::live();
  {
    std::vector<vector<tests::counted_value>> all(1);
    for (int i = 0; i < 1200; ++i)
      all.push_back(all.back().push_back(tests::counted_value(i)));
    for (std::size_t i = 0; i < 40; ++i)
      all.push_back(all.back().assoc(i * 29, tests::counted_value(0)));
    for (int i = 0; i < 40; ++i) all.push_back(all.back().pop_back());
  }
  EXPECT_EQ(tests::counted_value::live(), before);
}

}  // namespace
}  // namespace tussle::value
