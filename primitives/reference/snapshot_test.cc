// Which representation a type has, and what "the same" means in each (PIT-9).
#include "primitives/reference/snapshot.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "primitives/testing/representations_testing.h"

namespace tussle {
namespace {

enum class light : std::uint8_t { red, green };
struct nothing {};
struct padded {
  std::uint8_t small;
  std::uint32_t big;
};
struct three_bytes {
  std::uint8_t bytes[3];
};
struct not_assignable {
  const std::int32_t number;
};
struct not_movable_by_assignment {
  not_movable_by_assignment& operator=(const not_movable_by_assignment&) = default;
  not_movable_by_assignment& operator=(not_movable_by_assignment&&) = delete;
  not_movable_by_assignment(const not_movable_by_assignment&) = default;
  std::int32_t number;
};
struct with_destructor {
  ~with_destructor() {}  // NOLINT: not trivial on purpose
  std::int64_t number;
};

static_assert(inline_value<bool> && inline_value<char> && inline_value<std::uint64_t>);
static_assert(inline_value<light> && inline_value<int*> && inline_value<void (*)()>);
static_assert(inline_value<tests::halves>, "though it is aligned to half its size");

static_assert(!inline_value<float> && !inline_value<double>, "two zeros, and NaNs");
static_assert(!inline_value<padded>, "padding has no value");
static_assert(!inline_value<nothing>, "its one byte is padding");
static_assert(!inline_value<three_bytes>, "no atomic operation of that size");
static_assert(!inline_value<tests::wide>, "wider than a word");
static_assert(!inline_value<not_assignable> && !inline_value<not_movable_by_assignment>);
static_assert(!inline_value<with_destructor> && !inline_value<std::string>);
static_assert(!inline_value<std::unique_ptr<int>> && !inline_value<std::shared_ptr<int>>);

static_assert(sizeof(snapshot<bool>) == sizeof(bool), "inline: the handle is the value");
static_assert(sizeof(snapshot<std::string>) == 2 * sizeof(void*),
              "boxed: the node, and the slot that stands for a reference to it");
static_assert(!std::is_convertible_v<int, snapshot<int>>,
              "storing a value is spelled out");
static_assert(std::is_nothrow_copy_constructible_v<snapshot<std::string>>);
static_assert(
    std::is_const_v<std::remove_reference_t<decltype(*std::declval<snapshot<int>&>())>>);

template <typename T>
class snapshot_of : public ::testing::Test {};
TYPED_TEST_SUITE(snapshot_of, tests::all_representations, tests::representation_names);

TYPED_TEST(snapshot_of, PIT_9_copies_denote_the_same_stored_value) {
  const snapshot<TypeParam> first(tests::sample<TypeParam>::of(1));
  const snapshot<TypeParam> copy = first;  // NOLINT: the copy is what is tested
  snapshot<TypeParam> assigned(tests::sample<TypeParam>::of(2));

  assigned = first;

  EXPECT_TRUE(copy.same_as(first));
  EXPECT_TRUE(assigned.same_as(first));
  EXPECT_EQ(tests::sample<TypeParam>::number(*copy), 1);
}

TYPED_TEST(snapshot_of, PIT_9_different_values_are_never_the_same) {
  const snapshot<TypeParam> first(tests::sample<TypeParam>::of(1));
  const snapshot<TypeParam> second(tests::sample<TypeParam>::of(2));

  EXPECT_FALSE(first.same_as(second));
}

TYPED_TEST(snapshot_of, a_moved_from_handle_can_be_assigned_to) {
  snapshot<TypeParam> first(tests::sample<TypeParam>::of(1));
  const snapshot<TypeParam> second = std::move(first);

  first = second;  // NOLINT: use after move is what is tested

  EXPECT_TRUE(first.same_as(second));
}

template <typename T>
class boxed_snapshot_of : public ::testing::Test {};
TYPED_TEST_SUITE(boxed_snapshot_of, tests::boxed_representations,
                 tests::representation_names);

TYPED_TEST(boxed_snapshot_of, PIT_9_equal_values_stored_twice_are_not_the_same) {
  const snapshot<TypeParam> first(tests::sample<TypeParam>::of(1));
  const snapshot<TypeParam> second(tests::sample<TypeParam>::of(1));

  EXPECT_FALSE(first.same_as(second));
}

template <typename T>
class inline_snapshot_of : public ::testing::Test {};
TYPED_TEST_SUITE(inline_snapshot_of, tests::inline_representations,
                 tests::representation_names);

TYPED_TEST(inline_snapshot_of,
           PIT_9_equal_values_are_the_same_because_identity_is_the_representation) {
  const snapshot<TypeParam> first(tests::sample<TypeParam>::of(1));
  const snapshot<TypeParam> second(tests::sample<TypeParam>::of(1));

  EXPECT_TRUE(first.same_as(second));
}

TEST(snapshot, members_of_the_value_are_reached_through_the_arrow) {
  EXPECT_EQ(snapshot<tests::wide>(tests::wide{1, ~1})->number, 1);
  EXPECT_EQ(snapshot<tests::halves>(tests::halves{1, ~1})->number, 1);
}

}  // namespace
}  // namespace tussle
