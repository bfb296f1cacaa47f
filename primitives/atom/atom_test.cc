// What one thread sees of an atom (ATOM-1 ... ATOM-7), for every representation.
#include "primitives/atom/atom.h"

#include <gtest/gtest.h>

#include <any>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "primitives/testing/representations_testing.h"
#include "primitives/testing/schedulers_testing.h"

namespace tussle {
namespace {

using tests::sample;
using tests::successor;

template <typename T>
std::int64_t number_in(const atom<T>& a) {
  return sample<T>::number(*a.load());
}

template <typename T>
class atom_of : public ::testing::Test {};
TYPED_TEST_SUITE(atom_of, tests::all_representations, tests::representation_names);

TYPED_TEST(atom_of, ATOM_1_load_returns_the_initial_value) {
  const atom<TypeParam> a(sample<TypeParam>::of(7));

  EXPECT_EQ(number_in(a), 7);
}

TYPED_TEST(atom_of, ATOM_1_swap_installs_and_returns_f_of_old_and_arguments) {
  const tests::undisturbed exactly;
  atom<TypeParam> a(sample<TypeParam>::of(7));
  int calls = 0;
  const auto weighted = [&](const TypeParam& v, int x, const std::string& y) {
    ++calls;
    return sample<TypeParam>::of(sample<TypeParam>::number(v) * x - std::stoi(y));
  };

  const auto returned = a.swap(weighted, 10, "4");

  EXPECT_EQ(sample<TypeParam>::number(*returned), 66);
  EXPECT_TRUE(returned.same_as(a.load()));
  EXPECT_EQ(calls, 1);
}

TYPED_TEST(atom_of, ATOM_1_a_loaded_value_is_the_same_until_the_next_update) {
  atom<TypeParam> a(sample<TypeParam>::of(7));

  const auto first = a.load();
  const auto second = a.load();
  a.reset(sample<TypeParam>::of(8));

  EXPECT_TRUE(first.same_as(second));
  EXPECT_FALSE(first.same_as(a.load()));
}

TYPED_TEST(atom_of, ATOM_2_swap_vals_returns_old_and_new_as_watches_saw_them) {
  atom<TypeParam> a(sample<TypeParam>::of(1));
  const auto before = a.load();
  std::vector<typename atom<TypeParam>::change> seen;
  a.add_watch(
      "w", [&](auto&, auto&, const auto& o, const auto& n) { seen.emplace_back(o, n); });

  const auto [old_value, new_value] = a.swap_vals(successor<TypeParam>);

  EXPECT_TRUE(old_value.same_as(before));
  EXPECT_TRUE(new_value.same_as(a.load()));
  EXPECT_EQ(sample<TypeParam>::number(*new_value), 2);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_TRUE(seen[0].first.same_as(old_value) && seen[0].second.same_as(new_value));
}

TYPED_TEST(atom_of, ATOM_2_reset_vals_returns_old_and_new_as_watches_saw_them) {
  atom<TypeParam> a(sample<TypeParam>::of(1));
  const auto before = a.load();
  std::vector<typename atom<TypeParam>::change> seen;
  a.add_watch(
      "w", [&](auto&, auto&, const auto& o, const auto& n) { seen.emplace_back(o, n); });

  const auto [old_value, new_value] = a.reset_vals(sample<TypeParam>::of(9));

  EXPECT_TRUE(old_value.same_as(before));
  EXPECT_TRUE(new_value.same_as(a.load()));
  EXPECT_EQ(sample<TypeParam>::number(*new_value), 9);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_TRUE(seen[0].first.same_as(old_value) && seen[0].second.same_as(new_value));
}

TYPED_TEST(atom_of, ATOM_3_reset_returns_its_argument_and_ignores_the_old_value) {
  atom<TypeParam> a(sample<TypeParam>::of(1));
  const snapshot<TypeParam> next(sample<TypeParam>::of(5));

  EXPECT_TRUE(a.reset(next).same_as(next));
  EXPECT_TRUE(a.load().same_as(next));

  EXPECT_EQ(sample<TypeParam>::number(*a.reset(sample<TypeParam>::of(6))), 6);
  EXPECT_EQ(number_in(a), 6);
}

TYPED_TEST(atom_of, ATOM_4_compare_and_set_with_the_identical_value_succeeds) {
  atom<TypeParam> a(sample<TypeParam>::of(1));

  EXPECT_TRUE(a.compare_and_set(a.load(), sample<TypeParam>::of(2)));

  EXPECT_EQ(number_in(a), 2);
}

TYPED_TEST(atom_of,
           ATOM_4_compare_and_set_with_another_value_changes_nothing_and_calls_no_watch) {
  atom<TypeParam> a(sample<TypeParam>::of(1));
  const auto outdated = a.load();
  const auto present = a.reset(sample<TypeParam>::of(2));
  int calls = 0;
  a.add_watch("w", [&](auto&...) { ++calls; });

  EXPECT_FALSE(a.compare_and_set(outdated, sample<TypeParam>::of(3)));

  EXPECT_TRUE(a.load().same_as(present));
  EXPECT_EQ(calls, 0);
}

TYPED_TEST(atom_of, ATOM_5_compare_and_set_validates_before_it_compares) {
  const auto positive = [](const TypeParam& v) {
    return sample<TypeParam>::number(v) > 0;
  };
  atom<TypeParam> a(sample<TypeParam>::of(1), {.validator = positive});
  const auto outdated = a.load();
  const auto present = a.reset(sample<TypeParam>::of(2));

  EXPECT_THROW(a.compare_and_set(outdated, sample<TypeParam>::of(-1)),
               invalid_state_error);

  EXPECT_TRUE(a.load().same_as(present));
}

TYPED_TEST(atom_of, ATOM_6_an_update_function_that_throws_leaves_everything_as_it_was) {
  const auto failing = [](const TypeParam&) -> TypeParam {
    throw std::out_of_range("f");
  };
  int validated = 0;
  int watched = 0;
  atom<TypeParam> a(sample<TypeParam>::of(1));
  a.set_validator([&](const TypeParam&) { return ++validated > 0; });
  a.add_watch("w", [&](auto&...) { ++watched; });
  const auto before = a.load();
  validated = 0;

  EXPECT_THROW(a.swap(failing), std::out_of_range);

  EXPECT_TRUE(a.load().same_as(before));
  EXPECT_EQ(validated, 0);
  EXPECT_EQ(watched, 0);
  EXPECT_EQ(sample<TypeParam>::number(*a.swap(successor<TypeParam>)), 2);
}

TYPED_TEST(atom_of, ATOM_7_a_rejected_update_leaves_the_value_and_calls_no_watch) {
  const auto small = [](const TypeParam& v) { return sample<TypeParam>::number(v) < 2; };
  atom<TypeParam> a(sample<TypeParam>::of(1), {.validator = small});
  int watched = 0;
  a.add_watch("w", [&](auto&...) { ++watched; });
  const auto before = a.load();

  EXPECT_THROW(a.swap(successor<TypeParam>), invalid_state_error);
  EXPECT_THROW(a.swap_vals(successor<TypeParam>), invalid_state_error);
  EXPECT_THROW(a.reset(sample<TypeParam>::of(2)), invalid_state_error);
  EXPECT_THROW(a.reset_vals(sample<TypeParam>::of(2)), invalid_state_error);
  EXPECT_THROW(a.compare_and_set(before, sample<TypeParam>::of(2)), invalid_state_error);

  EXPECT_TRUE(a.load().same_as(before));
  EXPECT_EQ(watched, 0);
}

TYPED_TEST(atom_of, a_copied_handle_denotes_the_same_identity) {
  atom<TypeParam> a(sample<TypeParam>::of(1));
  const atom<TypeParam> other(sample<TypeParam>::of(1));
  atom<TypeParam> copy = a;

  copy.swap(successor<TypeParam>);

  EXPECT_EQ(number_in(a), 2);
  EXPECT_TRUE(a == copy);
  EXPECT_FALSE(a == other);
}

TYPED_TEST(atom_of, an_update_function_may_take_and_return_snapshots_to_keep_identity) {
  atom<TypeParam> a(sample<TypeParam>::of(1));
  const auto before = a.load();

  const auto [old_value, new_value] =
      a.swap_vals([](const snapshot<TypeParam>& present) { return present; });

  EXPECT_TRUE(old_value.same_as(before) && new_value.same_as(before));
  EXPECT_TRUE(a.load().same_as(before));
}

TYPED_TEST(atom_of, ATOM_4_a_value_that_came_back_satisfies_compare_and_set) {
  atom<TypeParam> a(sample<TypeParam>::of(1));
  const auto first = a.load();
  a.reset(sample<TypeParam>::of(2));
  a.reset(first);

  EXPECT_TRUE(a.compare_and_set(first, sample<TypeParam>::of(3)));
}

template <typename T>
class boxed_atom_of : public ::testing::Test {};
TYPED_TEST_SUITE(boxed_atom_of, tests::boxed_representations,
                 tests::representation_names);

TYPED_TEST(boxed_atom_of, ATOM_4_compare_and_set_with_an_equal_but_distinct_value_fails) {
  atom<TypeParam> a(sample<TypeParam>::of(1));
  const auto before = a.load();
  int calls = 0;
  a.add_watch("w", [&](auto&...) { ++calls; });

  EXPECT_FALSE(a.compare_and_set(snapshot<TypeParam>(sample<TypeParam>::of(1)),
                                 sample<TypeParam>::of(2)));

  EXPECT_TRUE(a.load().same_as(before));
  EXPECT_EQ(calls, 0);
}

template <typename T>
class inline_atom_of : public ::testing::Test {};
TYPED_TEST_SUITE(inline_atom_of, tests::inline_representations,
                 tests::representation_names);

TYPED_TEST(inline_atom_of, ATOM_4_compare_and_set_compares_by_representation) {
  atom<TypeParam> a(sample<TypeParam>::of(1));

  EXPECT_TRUE(a.compare_and_set(sample<TypeParam>::of(1), sample<TypeParam>::of(2)));
  EXPECT_FALSE(a.compare_and_set(sample<TypeParam>::of(1), sample<TypeParam>::of(3)));

  EXPECT_EQ(number_in(a), 2);
}

struct account {
  std::int64_t balance;
  std::int64_t deposits;
  account after_deposit(std::int64_t amount) const {
    return {balance + amount, deposits + 1};
  }
};

TEST(atom, ATOM_1_the_update_function_may_be_a_member_or_have_state) {
  atom<account> a(account{10, 0});
  a.swap(&account::after_deposit, 5);
  EXPECT_EQ(a.load()->balance, 15);

  a.swap([calls = 0](const account& v) mutable { return v.after_deposit(++calls); });
  EXPECT_EQ(a.load()->balance, 16);
  EXPECT_EQ(a.load()->deposits, 2);
}

TEST(atom, ATOM_3_values_of_any_type_are_told_from_snapshots_of_it) {
  atom<std::any> a(std::any(1));
  const snapshot<std::any> next(std::any(2));

  a.reset(next);
  EXPECT_TRUE(a.load().same_as(next));

  a.reset(3);
  EXPECT_EQ(std::any_cast<int>(*a.load()), 3);
}

}  // namespace
}  // namespace tussle
