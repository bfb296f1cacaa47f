// Two threads, or two go blocks, at a ring: nothing lost, all in order, nobody left.
#include "workloads/subjects/lamport_channel.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::subjects {
namespace {

#if defined(TUSSLE_MODE_BENCH)
constexpr int many = 100'000;
#else
constexpr int many = 2'000;
#endif

// An element that is missed when it is lost.
struct element {
  int number;
  std::shared_ptr<int> alive = std::make_shared<int>(0);
};
using line = lamport_channel<element>;

void expect_all_in_order(const std::vector<int>& taken) {
  ASSERT_EQ(taken.size(), static_cast<std::size_t>(many));
  for (int i = 0; i < many; ++i) EXPECT_EQ(taken[static_cast<std::size_t>(i)], i);
}

struct lamport_channels : testing::TestWithParam<std::size_t> {
  line elements{GetParam()};
  std::vector<int> taken;
};

TEST_P(lamport_channels, give_all_to_a_thread_in_order) {
  std::thread takes([&] {
    while (auto got = elements.take()) taken.push_back(got->number);
  });
  for (int i = 0; i < many; ++i) EXPECT_TRUE(elements.put({i}));
  elements.close();
  takes.join();

  expect_all_in_order(taken);
  EXPECT_FALSE(elements.put({0}));
  EXPECT_FALSE(elements.take());
}

go_block<> puts_all(line& to) {
  for (int i = 0; i < many; ++i) {
    element one{i};
    co_await to.async_put(std::move(one));
  }
  to.close();
}
go_block<> takes_all(line& from, std::vector<int>& into) {
  while (auto got = co_await from.async_take()) into.push_back(got->number);
}

TEST_P(lamport_channels, give_all_to_a_go_block_in_order) {
  runtime on;
  const auto puts = go(on, puts_all, std::ref(elements));
  const auto takes = go(on, takes_all, std::ref(elements), std::ref(taken));
  puts.take();
  takes.take();

  expect_all_in_order(taken);
}

TEST_P(lamport_channels, give_all_of_a_go_block_to_a_thread_in_order) {
  runtime on;
  const auto puts = go(on, puts_all, std::ref(elements));
  while (auto got = elements.take()) taken.push_back(got->number);
  puts.take();

  expect_all_in_order(taken);
}

TEST_P(lamport_channels, give_all_of_a_thread_to_a_go_block_in_order) {
  runtime on;
  const auto takes = go(on, takes_all, std::ref(elements), std::ref(taken));
  for (int i = 0; i < many; ++i) EXPECT_TRUE(elements.put({i}));
  elements.close();
  takes.take();

  expect_all_in_order(taken);
}

TEST_P(lamport_channels, hold_as_many_as_they_have_room_for) {
  std::size_t held = 0;
  for (; held < GetParam(); ++held) EXPECT_TRUE(elements.put({static_cast<int>(held)}));

  runtime on;
  const auto puts = go(on, puts_all, std::ref(elements));
  for (int i = 0; i < static_cast<int>(held); ++i) EXPECT_EQ(elements.take()->number, i);
  while (auto got = elements.take()) taken.push_back(got->number);
  puts.take();

  expect_all_in_order(taken);
}

TEST_P(lamport_channels, destroy_what_is_left_once) {
  std::weak_ptr<int> watched;
  {
    line some(GetParam());
    element one{0};
    watched = one.alive;
    EXPECT_TRUE(some.put(std::move(one)));
    some.close();
  }
  EXPECT_TRUE(watched.expired());
}

TEST_P(lamport_channels, go_blocks_that_are_parked_end_with_their_runtime) {
  runtime on;
  go(on, puts_all, std::ref(elements));
  for (int i = 0; i < many / 2; ++i) EXPECT_EQ(elements.take()->number, i);
}

INSTANTIATE_TEST_SUITE_P(rooms, lamport_channels, testing::Values(1, 3, 64));

}  // namespace
}  // namespace tussle::workloads::subjects
