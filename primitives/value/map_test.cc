// What one thread sees of a map and of a set.
#include "primitives/value/map.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/hash/hash_testing.h"
#include "primitives/testing/hostile_hashes_testing.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/value_nodes_testing.h"
#include "primitives/value/set.h"
#include "primitives/value/update_in.h"

namespace tussle::value {
namespace {

static_assert(std::forward_iterator<map<int, int>::iterator>);
static_assert(std::forward_iterator<set<int>::iterator>);

using numbers = map<int, int>;

numbers first_numbers(int count) {
  numbers m;
  for (int i = 0; i < count; ++i) m = std::move(m).assoc(i, -i);
  return m;
}

TEST(map, IMM_4_updates_that_change_nothing_return_the_same_map) {
  const numbers m = first_numbers(1000);

  EXPECT_TRUE(m.assoc(5, -5).same_as(m));
  EXPECT_TRUE(m.dissoc(1000).same_as(m));
  EXPECT_TRUE(m.update(5, [](int n) { return n; }).same_as(m));
  EXPECT_FALSE(m.assoc(5, 5).same_as(m));
  EXPECT_FALSE(m.dissoc(5).same_as(m));
}

TEST(map, IMM_4_the_identical_value_is_told_by_identity_and_by_representation) {
  using nested = map<int, map<int, int>>;
  const nested outer = {{1, {{1, 1}}}};
  EXPECT_TRUE(outer.assoc(1, outer.at(1)).same_as(outer));
  EXPECT_FALSE(outer.assoc(1, {{1, 1}}).same_as(outer));

  const double nan = std::numeric_limits<double>::quiet_NaN();
  const map<int, double> m = {{1, 0.0}, {2, nan}};
  EXPECT_TRUE(std::signbit(m.assoc(1, -0.0).at(1)));
  EXPECT_TRUE(m.assoc(2, nan).same_as(m));
}

// What an update of a moved copy, or of a transient, leaves as it was.
TEST(map, IMM_4_updates_in_place_that_change_nothing_leave_the_same_map) {
  const numbers m = first_numbers(1000);
  const auto itself = [](int n) { return n; };

  EXPECT_TRUE(numbers(m).assoc(5, -5).same_as(m));
  EXPECT_TRUE(numbers(m).update(5, itself).same_as(m));
  EXPECT_TRUE(numbers(m).dissoc(1000).same_as(m));
  EXPECT_TRUE(m.transient().assoc(5, -5).update(6, itself).persistent().same_as(m));
  EXPECT_FALSE(numbers(m).assoc(5, 5).same_as(m));
  EXPECT_FALSE(numbers(m).update(5, std::negate<>()).same_as(m));
}

// Equal by its own account, whatever the second number is.
struct first_counts {
  int first = 0;
  int second = 0;
  friend bool operator==(const first_counts& a, const first_counts& b) {
    return a.first == b.first;
  }
};

TEST(map, IMM_4_no_update_is_dropped_because_the_values_call_each_other_equal) {
  const map<int, first_counts> m = {{1, {1, 1}}};
  const auto second = [](const map<int, first_counts>& changed) {
    return changed.at(1).second;
  };

  ASSERT_TRUE((first_counts{1, 1} == first_counts{1, 2}));
  EXPECT_EQ(second(m.assoc(1, {1, 2})), 2);
  EXPECT_EQ(second(m.update(1,
                            [](first_counts v) {
                              return first_counts{v.first, 3};
                            })),
            3);
  EXPECT_TRUE(m.assoc(1, {1, 1}).same_as(m));

  const map<int, std::vector<first_counts>> nested = {{1, {{1, 1}}}};
  EXPECT_EQ(nested.assoc(1, {{1, 2}}).at(1)[0].second, 2);
}

TEST(set, IMM_4_updates_that_change_nothing_return_the_same_set) {
  const set<std::string> s = {"a", "b"};

  EXPECT_TRUE(s.insert("a").same_as(s));
  EXPECT_TRUE(s.erase("c").same_as(s));
  EXPECT_FALSE(s.insert("c").same_as(s));
}

TEST(map, IMM_5_equality_ignores_history) {
  const numbers m = first_numbers(1000);
  numbers backwards;
  for (int i = 2999; i >= 0; --i) backwards = backwards.assoc(i, i < 1000 ? -i : i);
  for (int i = 1000; i < 3000; ++i) backwards = backwards.dissoc(i);

  EXPECT_EQ(m, backwards);
  EXPECT_NE(m, m.assoc(3, 3));
  EXPECT_NE(m, m.dissoc(3).assoc(1000, -1000));
  EXPECT_NE(m, m.dissoc(3));
}

// Of all sizes: a branch ends at any depth when the last but one below it goes.
TEST(map, IMM_5_an_entry_that_is_gone_leaves_no_trace) {
  numbers shrinking = first_numbers(200);
  for (int i = 199; i >= 0; --i) {
    shrinking = shrinking.dissoc(i);
    EXPECT_EQ(shrinking, first_numbers(i)) << i;
  }
}

TEST(map, IMM_5_hashes_agree_with_equality) {
  const numbers m = first_numbers(50);
  numbers backwards;
  for (int i = 49; i >= 0; --i) backwards = backwards.assoc(i, -i);

  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {numbers(), m, backwards, m.assoc(3, 0), m.dissoc(3)}));
  EXPECT_EQ(std::hash<numbers>()(m), std::hash<numbers>()(backwards));
}

// Keys of either case are one key.
struct no_case_hash {
  std::size_t operator()(char c) const { return std::hash<int>()(std::tolower(c)); }
};
struct no_case_equal {
  bool operator()(char a, char b) const { return std::tolower(a) == std::tolower(b); }
};

TEST(map, IMM_5_hashes_agree_with_an_equality_of_its_own) {
  using letters = map<char, int, no_case_hash, no_case_equal>;
  using letter_set = set<char, no_case_hash, no_case_equal>;
  const letters upper = {{'A', 1}, {'B', 2}};
  const letters lower = {{'b', 2}, {'a', 1}};
  const letter_set upper_set = {'A', 'B'};
  const letter_set lower_set = {'b', 'a'};

  ASSERT_EQ(upper, lower);
  EXPECT_EQ(std::hash<letters>()(upper), std::hash<letters>()(lower));
  ASSERT_EQ(upper_set, lower_set);
  EXPECT_EQ(std::hash<letter_set>()(upper_set), std::hash<letter_set>()(lower_set));
  EXPECT_NE(std::hash<letters>()(upper), std::hash<letters>()(upper.assoc('C', 3)));
}

TEST(set, IMM_5_equal_sets_hash_alike_whatever_their_history) {
  const set<int> s = {1, 2, 3};
  const set<int> other = set<int>{4, 3, 2, 1}.erase(4);

  EXPECT_EQ(s, other);
  EXPECT_EQ(std::hash<set<int>>()(s), std::hash<set<int>>()(other));
  EXPECT_NE(s, s.insert(4));
}

template <typename Hash>
class map_of_hash : public ::testing::Test {};
using hostile =
    ::testing::Types<tests::equal_hash, tests::top_bits_hash, tests::multiples_hash>;
TYPED_TEST_SUITE(map_of_hash, hostile);

TYPED_TEST(map_of_hash, IMM_6_keys_coexist_are_replaced_and_erased_one_by_one) {
  map<int, int, TypeParam> m;
  for (int i = 0; i < 20; ++i) m = m.assoc(i, i);
  for (int i = 0; i < 20; ++i) m = m.assoc(i, 2 * i);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(m.at(i), 2 * i);
  EXPECT_FALSE(m.contains(20));

  for (int i = 0; i < 19; ++i) {
    m = m.dissoc(i);
    EXPECT_FALSE(m.contains(i));
    EXPECT_EQ(m.size(), static_cast<std::size_t>(19 - i));
  }

  EXPECT_EQ(m.at(19), 38);
  EXPECT_EQ(m, (map<int, int, TypeParam>{{19, 38}}));
  EXPECT_TRUE(m.dissoc(19).empty());
}

TYPED_TEST(map_of_hash, IMM_6_equality_does_not_mind_the_order_of_equal_hashes) {
  map<int, int, TypeParam> up;
  map<int, int, TypeParam> down;
  for (int i = 0; i < 20; ++i) up = up.assoc(i, i);
  for (int i = 19; i >= 0; --i) down = std::move(down).assoc(i, i);

  EXPECT_EQ(up, down);
  EXPECT_NE(up, down.assoc(3, 4));
  EXPECT_EQ(std::hash<decltype(up)>()(up), std::hash<decltype(up)>()(down));
}

TEST(map, IMM_6_keys_that_differ_in_the_top_bits_only_use_the_full_depth) {
  const map<int, int, tests::top_bits_hash> parted = {{0, 0}, {1, 1}};
  const map<int, int, tests::equal_hash> equal = {{0, 0}, {1, 1}};

  EXPECT_EQ(detail::node_walk::levels(parted), 7U);
  EXPECT_EQ(detail::node_walk::levels(equal), 8U);
  EXPECT_EQ(detail::node_walk::levels(parted.dissoc(0)), 1U);
  EXPECT_EQ(detail::node_walk::levels(equal.dissoc(0)), 1U);
}

TEST(map, a_poor_hash_is_mixed_and_does_not_make_the_trie_deep) {
  map<int, int, tests::multiples_hash> m;
  for (int i = 0; i < 1000; ++i) m = std::move(m).assoc(i, i);

  EXPECT_LE(detail::node_walk::levels(m), 5U);
}

TEST(map, IMM_9_iteration_visits_each_entry_once_and_each_time_alike) {
  const numbers m = first_numbers(2000);
  std::vector<int> first;
  for (const auto& [key, value] : m) {
    EXPECT_EQ(value, -key);
    first.push_back(key);
  }
  std::vector<int> second;
  m.for_each([&](int key, int /*value*/) { second.push_back(key); });
  std::vector<int> third;
  for (const auto& entry : m) third.push_back(entry.key);

  EXPECT_EQ(std::set<int>(first.begin(), first.end()).size(), 2000U);
  EXPECT_EQ(first.size(), 2000U);
  EXPECT_EQ(first, third);
  EXPECT_EQ(std::set<int>(second.begin(), second.end()).size(), 2000U);
}

TEST(map, IMM_11_transient_edits_do_not_touch_the_source) {
  const numbers m = first_numbers(1000);
  auto edited = m.transient();
  for (int i = 0; i < 1000; ++i) edited.assoc(i, 7).update(i, std::negate<>());
  for (int i = 0; i < 999; ++i) edited.dissoc(i);

  EXPECT_EQ(edited.persistent(), (numbers{{999, -7}}));
  EXPECT_EQ(m, first_numbers(1000));
}

TEST(map, IMM_11_after_persistent_every_use_throws) {
  transient_map<int, int> edited;
  edited.assoc(1, 1);
  const numbers m = edited.persistent();

  EXPECT_THROW(edited.assoc(1, 2), transient_expired_error);
  EXPECT_THROW(edited.dissoc(1), transient_expired_error);
  EXPECT_THROW(edited.update(1, std::negate<>()), transient_expired_error);
  EXPECT_THROW(edited.find(1), transient_expired_error);
  EXPECT_THROW(edited.size(), transient_expired_error);
  EXPECT_THROW(edited.persistent(), transient_expired_error);
  EXPECT_EQ(m, (numbers{{1, 1}}));
}

TEST(set, IMM_11_transient_edits_do_not_touch_the_source_and_end_with_persistent) {
  const set<int> s = {1, 2, 3};
  auto edited = s.transient();
  edited.insert(4).erase(1);

  EXPECT_EQ(edited.persistent(), (set<int>{2, 3, 4}));
  EXPECT_EQ(s, (set<int>{1, 2, 3}));
  EXPECT_THROW(edited.insert(5), transient_expired_error);
  EXPECT_THROW(edited.erase(5), transient_expired_error);
  EXPECT_THROW(edited.contains(5), transient_expired_error);
  EXPECT_THROW(edited.size(), transient_expired_error);
  EXPECT_THROW(edited.persistent(), transient_expired_error);
}

TEST(map, IMM_11_a_transient_that_was_moved_from_has_ended) {
  transient_map<int, int> m;
  m.assoc(1, 1);
  transient_map<int, int> moved(std::move(m));
  transient_set<int> s;
  s.insert(1);
  transient_set<int> moved_set;
  moved_set = std::move(s);

  EXPECT_THROW(m.assoc(2, 2), transient_expired_error);  // NOLINT: used after the move
  EXPECT_THROW(m.size(), transient_expired_error);
  EXPECT_THROW(s.insert(2), transient_expired_error);  // NOLINT: used after the move
  EXPECT_EQ(moved.persistent(), (numbers{{1, 1}}));
  EXPECT_EQ(moved_set.persistent(), (set<int>{1}));
}

TEST(map, a_map_that_was_moved_from_is_empty_and_can_be_used) {
  numbers m = first_numbers(100);
  set<int> s = {1, 2, 3};
  const numbers taken(std::move(m));
  const set<int> taken_set = std::move(s);

  EXPECT_EQ(m.size(), 0U);  // NOLINT: used after the move
  EXPECT_EQ(m.begin(), m.end());
  EXPECT_EQ(m.assoc(1, 1), (numbers{{1, 1}}));
  EXPECT_EQ(s.size(), 0U);  // NOLINT: used after the move
  EXPECT_EQ(s.insert(4), (set<int>{4}));
  EXPECT_EQ(taken.size(), 100U);
  EXPECT_EQ(taken_set.size(), 3U);
}

TEST(map, IMM_7_at_throws_for_a_key_that_is_not_there) {
  EXPECT_THROW(first_numbers(3).at(3), std::out_of_range);
  EXPECT_EQ(first_numbers(3).find(3), nullptr);
}

TEST(map, looks_for_strings_without_making_one) {
  const map<std::string, int> m = {{"one", 1}, {"two", 2}};

  EXPECT_EQ(m.at(std::string_view("two")), 2);
  EXPECT_TRUE(m.contains("one"));
  EXPECT_EQ(m.find(std::string_view("three")), nullptr);
  EXPECT_TRUE((set<std::string>{"a"}.contains(std::string_view("a"))));
}

TEST(map, is_made_of_ranges_of_pairs_of_which_the_last_counts) {
  const std::map<int, int> ordered = {{1, 1}, {2, 4}};

  EXPECT_EQ(numbers(ordered.begin(), ordered.end()), (numbers{{1, 1}, {2, 4}}));
  EXPECT_EQ(numbers(from_range, ordered), (numbers{{2, 4}, {1, 1}}));
  EXPECT_EQ((numbers{{1, 1}, {1, 2}}), (numbers{{1, 2}}));
}

TEST(map, update_begins_with_a_default_value) {
  const map<std::string, int> m;
  const auto more = [](int n) { return n + 1; };

  EXPECT_EQ(m.update("a", more).update("a", more).at("a"), 2);
  EXPECT_TRUE(m.empty());
}

TEST(update_in, changes_what_a_path_leads_to_and_makes_what_is_not_there) {
  map<std::string, map<int, std::int64_t>> hits;
  const auto more = [](std::int64_t n) { return n + 1; };

  hits = update_in(hits, more, std::string("/a"), 200);
  const auto before = hits;
  hits = update_in(std::move(hits), more, std::string("/a"), 200);
  hits = update_in(std::move(hits), more, std::string("/b"), 404);

  EXPECT_EQ(*hits.at("/a").find(200), 2);
  EXPECT_EQ(*hits.at("/b").find(404), 1);
  EXPECT_EQ(*before.at("/a").find(200), 1);
}

TEST(map, edits_in_place_when_the_handle_is_given_up_and_unique) {
  numbers m = first_numbers(2000);
  m = m.assoc(100, 0);
  m = std::move(m).assoc(100, 1);
  const int* const place = m.find(100);

  m = std::move(m).assoc(100, 2);
  EXPECT_EQ(m.find(100), place);

  const numbers other = m;
  m = std::move(m).assoc(100, 3);
  EXPECT_NE(m.find(100), place);
  EXPECT_EQ(other.at(100), 2);
}

TEST(map, gives_up_every_entry_with_the_last_version) {
  const std::int64_t before = tests::counted_value::live();
  {
    std::vector<map<int, tests::counted_value>> all(1);
    for (int i = 0; i < 600; ++i)
      all.push_back(all.back().assoc(i, tests::counted_value(i)));
    for (int i = 0; i < 600; i += 2) all.push_back(all.back().dissoc(i));
    for (int i = 1; i < 600; i += 2)
      all.back() = std::move(all.back()).assoc(i, tests::counted_value(0));
    all.push_back(all.back().transient().assoc(1, tests::counted_value(3)).persistent());
  }
  EXPECT_EQ(tests::counted_value::live(), before);
}

}  // namespace
}  // namespace tussle::value
