// Does short_mutex exclude, hand over what was written, and wake who sleeps?
#include "primitives/sync/short_mutex.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"

namespace tussle::sync {
namespace {

// Beyond the analysis: it may be held.
bool can_be_taken(short_mutex& m) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (!m.try_lock()) return false;
  m.unlock();
  return true;
}

TEST(short_mutex, excludes_whoever_comes_while_it_is_held) {
  short_mutex m;
  m.lock();
  EXPECT_FALSE(can_be_taken(m));
  m.unlock();
  EXPECT_TRUE(can_be_taken(m));
  EXPECT_TRUE(can_be_taken(m)) << "given back";
}

TEST(short_mutex, takes_no_more_room_than_a_word) { EXPECT_LE(sizeof(short_mutex), 4U); }

TEST(short_mutex, no_increment_is_lost) {
  constexpr int threads = 4;
  constexpr int each = 20'000;
  short_mutex m;
  int count = 0;
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        const short_lock lock(m);
        ++count;
      }
    });
  for (std::thread& one : all) one.join();
  EXPECT_EQ(count, threads * each);
}

TEST(short_mutex, who_sleeps_is_woken) {
  short_mutex m;
  m.lock();
  int seen = 0;
  std::vector<std::thread> all;
  for (int t = 0; t < 3; ++t)
    all.emplace_back([&] {
      const short_lock lock(m);
      ++seen;
    });
  std::this_thread::yield();
  m.unlock();
  for (std::thread& one : all) one.join();
  EXPECT_EQ(seen, 3);
}

TEST(short_mutex, whoever_comes_last_may_destroy_it) {
  for (int round = 0; round < 1000; ++round) {
    struct shared {
      short_mutex m;
      int left = 2;
    };
    auto* const state = new shared;
    const auto leave = [state] {
      state->m.lock();
      const bool last = --state->left == 0;
      state->m.unlock();
      if (last) delete state;
    };
    std::thread other(leave);
    leave();
    other.join();
  }
}

}  // namespace
}  // namespace tussle::sync
