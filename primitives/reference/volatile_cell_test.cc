// The volatile cell (VOL-1, VOL-2), for every representation.
#include "primitives/reference/volatile_cell.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>

#include "primitives/testing/representations_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::rounds;
using tests::run_together;
using tests::sample;
using tests::successor;

template <typename T>
class volatile_cell_of : public ::testing::Test {
 public:
  static T of(std::int64_t n) { return sample<T>::of(n); }
  static std::int64_t number(const snapshot<T>& s) { return sample<T>::number(*s); }

  volatile_cell<T> c{sample<T>::of(1)};
};
TYPED_TEST_SUITE(volatile_cell_of, tests::all_representations,
                 tests::representation_names);

TYPED_TEST(volatile_cell_of, VOL_1_reset_returns_the_value_and_load_sees_it) {
  EXPECT_EQ(this->number(this->c.load()), 1);

  const auto returned = this->c.reset(this->of(2));

  EXPECT_EQ(this->number(returned), 2);
  EXPECT_TRUE(this->c.load().same_as(returned));
}

TYPED_TEST(volatile_cell_of,
           VOL_1_update_returns_f_of_old_and_argument_and_load_sees_it) {
  int calls = 0;

  const auto returned = this->c.update(
      [&](const TypeParam& v, int x) {
        ++calls;
        return this->of(sample<TypeParam>::number(v) * 10 + x);
      },
      5);

  EXPECT_EQ(this->number(returned), 15);
  EXPECT_TRUE(this->c.load().same_as(returned));
  EXPECT_EQ(calls, 1);
}

TYPED_TEST(volatile_cell_of, VOL_1_an_update_that_throws_leaves_the_value) {
  const auto failing = [](const TypeParam&) -> TypeParam {
    throw std::domain_error("f");
  };
  const auto before = this->c.load();

  EXPECT_THROW(this->c.update(failing), std::domain_error);

  EXPECT_TRUE(this->c.load().same_as(before));
}

TYPED_TEST(volatile_cell_of, VOL_2_readers_of_one_writer_see_stored_values_in_order) {
  run_together(3, [&](int index) {
    if (index == 0) {
      for (int i = 0; i < rounds; ++i) this->c.update(successor<TypeParam>);
      return;
    }
    for (std::int64_t last = 0; last < rounds + 1;) {
      const std::int64_t present = this->number(this->c.load());
      ASSERT_GE(present, last);
      ASSERT_LE(present, rounds + 1);
      last = present;
    }
  });
}

TYPED_TEST(volatile_cell_of, VOL_2_several_writers_may_lose_updates_but_tear_nothing) {
  run_together(3, [&](int) {
    for (int i = 0; i < rounds; ++i) {
      ASSERT_NO_THROW(this->number(this->c.update(successor<TypeParam>)));
    }
  });

  const std::int64_t last = this->number(this->c.load());
  EXPECT_GE(last, 2);
  EXPECT_LE(last, 1 + 3 * rounds);
}

TYPED_TEST(volatile_cell_of, VOL_2_an_update_is_not_atomic) {
  this->c.update([&](const TypeParam& v) {
    tests::on_another_thread([&] { this->c.reset(this->of(10)); });
    return successor(v);
  });

  EXPECT_EQ(this->number(this->c.load()), 2)
      << "the store in between is lost, as documented";
}

}  // namespace
}  // namespace tussle
