// Many threads and go blocks at a channel of cells: nothing lost, nothing twice, nobody left.
#include "workloads/subjects/cell_channel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/one_shot.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::subjects {
namespace {

#if defined(TUSSLE_MODE_BENCH)
constexpr int many = 20'000;
#else
constexpr int many = 1'000;
#endif
constexpr int putters = 3;
constexpr int takers = 3;

// An element that knows its putter and its place, and is missed when it is lost.
struct element {
  int putter;
  int number;
  std::shared_ptr<int> alive = std::make_shared<int>(0);
};
using line = cell_channel<element>;
using numbers = std::vector<std::pair<int, int>>;

void expect_all_once_and_in_order(const std::vector<numbers>& taken) {
  numbers all;
  for (const numbers& mine : taken) {
    std::vector<int> last(putters, -1);
    for (const auto& [putter, number] : mine) {
      EXPECT_LT(last[static_cast<std::size_t>(putter)], number) << "a putter's order";
      last[static_cast<std::size_t>(putter)] = number;
      all.emplace_back(putter, number);
    }
  }
  std::sort(all.begin(), all.end());
  numbers expected;
  for (int p = 0; p < putters; ++p)
    for (int i = 0; i < many; ++i) expected.emplace_back(p, i);
  EXPECT_EQ(all, expected);
}

struct cell_channels : testing::TestWithParam<std::size_t> {
  line elements{GetParam()};
  std::vector<numbers> taken{std::vector<numbers>(takers)};
};

TEST_P(cell_channels, give_each_element_to_one_thread) {
  std::vector<std::thread> takes;
  for (numbers& mine : taken)
    takes.emplace_back([&] {
      while (auto got = elements.take()) mine.emplace_back(got->putter, got->number);
    });
  std::vector<std::thread> puts;
  for (int p = 0; p < putters; ++p)
    puts.emplace_back([&, p] {
      for (int i = 0; i < many; ++i) EXPECT_TRUE(elements.put({p, i}));
    });
  for (std::thread& each : puts) each.join();
  elements.close();
  for (std::thread& each : takes) each.join();

  expect_all_once_and_in_order(taken);
  EXPECT_FALSE(elements.put({0, 0}));
}

go_block<> puts_all(line& to, int putter) {
  for (int i = 0; i < many; ++i) {
    element one{putter, i};
    co_await to.async_put(std::move(one));
  }
}
go_block<> takes_all(line& from, numbers& into) {
  while (auto got = co_await from.async_take())
    into.emplace_back(got->putter, got->number);
}

TEST_P(cell_channels, give_each_element_to_one_go_block) {
  runtime on;
  std::vector<channel<std::monostate>> takes;
  std::vector<channel<std::monostate>> puts;
  for (numbers& mine : taken)
    takes.push_back(go(on, takes_all, std::ref(elements), std::ref(mine)));
  for (int p = 0; p < putters; ++p)
    puts.push_back(go(on, puts_all, std::ref(elements), p));
  for (const auto& each : puts) each.take();
  elements.close();
  for (const auto& each : takes) each.take();

  expect_all_once_and_in_order(taken);
}

TEST_P(cell_channels, close_while_threads_put_and_take) {
  std::atomic<int> accepted{0};
  std::atomic<int> got{0};
  std::vector<std::thread> all;
  for (int t = 0; t < takers; ++t)
    all.emplace_back([&] {
      while (elements.take()) ++got;
    });
  for (int p = 0; p < putters; ++p)
    all.emplace_back([&, p] {
      for (int i = 0; elements.put({p, i}); ++i) ++accepted;
    });
  while (got < many) std::this_thread::yield();
  elements.close();
  for (std::thread& each : all) each.join();

  EXPECT_EQ(accepted, got);
}

// Somebody who does not wait for long.
class visitor final : public detail::party {
 public:
  visitor() noexcept : party(abandoned::is_told) {}
  void wake() noexcept override { served_.settle(); }
  void drop() noexcept override {}
  void wait() { served_.wait(); }

 private:
  detail::one_shot served_;
};

bool puts_or_leaves(line& to, int number) {
  visitor self;
  line::entry mine(self, line::entry::stays::may_leave);
  element one{0, number};
  const auto ended = to.put(one, mine);
  if (ended != detail::outcome::pending) return ended == detail::outcome::done;
  std::this_thread::yield();
  if (to.cancel(mine)) return false;
  self.wait();
  return mine.accepted;
}
bool takes_or_leaves(line& from) {
  visitor self;
  std::optional<element> into;
  line::entry mine(self, line::entry::stays::may_leave);
  const auto ended = from.take(into, mine);
  if (ended != detail::outcome::pending) return ended == detail::outcome::done;
  std::this_thread::yield();
  if (!from.cancel(mine)) self.wait();
  return into.has_value();
}

TEST_P(cell_channels, lose_nothing_where_those_who_wait_leave) {
  std::atomic<int> accepted{0};
  std::atomic<int> got{0};
  std::vector<std::thread> all;
  for (int t = 0; t < takers; ++t)
    all.emplace_back([&, t] {
      for (int i = 0; i < many; ++i) got += takes_or_leaves(elements) ? 1 : 0;
      if (t > 0) return;
      while (elements.take()) ++got;
    });
  std::vector<std::thread> puts;
  for (int p = 0; p < putters; ++p)
    puts.emplace_back([&] {
      for (int i = 0; i < many; ++i) accepted += puts_or_leaves(elements, i) ? 1 : 0;
    });
  for (std::thread& each : puts) each.join();
  elements.close();
  for (std::thread& each : all) each.join();

  EXPECT_EQ(accepted, got);
}

TEST_P(cell_channels, destroy_what_is_left_once) {
  std::weak_ptr<int> watched;
  {
    line some(GetParam());
    if (GetParam() > 0) {
      element one{0, 0};
      watched = one.alive;
      EXPECT_TRUE(some.put(std::move(one)));
    }
    some.close();
  }
  EXPECT_TRUE(watched.expired());
}

INSTANTIATE_TEST_SUITE_P(rooms, cell_channels, testing::Values(0, 1, 64));

TEST(cell_channel, go_blocks_that_are_parked_end_with_their_runtime) {
  line elements(0);
  {
    runtime on;
    for (int p = 0; p < putters; ++p) go(on, puts_all, std::ref(elements), p);
    for (int i = 0; i < many; ++i) EXPECT_TRUE(elements.take());
  }
  elements.close();
  while (elements.take()) {
  }
}

}  // namespace
}  // namespace tussle::workloads::subjects
