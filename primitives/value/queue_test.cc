// What one thread sees of a queue.
#include "primitives/value/queue.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/hash/hash_testing.h"
#include "primitives/testing/instances_testing.h"

namespace tussle::value {
namespace {

static_assert(std::forward_iterator<queue<int>::iterator>);

TEST(queue, IMM_8_elements_leave_in_the_order_in_which_they_came) {
  queue<int> q;
  int next_out = 0;
  for (int i = 0; i < 5000; ++i) {
    q = q.push_back(i);
    if (i % 3 == 0) {
      ASSERT_EQ(*q.front(), next_out++);
      q = q.pop_front();
    }
  }
  while (!q.empty()) {
    ASSERT_EQ(*q.front(), next_out++);
    q = std::move(q).pop_front();
  }
  EXPECT_EQ(next_out, 5000);
}

TEST(queue, IMM_8_popping_one_old_version_again_and_again_stays_cheap) {
  queue<int> q;
  for (int i = 0; i < 100'000; ++i) q = std::move(q).push_back(i);
  for (int i = 0; i < 100'000; ++i) ASSERT_EQ(*q.pop_front().front(), 1);
}

TEST(queue, IMM_7_an_empty_queue_has_no_front_and_pops_to_itself) {
  const queue<int> empty;

  EXPECT_EQ(empty.front(), nullptr);
  EXPECT_TRUE(empty.pop_front().empty());
  EXPECT_TRUE((queue<int>{1}.pop_front().empty()));
}

TEST(queue, IMM_4_pop_of_an_empty_queue_returns_the_same_queue) {
  const queue<int> empty = queue<int>{1}.pop_front();

  EXPECT_TRUE(empty.pop_front().same_as(empty));
}

TEST(queue, IMM_5_queues_and_vectors_with_equal_elements_are_equal_and_hash_alike) {
  const vector<int> v = {1, 2, 3, 4, 5};
  queue<int> q = {0, 1, 2};
  q = q.pop_front().push_back(3).push_back(4).push_back(5);
  const queue<int> other = {1, 2, 3, 4, 5};

  EXPECT_EQ(q, other);
  EXPECT_EQ(q, v);
  EXPECT_NE(q, v.push_back(6));
  EXPECT_NE(q, q.pop_front());
  EXPECT_EQ(std::hash<queue<int>>()(q), std::hash<queue<int>>()(other));
  EXPECT_EQ(std::hash<queue<int>>()(q), std::hash<vector<int>>()(v));
}

TEST(queue, IMM_9_iteration_goes_through_front_and_rear_in_order) {
  queue<int> q;
  for (int i = 0; i < 200; ++i) q = q.push_back(i);
  for (int i = 0; i < 70; ++i) q = q.pop_front();
  for (int i = 200; i < 300; ++i) q = q.push_back(i);

  int expected = 70;
  for (const int element : q) EXPECT_EQ(element, expected++);
  EXPECT_EQ(expected, 300);
}

TEST(queue, IMM_11_transient_edits_do_not_touch_the_source_and_end_with_persistent) {
  const queue<int> q = {1, 2, 3};
  auto edited = q.transient();
  edited.pop_front().push_back(4);

  EXPECT_EQ(*edited.front(), 2);
  EXPECT_EQ(edited.persistent(), (queue<int>{2, 3, 4}));
  EXPECT_EQ(q, (queue<int>{1, 2, 3}));
  EXPECT_THROW(edited.push_back(5), transient_expired_error);
  EXPECT_THROW(edited.pop_front(), transient_expired_error);
  EXPECT_THROW(edited.front(), transient_expired_error);
  EXPECT_THROW(edited.size(), transient_expired_error);
  EXPECT_THROW(edited.persistent(), transient_expired_error);

  auto second = q.transient();
  auto moved = std::move(second);
  EXPECT_THROW(second.size(), transient_expired_error);  // NOLINT: used after the move
  EXPECT_EQ(moved.persistent(), q);
}

TEST(queue, a_queue_that_was_moved_from_is_empty_and_can_be_used) {
  queue<int> q = {1, 2, 3};
  q = q.pop_front().pop_front();
  const queue<int> taken = std::move(q);

  EXPECT_EQ(q.size(), 0U);  // NOLINT: used after the move
  EXPECT_EQ(q.front(), nullptr);
  EXPECT_EQ(q.begin(), q.end());
  EXPECT_EQ(q.push_back(4), (queue<int>{4}));

  queue<int> other = taken.push_back(5).pop_front();
  queue<int> target = {7, 8};
  target = std::move(other);
  EXPECT_EQ(other.size(), 0U);  // NOLINT: used after the move
  EXPECT_EQ(target, (queue<int>{5}));
}

TEST(queue, keeps_less_than_a_leaf_of_what_was_popped) {
  const std::int64_t before = tests::counted_value::live();
  queue<tests::counted_value> q;
  for (int i = 0; i < 1000; ++i) q = std::move(q).push_back(tests::counted_value(i));
  while (q.size() > 1) {
    q = std::move(q).pop_front();
    const auto size = static_cast<std::int64_t>(q.size());
    ASSERT_LT(tests::counted_value::live() - before, size + 32);
  }
  q = {};
  EXPECT_EQ(tests::counted_value::live(), before);
}

}  // namespace
}  // namespace tussle::value
