// Validators of an atom (VAL-1 ... VAL-7), for every representation.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "primitives/atom/atom.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/schedulers_testing.h"

namespace tussle {
namespace {

using tests::counted_value;
using tests::sample;

struct refusal {
  std::int64_t number;  // what was refused
};

// Rejects numbers from `limit` on, by returning false.
template <typename T>
validator<T> below(std::int64_t limit) {
  return [limit](const T& v) { return sample<T>::number(v) < limit; };
}

// Rejects numbers from `limit` on, by throwing.
template <typename T>
validator<T> refusing_from(std::int64_t limit) {
  return [limit](const T& v) {
    if (sample<T>::number(v) >= limit) throw refusal{sample<T>::number(v)};
    return true;
  };
}

template <typename Act>
std::int64_t number_refused_in(const Act& act) {
  try {
    act();
  } catch (const refusal& r) {
    return r.number;
  }
  return -1;
}

template <typename T>
class atom_validator : public ::testing::Test {
 public:
  static T of(std::int64_t n) { return sample<T>::of(n); }
};
TYPED_TEST_SUITE(atom_validator, tests::all_representations, tests::representation_names);

TYPED_TEST(atom_validator, VAL_1_a_rejected_initial_value_makes_no_atom) {
  using options = atom_options<TypeParam>;

  EXPECT_THROW(atom<TypeParam>(this->of(5), options{.validator = below<TypeParam>(5)}),
               invalid_state_error);
  EXPECT_EQ(number_refused_in([&] {
              atom<TypeParam>(this->of(5),
                              options{.validator = refusing_from<TypeParam>(5)});
            }),
            5);
}

TEST(atom_validator, VAL_1_a_rejected_initial_value_is_destroyed) {
  const auto live_before = counted_value::live();
  const auto reject = [](const counted_value&) { return false; };

  EXPECT_THROW(atom<counted_value>(counted_value(1), {.validator = reject}),
               invalid_state_error);

  EXPECT_EQ(counted_value::live(), live_before);
}

TYPED_TEST(atom_validator, VAL_2_returning_false_throws_and_keeps_the_identical_value) {
  const auto five = [&](const TypeParam&) { return this->of(5); };
  atom<TypeParam> a(this->of(1), {.validator = below<TypeParam>(5)});
  const auto before = a.load();

  EXPECT_THROW(a.swap(five), invalid_state_error);
  EXPECT_THROW(a.reset(this->of(6)), invalid_state_error);
  EXPECT_THROW(a.compare_and_set(before, this->of(7)), invalid_state_error);

  EXPECT_TRUE(a.load().same_as(before));
}

TYPED_TEST(atom_validator, VAL_3_an_exception_passes_through_with_type_and_payload) {
  atom<TypeParam> a(this->of(1), {.validator = refusing_from<TypeParam>(5)});
  const auto before = a.load();

  EXPECT_EQ(
      number_refused_in([&] { a.swap([&](const TypeParam&) { return this->of(5); }); }),
      5);
  EXPECT_EQ(number_refused_in([&] { a.reset(this->of(6)); }), 6);
  EXPECT_EQ(number_refused_in([&] { a.compare_and_set(before, this->of(7)); }), 7);

  EXPECT_TRUE(a.load().same_as(before));
}

TYPED_TEST(atom_validator, VAL_4_one_that_rejects_the_present_value_is_not_installed) {
  atom<TypeParam> a(this->of(4), {.validator = below<TypeParam>(5)});

  EXPECT_THROW(a.set_validator(below<TypeParam>(4)), invalid_state_error);
  EXPECT_EQ(number_refused_in([&] { a.set_validator(refusing_from<TypeParam>(4)); }), 4);

  EXPECT_THROW(a.reset(this->of(5)), invalid_state_error);
  EXPECT_NO_THROW(a.reset(this->of(4)));
}

TYPED_TEST(atom_validator, VAL_4_one_that_accepts_the_present_value_takes_over) {
  atom<TypeParam> a(this->of(1), {.validator = below<TypeParam>(5)});

  a.set_validator(below<TypeParam>(3));

  EXPECT_THROW(a.reset(this->of(3)), invalid_state_error);
  a.set_validator(below<TypeParam>(10));
  EXPECT_NO_THROW(a.reset(this->of(9)));
}

TYPED_TEST(atom_validator, VAL_5_an_empty_one_removes_validation) {
  atom<TypeParam> a(this->of(1), {.validator = below<TypeParam>(5)});
  EXPECT_TRUE(a.validator());

  a.set_validator(nullptr);

  EXPECT_FALSE(a.validator());
  EXPECT_NO_THROW(a.reset(this->of(5)));
}

TYPED_TEST(atom_validator, VAL_5_the_installed_one_can_be_read_and_put_back) {
  atom<TypeParam> a(this->of(1), {.validator = below<TypeParam>(5)});
  const validator<TypeParam> installed = a.validator();
  ASSERT_TRUE(installed);

  a.set_validator(nullptr);
  a.set_validator(installed);

  EXPECT_THROW(a.reset(this->of(5)), invalid_state_error);
}

TYPED_TEST(atom_validator, VAL_6_no_watch_hears_of_a_rejected_update) {
  const auto five = [&](const TypeParam&) { return this->of(5); };
  atom<TypeParam> a(this->of(1), {.validator = below<TypeParam>(5)});
  int calls = 0;
  a.add_watch("one", [&](auto&...) { ++calls; });
  a.add_watch("two", [&](auto&...) { ++calls; });

  EXPECT_THROW(a.reset(this->of(5)), invalid_state_error);
  EXPECT_THROW(a.swap(five), invalid_state_error);

  EXPECT_EQ(calls, 0);
}

TYPED_TEST(atom_validator,
           VAL_7_it_sees_the_candidate_while_the_atom_still_has_the_old_value) {
  const tests::undisturbed exactly;
  atom<TypeParam> a(this->of(1));
  std::vector<std::pair<std::int64_t, std::int64_t>> seen;  // candidate, present
  a.set_validator([&](const TypeParam& candidate) {
    seen.emplace_back(sample<TypeParam>::number(candidate),
                      sample<TypeParam>::number(*a.load()));
    return true;
  });
  seen.clear();

  a.swap(tests::successor<TypeParam>);
  a.reset(this->of(8));
  a.compare_and_set(a.load(), this->of(9));

  EXPECT_EQ(seen, (decltype(seen){{2, 1}, {8, 2}, {9, 8}}));
}

TYPED_TEST(atom_validator, VAL_7_a_compare_and_set_that_fails_has_shown_its_candidate) {
  atom<TypeParam> a(this->of(1));
  const auto outdated = a.load();
  a.reset(this->of(2));
  std::vector<std::int64_t> seen;
  a.set_validator([&](const TypeParam& v) {
    seen.push_back(sample<TypeParam>::number(v));
    return true;
  });
  seen.clear();

  EXPECT_FALSE(a.compare_and_set(outdated, this->of(3)));

  EXPECT_EQ(seen, std::vector<std::int64_t>{3});
}

}  // namespace
}  // namespace tussle
