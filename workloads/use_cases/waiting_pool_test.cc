// Does waiting_pool (UC-5) notice what it is there to notice?
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_waiting_pools.h"
#include "workloads/subjects/waiting_pools.h"
#include "workloads/use_cases/resource_pool.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

template <typename Subject>
verdict waiting_verdict(double handles, int threads, int steps = steps_a_thread) {
  return verdict_of<waiting_pool, Subject>(
      {{"handles", handles}, {"look_share", 0.1}, {"hold", 50}}, threads, steps);
}

template <typename Subject>
class sound_waiting_pool : public ::testing::Test {};
using sound_waiting_pools =
    ::testing::Types<subjects::channel_pool, subjects::condition_pool>;
TYPED_TEST_SUITE(sound_waiting_pool, sound_waiting_pools);

TYPED_TEST(sound_waiting_pool, UC_5_who_waits_gets_what_is_free) {
  for (const double handles : {1.0, 2.0, 8.0}) {
    const verdict found = waiting_verdict<TypeParam>(handles, 4);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

// Many times: that the other one asks before the release is likely, not certain.
TYPED_TEST(sound_waiting_pool, UC_5_an_empty_pool_is_waited_for) {
  for (int i = 0; i < 50; ++i) {
    resource_maker maker;
    typename TypeParam::pool pool(maker, 1);
    const handle only = pool.acquire(0);

    handle got;
    std::atomic<bool> asks{false};
    std::thread other([&] {
      asks.store(true);
      got = pool.acquire(1);
      EXPECT_TRUE(pool.release(got, 1));
    });
    while (!asks.load()) std::this_thread::yield();
    for (int pause = 0; pause < 20; ++pause) std::this_thread::yield();
    EXPECT_FALSE(pool.release(only, 1)) << "another one has it";
    EXPECT_TRUE(pool.release(only, 0));
    other.join();

    EXPECT_EQ(got, only);
    pool_view seen;
    pool.look(seen);
    EXPECT_EQ(seen.free, (std::vector<handle>{only}));
    EXPECT_TRUE(seen.lent.empty());
  }
}

struct gives_up {
  static constexpr bool waits = true;
  struct pool : subjects::condition_pool::pool {
    using base = subjects::condition_pool::pool;
    using base::base;
    handle acquire(std::size_t holder) {
      return calls_++ == 3 ? handle() : base::acquire(holder);
    }
    int calls_ = 0;
  };
};

TEST(waiting_pool, who_gets_none_is_told) {
  EXPECT_EQ(waiting_verdict<gives_up>(2, 1).message,
            "acquires that did not wait 1, expected allowed 0");
}

struct both_at_once : planted::wakes_at_first::pool {
  using planted::wakes_at_first::pool::pool;

  // When two others wait for them.
  void release_both(handle first, handle second) {
    for (;; std::this_thread::yield()) {
      const std::lock_guard held(lock_);
      if (acquiring_ < 4) continue;
      release_locked(first, 0);
      release_locked(second, 1);
      return;
    }
  }
};

TEST(planted_wakes_at_first, the_second_who_waits_sleeps_on) {
  resource_maker maker;
  both_at_once pool(maker, 2);
  const handle first = pool.acquire(0);
  const handle second = pool.acquire(1);
  std::thread one([&] { pool.acquire(2); });
  std::thread other([&] { pool.acquire(3); });

  pool.release_both(first, second);
  one.join();
  other.join();

  EXPECT_GE(pool.slept_in_vain(), 1);
}

}  // namespace
}  // namespace tussle::workloads::use_cases
