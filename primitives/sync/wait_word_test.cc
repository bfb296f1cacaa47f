// Does a word let threads sleep until it changes, and no longer?
#include "primitives/sync/wait_word.h"

#include <gtest/gtest.h>

#include <chrono>

#include "primitives/testing/threads_testing.h"

namespace tussle::sync {
namespace {

constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

TEST(wait_word, is_an_atomic_number_of_32_bits) {
  wait_word w(3);
  std::uint32_t expected = 4;

  EXPECT_EQ(w.load(acquire), 3U);
  w.store(5, release);
  EXPECT_EQ(w.exchange(7, release), 5U);
  EXPECT_EQ(w.fetch_add(2, release), 7U);
  EXPECT_FALSE(w.compare_exchange(expected, 1, release, acquire));
  EXPECT_EQ(expected, 9U);
  EXPECT_TRUE(w.compare_exchange(expected, 1, release, acquire));
  EXPECT_EQ(w.load(acquire), 1U);
}

TEST(wait_word, a_wait_for_a_value_that_is_gone_returns_at_once) {
  const wait_word w(1);

  w.wait(0);
  EXPECT_TRUE(w.wait_until(0, clock::now() + std::chrono::hours(1)));
}

TEST(wait_word, a_wait_ends_at_its_deadline) {
  const wait_word w(1);

  EXPECT_FALSE(w.wait_until(1, clock::now()));
  EXPECT_FALSE(w.wait_until(1, time_point(std::chrono::seconds(-1))));
}

TEST(wait_word, two_threads_hand_a_number_to_and_fro) {
  wait_word turn;

  tests::run_together(2, [&](int side) {
    const auto mine = static_cast<std::uint32_t>(side);
    for (int round = 0; round < 200; ++round) {
      while (turn.load(acquire) % 2 != mine) turn.wait(1 - mine);
      turn.store(1 - mine, release);
      turn.wake_one();
    }
  });

  EXPECT_EQ(turn.load(acquire), 0U);
}

TEST(wait_word, wake_all_wakes_all) {
  wait_word open;

  tests::run_together(4, [&](int side) {
    if (side == 0) {
      open.store(1, release);
      open.wake_all();
      return;
    }
    while (open.load(acquire) == 0) open.wait(0);
  });

  EXPECT_EQ(open.load(acquire), 1U);
}

}  // namespace
}  // namespace tussle::sync
