// Atoms of types at the edges of the two representations.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>

#include "primitives/atom/atom.h"

namespace tussle {
namespace {

TEST(atom_types, of_bool) {
  atom<bool> flag(false);

  EXPECT_TRUE(*flag.swap([](bool v) { return !v; }));
  EXPECT_FALSE(flag.compare_and_set(false, true));
  EXPECT_TRUE(flag.compare_and_set(true, false));

  EXPECT_FALSE(*flag.load());
}

enum class light : std::uint8_t { red, amber, green };

TEST(atom_types, of_an_enumeration) {
  atom<light> a(light::red);

  a.swap([](light v) { return v == light::red ? light::green : light::red; });

  EXPECT_EQ(*a.load(), light::green);
}

TEST(atom_types, of_a_pointer) {
  int one = 1;
  int two = 2;
  atom<int*> a(&one);

  EXPECT_TRUE(a.compare_and_set(&one, &two));
  EXPECT_EQ(*a.swap([](int*) -> int* { return nullptr; }), nullptr);
}

TEST(atom_types, of_double_compares_identity_not_equality) {
  atom<double> a(0.0);
  const auto zero = a.load();
  const auto negative = a.reset(-0.0);
  ASSERT_EQ(*zero, *negative);

  EXPECT_FALSE(a.compare_and_set(zero, 1.0));

  a.reset(std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(a.compare_and_set(a.load(), 1.0))
      << "a NaN is the same stored value as itself";
}

struct nothing {};

TEST(atom_types, of_an_empty_struct_still_has_identity) {
  atom<nothing> a(nothing{});
  const auto first = a.load();

  a.reset(nothing{});

  EXPECT_FALSE(a.compare_and_set(first, nothing{}));
}

// Padding bytes have no value, so that two equal words could differ.
struct padded {
  std::uint8_t small;
  std::uint32_t big;
};

TEST(atom_types, of_a_struct_with_padding) {
  atom<padded> a(padded{1, 2});

  a.swap([](const padded& v) { return padded{v.small, v.big + 1}; });

  EXPECT_EQ(a.load()->big, 3U);
  EXPECT_TRUE(a.compare_and_set(a.load(), padded{0, 0}));
}

// Moves that throw when told to.
class reluctant {
 public:
  explicit reluctant(int number) : number_(number) {}
  reluctant(reluctant&& other) : number_(other.number_) {  // NOLINT: throws on purpose
    if (refuse) throw std::range_error("move");
  }
  reluctant(const reluctant&) = delete;
  reluctant& operator=(const reluctant&) = delete;
  reluctant& operator=(reluctant&&) = delete;
  ~reluctant() = default;

  int number() const { return number_; }

  static inline bool refuse = false;

 private:
  int number_;
};

TEST(atom_types, of_values_whose_moves_throw_stays_as_it_was) {
  const auto second = [](const reluctant&) { return reluctant(2); };
  atom<reluctant> a(reluctant(1));
  const auto before = a.load();
  int watched = 0;
  a.add_watch("w", [&](auto&...) { ++watched; });

  reluctant::refuse = true;
  EXPECT_THROW(a.reset(reluctant(2)), std::range_error);
  EXPECT_THROW(a.swap(second), std::range_error);
  EXPECT_THROW(a.compare_and_set(before, reluctant(2)), std::range_error);
  reluctant::refuse = false;

  EXPECT_TRUE(a.load().same_as(before));
  EXPECT_EQ(watched, 0);
  EXPECT_EQ(a.reset(reluctant(3))->number(), 3);
}

TEST(atom_types, are_deduced_from_the_initial_value) {
  atom a(5);

  static_assert(std::is_same_v<decltype(a), atom<int>>);
  EXPECT_EQ(*a.load(), 5);
}

}  // namespace
}  // namespace tussle
