// Do tasks wait in line in order, and run when they are told to?
#include "primitives/task/manual_executor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "primitives/task/task_line.h"
#include "primitives/testing/work_testing.h"

namespace tussle {
namespace {

using tests::work;

TEST(task_line, a_task_that_has_come_again_is_not_taken_for_the_one_before) {
  detail::task_line line;
  work one;
  const std::uint64_t first = line.push(one);
  EXPECT_EQ(line.pop(), &one);
  const std::uint64_t second = line.push(one);

  EXPECT_FALSE(line.withdraw(first));
  EXPECT_EQ(line.length(), 1U);
  EXPECT_TRUE(line.withdraw(second));
  EXPECT_EQ(line.pop(), nullptr);
}

TEST(manual_executor, runs_on_request_in_order) {
  std::vector<int> order;
  manual_executor executor;
  work first([&] { order.push_back(1); });
  work second([&] { order.push_back(2); });
  EXPECT_FALSE(executor.run_one());
  EXPECT_TRUE(executor.submit(first));
  EXPECT_TRUE(executor.submit(second));
  EXPECT_EQ(executor.pending(), 2U);
  EXPECT_EQ(first.runs.load(), 0);

  EXPECT_TRUE(executor.run_one());
  EXPECT_EQ(executor.run_all(), 1U);
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(manual_executor, can_be_closed_and_emptied) {
  manual_executor executor;
  work waiting;
  work late;
  EXPECT_TRUE(executor.submit(waiting));
  executor.close();

  EXPECT_FALSE(executor.submit(late));
  executor.discard_all();
  EXPECT_EQ(waiting.discards.load(), 1);
  EXPECT_EQ(executor.pending(), 0U);
}

}  // namespace
}  // namespace tussle
