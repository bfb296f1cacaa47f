// Does a rule slot hand out rules that outlive their replacement, and survive a
// replacement that throws?
#include "primitives/reference/rule_slot.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

#include "primitives/testing/instances_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::counted_value;
using slot = rule_slot<counted_value>;

slot::handle rule(int number) { return slot::handle::make(number); }

TEST(rule_slot, is_empty_at_first) {
  const slot s;

  EXPECT_FALSE(s.get());
}

TEST(rule_slot, replaces_by_a_function_of_the_present_rule) {
  slot s;
  s.replace([](const slot::handle& present) { return rule(present ? -1 : 1); });
  s.replace([](const slot::handle& present) {
    return slot::handle::make(present->number() + 1);
  });
  EXPECT_EQ(s.get()->number(), 2);

  s.replace([](const slot::handle&) { return slot::handle(); });
  EXPECT_FALSE(s.get());
}

TEST(rule_slot, a_rule_in_use_outlives_its_replacement_and_its_slot) {
  const auto live_before = counted_value::live();
  {
    slot::handle in_use;
    {
      slot s;
      s.replace([](const slot::handle&) { return rule(1); });
      in_use = s.get();
      s.replace([](const slot::handle&) { return rule(2); });
    }
    EXPECT_EQ(in_use->number(), 1);
  }
  EXPECT_EQ(counted_value::live(), live_before);
}

TEST(rule_slot, a_replacement_that_throws_leaves_the_rule) {
  const auto failing = [](const slot::handle&) -> slot::handle {
    throw std::domain_error("next");
  };
  slot s;
  s.replace([](const slot::handle&) { return rule(1); });

  EXPECT_THROW(s.replace(failing), std::domain_error);

  EXPECT_EQ(s.get()->number(), 1);
}

TEST(rule_slot, no_replacement_is_lost_not_even_the_first) {
  const auto live_before = counted_value::live();
  const auto one_more = [](const slot::handle& present) {
    return slot::handle::make(present ? present->number() + 1 : 1);
  };

  for (int i = 0; i < tests::rounds / 100; ++i) {
    slot s;
    tests::run_together(3, [&](int) {
      for (int j = 0; j < 10; ++j) {
        s.replace(one_more);
        ASSERT_GE(s.get()->number(), j + 1);
      }
    });
    ASSERT_EQ(s.get()->number(), 30);
  }

  EXPECT_EQ(counted_value::live(), live_before);
}

}  // namespace
}  // namespace tussle
