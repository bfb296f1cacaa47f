// Many threads and go blocks at once: nothing lost, nothing twice, nobody left waiting.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

#if defined(TUSSLE_MODE_BENCH)
constexpr int many = 5000;
#else
constexpr int many = 500;
#endif
constexpr int putters = 3;
constexpr int takers = 3;

// An element that knows its putter and its place.
using element = std::pair<int, int>;

void expect_all_once_and_in_order(const std::vector<std::vector<element>>& taken) {
  std::vector<element> all;
  for (const auto& mine : taken) {
    std::vector<int> last(putters, -1);
    for (const auto& [putter, number] : mine) {
      EXPECT_LT(last[static_cast<std::size_t>(putter)], number) << "a putter's order";
      last[static_cast<std::size_t>(putter)] = number;
      all.emplace_back(putter, number);
    }
  }
  std::sort(all.begin(), all.end());
  std::vector<element> expected;
  for (int p = 0; p < putters; ++p)
    for (int i = 0; i < many; ++i) expected.emplace_back(p, i);
  EXPECT_EQ(all, expected);
}

template <std::size_t N>
std::vector<element> all_of(const std::array<std::vector<element>, N>& parts) {
  std::vector<element> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end());
  return all;
}

TEST(channel_contention, CH_4_threads_take_what_was_put_each_element_once) {
  for (const buffer& size : {buffer(), fixed(1), fixed(64)}) {
    const channel<element> c(size);
    std::vector<std::vector<element>> taken(takers);
    std::vector<std::thread> threads;
    for (int t = 0; t < takers; ++t)
      threads.emplace_back([&, t] {
        while (auto got = c.take()) taken[static_cast<std::size_t>(t)].push_back(*got);
      });
    std::vector<std::thread> puts;
    for (int p = 0; p < putters; ++p)
      puts.emplace_back([&, p] {
        for (int i = 0; i < many; ++i) EXPECT_TRUE(c.put({p, i}));
      });
    for (std::thread& each : puts) each.join();
    c.close();
    for (std::thread& each : threads) each.join();

    expect_all_once_and_in_order(taken);
  }
}

TEST(channel_contention, CH_4_go_blocks_take_what_was_put_each_element_once) {
  for (const buffer& size : {buffer(), fixed(1), fixed(64)}) {
    runtime on;
    const channel<element> c(on, size);
    std::vector<channel<std::vector<element>>> results;
    for (int t = 0; t < takers; ++t)
      results.push_back(go(
          on,
          [](channel<element> in) -> go_block<std::vector<element>> {
            std::vector<element> mine;
            while (auto got = co_await in.async_take()) mine.push_back(*got);
            co_return mine;
          },
          c));
    std::vector<channel<std::monostate>> puts;
    for (int p = 0; p < putters; ++p)
      puts.push_back(go(
          on,
          [](channel<element> out, int mine) -> go_block<> {
            for (int i = 0; i < many; ++i) {
              const bool accepted = co_await out.async_put({mine, i});
              EXPECT_TRUE(accepted);
            }
          },
          c, p));
    for (const auto& each : puts) each.take();
    c.close();
    std::vector<std::vector<element>> taken;
    for (const auto& each : results) taken.push_back(*each.take());

    expect_all_once_and_in_order(taken);
  }
}

TEST(channel_contention, CH_31_close_racing_with_puts_and_takes_loses_nothing) {
  for (const buffer& size : {buffer(), fixed(4)}) {
    for (int round = 0; round < many / 10; ++round) {
      const channel<element> c(size);
      std::array<std::vector<element>, 2> accepted;
      std::array<std::vector<element>, 3> taken;  // the last one behind the others
      std::vector<std::thread> threads;
      for (std::size_t p = 0; p < accepted.size(); ++p)
        threads.emplace_back([&, p] {
          for (element next{static_cast<int>(p), 0}; c.put(next); ++next.second)
            accepted[p].push_back(next);
        });
      for (std::size_t t = 0; t < 2; ++t)
        threads.emplace_back([&, t] {
          while (const auto got = c.take()) taken[t].push_back(*got);
        });
      if (round % 2 == 0) std::this_thread::yield();
      c.close();
      for (std::thread& each : threads) each.join();
      // A putter may have been waiting when both takers had seen the end.
      while (const auto got = c.try_take().value) taken[2].push_back(*got);

      ASSERT_EQ(all_of(taken), all_of(accepted));
    }
  }
}

TEST(channel_contention, ALT_7_many_alts_over_shared_channels_take_each_element_once) {
  constexpr int workers = 4;
  const std::vector<channel<int>> shared{channel<int>(), channel<int>(fixed(2)),
                                         channel<int>()};
  const channel<int> stop;
  std::atomic<std::int64_t> put{0};
  std::atomic<std::int64_t> got{0};
  std::atomic<int> puts{0};
  std::atomic<int> takes{0};
  std::vector<std::thread> threads;
  for (int w = 0; w < workers; ++w)
    threads.emplace_back([&, w] {
      for (int i = 0; i < many / 2; ++i) {
        const auto a = static_cast<std::size_t>((w + i) % 3);
        const auto b = static_cast<std::size_t>((w + i + 1 + i % 2) % 3);
        const int value = w * many + i + 1;
        const auto r = alts(take_from(shared[a]), put_to(shared[b], value),
                            take_from(shared[b]), put_to(shared[a], value));
        if (r.index == 1 || r.index == 3) {
          put.fetch_add(value);
          puts.fetch_add(1);
        } else {
          got.fetch_add(
              std::get<0>(r.values).value_or(std::get<2>(r.values).value_or(0)));
          takes.fetch_add(1);
        }
      }
    });
  // Whoever is left alone is served until all are through.
  std::atomic<bool> over{false};
  std::thread partner([&] {
    while (!over.load()) {
      for (const auto& c : shared) {
        if (const auto one = c.try_take().value) {
          got.fetch_add(*one);
          takes.fetch_add(1);
        }
        if (c.try_put(1) == put_status::accepted) {
          put.fetch_add(1);
          puts.fetch_add(1);
        }
      }
      std::this_thread::yield();
    }
  });
  for (std::thread& each : threads) each.join();
  over.store(true);
  partner.join();
  for (const auto& c : shared)
    while (const auto one = c.try_take().value) {
      got.fetch_add(*one);
      takes.fetch_add(1);
    }

  EXPECT_EQ(puts.load(), takes.load());
  EXPECT_EQ(put.load(), got.load());
}

TEST(channel_contention, ALT_12_alts_that_cross_complete_pairwise) {
  const channel<int> x;
  const channel<int> y;
  std::atomic<int> takes{0};
  std::atomic<int> puts{0};
  const auto cross = [&](const channel<int>& takes_from, const channel<int>& puts_to) {
    for (int i = 0; i < many; ++i) {
      const auto r = alts(take_from(takes_from), put_to(puts_to, i));
      (r.index == 0 ? takes : puts).fetch_add(1);
    }
  };
  std::thread a([&] { cross(x, y); });
  std::thread b([&] { cross(y, x); });
  a.join();
  b.join();

  EXPECT_EQ(takes.load(), many);
  EXPECT_EQ(puts.load(), many);
}

TEST(channel_contention, ALT_12_alts_of_go_blocks_that_cross_complete_pairwise) {
  runtime on;
  const channel<int> x(on);
  const channel<int> y(on);
  const auto cross = [](channel<int> takes, channel<int> puts) -> go_block<int> {
    int taken = 0;
    for (int i = 0; i < many; ++i) {
      const auto r = co_await async_alts(take_from(takes), put_to(puts, i));
      if (r.index == 0) ++taken;
    }
    co_return taken;
  };
  std::vector<channel<int>> results;
  for (int i = 0; i < 4; ++i)
    results.push_back(i % 2 == 0 ? go(on, cross, x, y) : go(on, cross, y, x));
  int taken = 0;
  for (const auto& each : results) taken += *each.take();

  EXPECT_EQ(taken, 2 * many);
}

// Counts its kind, and moves without throwing.
struct piece {
  explicit piece(int n) : value(n) {}
  piece(piece&& other) noexcept : value(other.value) {}
  piece(const piece&) = delete;
  piece& operator=(const piece&) = delete;
  ~piece() = default;
  tests::counted_value value;
};

// What the other one puts dies with the channel, or with whoever took it, and afterwards the
// view finds it closed and empty.
TEST(channel_contention, CH_32_handles_are_dropped_while_others_operate_by_views) {
  const auto before = tests::counted_value::live();
  for (int round = 0; round < many; ++round) {
    auto c = std::make_optional<channel<piece>>(fixed(1));
    const auto view = c->view();
    std::atomic<int> false_values{0};
    std::thread other([&] {
      while (view.try_put(piece(round)) != put_status::closed) {
        const auto got = view.try_take().value;
        if (got && got->value.number() != round) false_values.fetch_add(1);
      }
    });
    int called = 0;
    c->take_then([&called, held = piece(0)](const std::optional<piece>& got) {
      if (got) ++called;
    });
    c.reset();
    other.join();

    ASSERT_EQ(tests::counted_value::live(), before) << "an element or a callback is left";
    ASSERT_LE(called, 1);
    ASSERT_EQ(false_values.load(), 0);
    ASSERT_EQ(view.try_take().status, take_status::closed);
  }
}

TEST(channel_contention, CH_17_a_promise_channel_gives_all_the_same) {
  for (int round = 0; round < many / 10; ++round) {
    const auto c = promise_channel<std::string>();
    std::vector<std::string> got(3);
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
      threads.emplace_back(
          [&, t] { got[static_cast<std::size_t>(t)] = c.take().value(); });
    std::thread a([&] { c.put("a value that is put by the first"); });
    std::thread b([&] { c.put("a value that is put by the second"); });
    for (std::thread& each : threads) each.join();
    a.join();
    b.join();
    for (const std::string& each : got) ASSERT_EQ(each, got[0]);
  }
}

}  // namespace
}  // namespace tussle
