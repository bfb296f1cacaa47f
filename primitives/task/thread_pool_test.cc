// Does a pool run what it is given, on as many threads as it may, until it is told to stop?
#include "primitives/task/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "primitives/testing/threads_testing.h"
#include "primitives/testing/work_testing.h"

namespace tussle {
namespace {

using tests::work;

thread_pool_options at_most(std::size_t threads) { return {.most_threads = threads}; }

TEST(thread_pool, runs_each_task_once_on_threads_of_its_own) {
  constexpr int tasks = 500;
  std::vector<std::unique_ptr<work>> all;
  std::latch done(tasks);
  std::atomic<bool> elsewhere{true};
  const auto here = std::this_thread::get_id();
  thread_pool pool(at_most(3));
  for (int i = 0; i < tasks; ++i) {
    all.push_back(std::make_unique<work>([&] {
      if (std::this_thread::get_id() == here) elsewhere.store(false);
      done.count_down();
    }));
    ASSERT_TRUE(pool.submit(*all.back()));
  }
  done.wait();
  pool.shutdown(shutdown_policy::drain);
  pool.join();

  for (const auto& each : all) EXPECT_EQ(each->runs.load(), 1);
  EXPECT_TRUE(elsewhere.load());
  EXPECT_EQ(pool.threads(), 0U);
}

TEST(thread_pool, has_no_more_threads_than_it_may) {
  std::latch inside(2);
  std::latch go_on(1);
  std::vector<std::unique_ptr<work>> all;
  thread_pool pool(at_most(2));
  for (int i = 0; i < 10; ++i) {
    all.push_back(std::make_unique<work>([&, i] {
      if (i < 2) inside.count_down();
      go_on.wait();
    }));
    ASSERT_TRUE(pool.submit(*all.back()));
  }
  inside.wait();

  EXPECT_EQ(pool.threads(), 2U);

  go_on.count_down();
  pool.shutdown(shutdown_policy::drain);
  pool.join();
  for (const auto& each : all) EXPECT_EQ(each->runs.load(), 1);
}

TEST(thread_pool, without_a_bound_no_task_waits_for_another_that_blocks) {
  constexpr int tasks = 30;
  std::latch all_inside(tasks);
  std::vector<std::unique_ptr<work>> all;
  thread_pool pool({});
  for (int i = 0; i < tasks; ++i) {
    all.push_back(std::make_unique<work>([&] { all_inside.arrive_and_wait(); }));
    ASSERT_TRUE(pool.submit(*all.back()));
  }
  all_inside.wait();  // or this test never ends

  pool.shutdown(shutdown_policy::drain);
  pool.join();
}

TEST(thread_pool, one_thread_runs_tasks_in_the_order_submitted) {
  std::vector<int> order;
  std::vector<std::unique_ptr<work>> all;
  thread_pool pool(at_most(1));
  for (int i = 0; i < 100; ++i) {
    all.push_back(std::make_unique<work>([&order, i] { order.push_back(i); }));
    ASSERT_TRUE(pool.submit(*all.back()));
  }
  pool.shutdown(shutdown_policy::drain);
  pool.join();

  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(thread_pool, idle_threads_take_what_comes_later) {
  thread_pool pool({});
  for (int i = 0; i < 200; ++i) {
    std::latch done(1);
    work one([&] { done.count_down(); });
    ASSERT_TRUE(pool.submit(one));
    done.wait();
    while (one.runs.load() == 0) std::this_thread::yield();
  }
  // One is enough; others start when the first has not got back to being idle yet.
  EXPECT_LT(pool.threads(), 100U);
}

TEST(thread_pool, threads_that_stay_idle_end) {
  thread_pool pool({.idle_time = std::chrono::nanoseconds(1)});
  for (int i = 0; i < 20; ++i) {
    work one;
    ASSERT_TRUE(pool.submit(one));
    while (one.runs.load() == 0) std::this_thread::yield();
    while (pool.threads() != 0) std::this_thread::yield();
  }
}

// A pool of one thread that is held, and `waiting` tasks behind it.
class held {
 public:
  explicit held(int waiting)
      : first_([this] {
          inside_.count_down();
          go_on_.wait();
        }) {
    EXPECT_TRUE(pool.submit(first_));
    inside_.wait();
    for (int i = 0; i < waiting; ++i) {
      behind.push_back(std::make_unique<work>());
      EXPECT_TRUE(pool.submit(*behind.back()));
    }
  }
  void let_go() { go_on_.count_down(); }
  int runs() const {
    int sum = 0;
    for (const auto& each : behind) sum += each->runs.load();
    return sum;
  }
  int discards() const {
    int sum = 0;
    for (const auto& each : behind) sum += each->discards.load();
    return sum;
  }

  std::vector<std::unique_ptr<work>> behind;

 private:
  std::latch inside_{1};
  std::latch go_on_{1};
  work first_;

 public:
  thread_pool pool{at_most(1)};
};

TEST(thread_pool, a_shutdown_may_run_what_waits) {
  held h(5);
  h.pool.shutdown(shutdown_policy::drain);
  h.let_go();
  h.pool.join();

  EXPECT_EQ(h.runs(), 5);
  EXPECT_EQ(h.discards(), 0);
}

TEST(thread_pool, a_shutdown_may_discard_what_waits) {
  held h(5);
  h.pool.shutdown(shutdown_policy::discard);
  EXPECT_EQ(h.discards(), 5);
  h.let_go();
  h.pool.join();

  EXPECT_EQ(h.runs(), 0);
}

TEST(thread_pool, nothing_is_accepted_after_a_shutdown) {
  thread_pool pool({});
  pool.shutdown(shutdown_policy::drain);
  pool.shutdown(shutdown_policy::discard);
  work late;

  EXPECT_FALSE(pool.submit(late));
  EXPECT_EQ(late.runs.load() + late.discards.load(), 0);
}

TEST(thread_pool, its_own_threads_may_shut_it_down) {
  work last;
  thread_pool pool(at_most(1));
  work shutting([&] { pool.shutdown(shutdown_policy::discard); });
  ASSERT_TRUE(pool.submit(shutting));
  pool.join();

  EXPECT_EQ(shutting.runs.load(), 1);
  EXPECT_FALSE(pool.submit(last));
}

TEST(thread_pool, a_submit_that_meets_a_shutdown_is_refused_or_done_with) {
  constexpr int submitters = 3;
  for (int round = 0; round < tests::rounds / 40; ++round) {
    std::vector<std::unique_ptr<work>> all;
    all.reserve(submitters);
    for (int i = 0; i < submitters; ++i) all.push_back(std::make_unique<work>());
    std::vector<int> accepted(submitters);
    thread_pool pool(at_most(2));
    tests::run_together(submitters + 1, [&](int index) {
      const auto at = static_cast<std::size_t>(index);
      if (index == submitters) {
        pool.shutdown(round % 2 == 0 ? shutdown_policy::drain : shutdown_policy::discard);
      } else {
        accepted[at] = pool.submit(*all[at]) ? 1 : 0;
      }
    });
    pool.join();

    for (std::size_t i = 0; i < submitters; ++i) {
      ASSERT_EQ(all[i]->runs.load() + all[i]->discards.load(), accepted[i]);
    }
  }
}

TEST(thread_pool, has_patience_without_end_or_none) {
  using limits = std::chrono::nanoseconds;
  for (const auto patience : {limits::max(), limits::max() / 2, limits::min()}) {
    std::vector<std::unique_ptr<work>> all;
    thread_pool pool({.patience = patience});
    for (int i = 0; i < 10; ++i) {
      all.push_back(std::make_unique<work>());
      ASSERT_TRUE(pool.submit(*all.back()));
      while (i % 2 == 0 && all.back()->runs.load() == 0) std::this_thread::yield();
    }
    pool.shutdown(shutdown_policy::drain);
    pool.join();

    for (const auto& each : all) EXPECT_EQ(each->runs.load(), 1);
  }
}

TEST(thread_pool, two_may_wait_for_its_end) {
  thread_pool pool({});
  std::latch inside(1);
  std::latch go_on(1);
  work held([&] {
    inside.count_down();
    go_on.wait();
  });
  ASSERT_TRUE(pool.submit(held));
  inside.wait();
  pool.shutdown(shutdown_policy::drain);
  std::thread other([&] { pool.join(); });
  go_on.count_down();
  pool.join();
  other.join();

  EXPECT_EQ(held.runs.load(), 1);
  EXPECT_EQ(pool.threads(), 0U);
}

TEST(thread_pool, after_a_drain_only_what_was_accepted_before_is_taken) {
  for (const auto policy : {shutdown_policy::drain, shutdown_policy::discard}) {
    const bool drains = policy == shutdown_policy::drain;
    thread_pool pool({});
    pool.shutdown(policy);
    work late;
    work owed;

    EXPECT_FALSE(pool.submit(late));
    EXPECT_EQ(pool.submit_accepted(owed), drains);
    pool.join();
    EXPECT_EQ(owed.runs.load(), drains ? 1 : 0);
    EXPECT_EQ(late.runs.load(), 0);
  }
}

}  // namespace
}  // namespace tussle
