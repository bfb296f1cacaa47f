// Does dining notice what it is there to notice?
#include "workloads/scenarios/dining.h"

#include <gtest/gtest.h>

#include <barrier>
#include <cstddef>
#include <string>

#include "harness/case/verdict.h"
#include "workloads/subjects/tables.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict dining_verdict(double seats, int threads = 1, double hold = 10,
                       int meals = steps_a_thread) {
  return verdict_of<dining, Subject>({{"seats", seats}, {"hold", hold}}, threads, meals);
}

template <typename Subject>
class sound_table : public ::testing::Test {};
using sound_tables =
    ::testing::Types<subjects::ref_table, subjects::atom_table, subjects::ordered_table,
                     subjects::scoped_table, subjects::waiter_table>;
TYPED_TEST_SUITE(sound_table, sound_tables);

TYPED_TEST(sound_table, gives_a_fork_to_one_at_a_time_and_everybody_eats) {
  for (const double seats : {2.0, 5.0}) {
    const verdict found = dining_verdict<TypeParam>(seats, 4);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

template <typename Table>
struct with_table {
  using table = Table;
};

struct eats_once_less {
  explicit eats_once_less(std::size_t /*seats*/) {}
  template <typename Meal>
  void eat(std::size_t /*seat*/, const Meal& meal) {
    if (++asked_ != 20) meal();
  }
  int asked_ = 0;
};

// A meal within a meal, at the same seat.
struct eats_twice_at_once {
  explicit eats_twice_at_once(std::size_t /*seats*/) {}
  template <typename Meal>
  void eat(std::size_t /*seat*/, const Meal& meal) {
    meal();
    if (++asked_ == 20) meal();
  }
  int asked_ = 0;
};

// Two begin together, forks or not; at a table for two they want the same ones.
struct has_no_forks {
  explicit has_no_forks(std::size_t /*seats*/) {}
  template <typename Meal>
  void eat(std::size_t /*seat*/, const Meal& meal) {
    both_.arrive_and_wait();
    meal();
  }
  std::barrier<> both_{2};
};

TEST(dining, finds_a_fork_in_two_hands) {
  constexpr double long_meal = 2'000'000;  // units of work, to meet on any machine
  const verdict found = dining_verdict<with_table<has_no_forks>>(2, 2, long_meal, 50);

  EXPECT_EQ(found.message.find("forks in two hands"), 0U) << found.message;
}

TEST(dining, finds_a_meal_that_nobody_ate) {
  const verdict found = dining_verdict<with_table<eats_once_less>>(5);

  EXPECT_EQ(found.message.find("meals eaten"), 0U) << found.message;
}

TEST(dining, finds_a_meal_that_was_eaten_twice) {
  const verdict found = dining_verdict<with_table<eats_twice_at_once>>(5);

  EXPECT_EQ(found.message.find("meals eaten"), 0U) << found.message;
}

}  // namespace
}  // namespace tussle::workloads
