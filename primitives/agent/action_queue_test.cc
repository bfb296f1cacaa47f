// The queue of an agent: who consumes, and in what order.
#include "primitives/agent/action_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "primitives/testing/threads_testing.h"

namespace tussle::detail {
namespace {

struct numbered : queue_link {
  int number = 0;
};

std::vector<int> numbers(queue_link* first) {
  std::vector<int> found;
  for (; first != nullptr; first = first->next.read()) {
    found.push_back(static_cast<numbered*>(first)->number);
  }
  return found;
}

TEST(action_queue, the_first_push_makes_its_thread_the_consumer_and_keeps_the_link) {
  action_queue queue;
  numbered link;

  EXPECT_TRUE(queue.push(link));
  EXPECT_EQ(queue.take_all(), nullptr);
  EXPECT_TRUE(queue.go_idle());
  EXPECT_TRUE(queue.push(link)) << "idle again";
}

TEST(action_queue, links_come_out_in_the_order_in_which_they_went_in) {
  action_queue queue;
  std::array<numbered, 5> links;
  for (std::size_t i = 0; i < links.size(); ++i) {
    links[i].number = static_cast<int>(i);
    EXPECT_EQ(queue.push(links[i]), i == 0);
  }

  EXPECT_EQ(numbers(queue.take_all()), (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(queue.take_all(), nullptr);
}

TEST(action_queue, it_does_not_fall_idle_while_something_waits) {
  action_queue queue;
  std::array<numbered, 2> links;
  EXPECT_TRUE(queue.push(links[0]));
  EXPECT_FALSE(queue.push(links[1]));

  EXPECT_FALSE(queue.go_idle());
  EXPECT_EQ(queue.take_all(), &links[1]);
  EXPECT_TRUE(queue.go_idle());
}

// Whoever becomes the consumer takes until it is idle. Nothing else orders the counts.
TEST(action_queue, under_contention_there_is_one_consumer_at_a_time_and_no_link_is_lost) {
  constexpr int threads = 4;
  action_queue queue;
  int consumed = 0;
  std::array<int, threads> last{};
  int out_of_order = 0;
  std::vector<std::vector<numbered>> links;
  for (int t = 0; t < threads; ++t) links.emplace_back(tests::rounds);
  const auto consume = [&](int number) {
    ++consumed;
    int& before = last[static_cast<std::size_t>(number % threads)];
    if (number < before) ++out_of_order;
    before = number;
  };

  tests::run_together(threads, [&](int t) {
    for (int i = 0; i < tests::rounds; ++i) {
      numbered& own = links[static_cast<std::size_t>(t)][static_cast<std::size_t>(i)];
      own.number = i * threads + t;
      if (!queue.push(own)) continue;
      consume(own.number);
      do {
        for (const int number : numbers(queue.take_all())) consume(number);
      } while (!queue.go_idle());
    }
  });

  EXPECT_EQ(consumed, threads * tests::rounds);
  EXPECT_EQ(out_of_order, 0);
}

}  // namespace
}  // namespace tussle::detail
