// Does a cell replace values atomically by identity, in each representation?
#include "primitives/reference/cell.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "primitives/testing/representations_testing.h"

namespace tussle {
namespace {

using tests::sample;

template <typename T>
class cell_of : public ::testing::Test {
 public:
  static snapshot<T> stored(std::int64_t n) { return snapshot<T>(sample<T>::of(n)); }
  static std::int64_t number(const snapshot<T>& s) { return sample<T>::number(*s); }

  cell<T> c{stored(1)};
};
TYPED_TEST_SUITE(cell_of, tests::all_representations, tests::representation_names);

TYPED_TEST(cell_of, exchange_returns_exactly_what_it_replaced) {
  const auto before = this->c.load();
  auto next = this->stored(2);

  EXPECT_TRUE(this->c.exchange(next).same_as(before));
  EXPECT_TRUE(this->c.load().same_as(next));
}

TYPED_TEST(cell_of, a_strong_compare_exchange_installs_if_the_expected_value_is_there) {
  const auto first = this->c.load();
  auto second = this->stored(2);
  auto third = this->stored(3);

  EXPECT_TRUE(this->c.compare_exchange_strong(first, second));
  EXPECT_FALSE(this->c.compare_exchange_strong(first, third));

  EXPECT_TRUE(this->c.load().same_as(second));
  EXPECT_EQ(this->number(first), 1) << "the expected value is not touched";
}

TYPED_TEST(cell_of, a_weak_compare_exchange_that_fails_brings_the_present_value) {
  auto expected = this->stored(7);
  const auto present = this->c.load();
  auto next = this->stored(2);

  EXPECT_FALSE(this->c.compare_exchange_weak(expected, next));
  EXPECT_TRUE(expected.same_as(present));

  while (!this->c.compare_exchange_weak(expected, next)) {
  }
  EXPECT_EQ(this->number(this->c.load()), 2);
  EXPECT_TRUE(expected.same_as(present)) << "the value that was replaced";
}

}  // namespace
}  // namespace tussle
