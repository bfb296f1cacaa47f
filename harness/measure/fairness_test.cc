#include "harness/measure/fairness.h"

#include <gtest/gtest.h>

namespace tussle::harness {
namespace {

TEST(fairness, is_1_when_all_are_served_alike) {
  const fairness f = fairness_of({25, 25, 25, 25});

  EXPECT_DOUBLE_EQ(f.jain, 1);
  EXPECT_DOUBLE_EQ(f.min_share, 0.25);
  EXPECT_DOUBLE_EQ(f.max_share, 0.25);
}

TEST(fairness, is_1_over_n_when_one_thread_gets_everything) {
  const fairness f = fairness_of({0, 100, 0, 0});

  EXPECT_DOUBLE_EQ(f.jain, 0.25);
  EXPECT_DOUBLE_EQ(f.min_share, 0);
  EXPECT_DOUBLE_EQ(f.max_share, 1);
}

TEST(fairness, of_1_2_3_is_36_over_42) {
  const fairness f = fairness_of({1, 2, 3});

  EXPECT_DOUBLE_EQ(f.jain, 36.0 / 42.0);
  EXPECT_DOUBLE_EQ(f.min_share, 1.0 / 6);
  EXPECT_DOUBLE_EQ(f.max_share, 3.0 / 6);
}

TEST(fairness, of_one_thread_is_1) {
  const fairness f = fairness_of({7});

  EXPECT_DOUBLE_EQ(f.jain, 1);
  EXPECT_DOUBLE_EQ(f.min_share, 1);
  EXPECT_DOUBLE_EQ(f.max_share, 1);
}

TEST(fairness, is_0_when_nobody_did_anything) {
  const fairness f = fairness_of({0, 0});

  EXPECT_DOUBLE_EQ(f.jain, 0);
  EXPECT_DOUBLE_EQ(f.min_share, 0);
  EXPECT_DOUBLE_EQ(f.max_share, 0);
}

TEST(fairness, holds_for_counts_whose_squares_do_not_fit_64_bits) {
  const std::uint64_t many = std::uint64_t{1} << 40;

  EXPECT_DOUBLE_EQ(fairness_of({many, many}).jain, 1);
  EXPECT_DOUBLE_EQ(fairness_of({many, 0}).jain, 0.5);
}

}  // namespace
}  // namespace tussle::harness
