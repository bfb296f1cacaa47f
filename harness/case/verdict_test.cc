#include "harness/case/verdict.h"

#include <gtest/gtest.h>

namespace tussle::harness {
namespace {

TEST(verdict, of_equal_numbers_passes_and_shows_both) {
  const verdict v = expect_equal("final value", 12, "increments", 12);

  EXPECT_TRUE(v.passed);
  EXPECT_EQ(v.message, "final value 12 = increments 12");
}

TEST(verdict, of_different_numbers_fails_and_shows_both) {
  const verdict v = expect_equal("final value", 11, "increments", 12);

  EXPECT_FALSE(v.passed);
  EXPECT_EQ(v.message, "final value 11, expected increments 12");
}

TEST(verdict, over_several_is_the_first_failure) {
  const verdict v =
      first_failure({verdict::pass("a"), verdict::fail("b"), verdict::fail("c")});

  EXPECT_FALSE(v.passed);
  EXPECT_EQ(v.message, "b");
}

TEST(verdict, over_several_that_passed_is_the_first) {
  const verdict v = first_failure({verdict::pass("a"), verdict::pass("b")});

  EXPECT_TRUE(v.passed);
  EXPECT_EQ(v.message, "a");
}

TEST(verdict, over_nothing_fails_because_nothing_was_verified) {
  EXPECT_FALSE(first_failure({}).passed);
}

TEST(tally, totals_what_all_workers_did) {
  EXPECT_EQ(tally{}.total(), 0U);
  EXPECT_EQ((tally{{1, 20, 300}}.total()), 321U);
  EXPECT_EQ((tally{{std::uint64_t{1} << 40, 1}}.total()), (std::uint64_t{1} << 40) + 1);
}

}  // namespace
}  // namespace tussle::harness
