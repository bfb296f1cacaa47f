// perturbed_cases_testing.cc: tests that are known to pass and to fail, for
// perturbed_main_check.py.
#include <gtest/gtest.h>

#include "primitives/sync/hooks.h"

namespace tussle::sync {
namespace {

class perturbed : public ::testing::Test {
 protected:
  perturbed() : before_the_test_(installed_scheduler()) {}

  scheduler* const before_the_test_;
};

TEST_F(perturbed, from_the_fixture_on) {
  EXPECT_NE(before_the_test_, nullptr);
  EXPECT_EQ(installed_scheduler(), before_the_test_);
}

TEST(unperturbed, there_is_no_scheduler) { EXPECT_EQ(installed_scheduler(), nullptr); }

}  // namespace
}  // namespace tussle::sync
