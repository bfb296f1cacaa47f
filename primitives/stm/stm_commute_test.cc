// What one thread sees of commutes.
#include <gtest/gtest.h>

#include <cstdint>

#include "primitives/reference/errors.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/two_refs_testing.h"

namespace tussle {
namespace {

using tests::sample;
using tests::successor;

template <typename T>
class commuted_ref_of : public tests::two_refs<T> {};
TYPED_TEST_SUITE(commuted_ref_of, tests::all_representations,
                 tests::representation_names);

TYPED_TEST(commuted_ref_of, STM_14_a_ref_that_was_commuted_cannot_be_set) {
  const auto next = successor<TypeParam>;

  EXPECT_THROW(transact([&] {
                 this->q.set(this->of(20));
                 this->r.commute(next);
                 this->r.set(this->of(5));
               }),
               set_after_commute_error);
  EXPECT_THROW(transact([&] {
                 this->r.commute(next);
                 this->r.alter(next);
               }),
               set_after_commute_error);

  EXPECT_EQ(this->present(this->r), 1);
  EXPECT_EQ(this->present(this->q), 10);
}

TYPED_TEST(commuted_ref_of, STM_15_a_commute_after_a_set_is_applied_once) {
  const tests::undisturbed exactly;
  int calls = 0;

  transact([&] {
    this->r.set(this->of(5));
    this->r.commute([&](const TypeParam& v) {
      ++calls;
      return successor(v);
    });
    this->r.alter(successor<TypeParam>);
  });

  EXPECT_EQ(calls, 1);
  EXPECT_EQ(this->present(this->r), 7);
}

TYPED_TEST(commuted_ref_of, STM_16_a_commute_is_applied_in_the_body_and_at_the_commit) {
  const tests::undisturbed exactly;
  std::vector<std::int64_t> given;

  transact([&] {
    this->r.commute([&](const TypeParam& v) {
      given.push_back(sample<TypeParam>::number(v));
      return successor(v);
    });
  });

  EXPECT_EQ(given, (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(this->present(this->r), 2);
}

TYPED_TEST(commuted_ref_of,
           STM_17_commutes_of_one_ref_are_applied_in_the_order_of_the_calls) {
  const auto put = [&](const TypeParam& v, std::int64_t digit) {
    return this->of(sample<TypeParam>::number(v) * 10 + digit);
  };

  transact([&] {
    this->r.commute(put, 2);
    this->q.commute(put, 7);
    this->r.commute(put, 3);
    EXPECT_EQ(this->present(this->r), 123);
  });

  EXPECT_EQ(this->present(this->r), 123);
  EXPECT_EQ(this->present(this->q), 107);
}

TYPED_TEST(commuted_ref_of,
           STM_17_functions_that_take_snapshots_keep_the_identity_of_values) {
  const snapshot<TypeParam> shared(this->of(5));
  const auto put = [&](const snapshot<TypeParam>&) -> snapshot<TypeParam> {
    return snapshot<TypeParam>(shared);
  };

  transact([&] {
    this->r.commute(put);
    this->q.alter(put);
  });

  EXPECT_TRUE(this->r.load().same_as(shared));
  EXPECT_TRUE(this->q.load().same_as(shared));
}

}  // namespace
}  // namespace tussle
