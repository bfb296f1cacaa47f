// What pools and one-shots do when memory runs out, or no thread can be started. A binary of
// its own: it replaces operator new.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <new>
#include <optional>
#include <thread>

#include "primitives/sync/mode.h"
#include "primitives/task/delay.h"
#include "primitives/task/future.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/promise.h"
#include "primitives/task/thread_pool.h"
#include "primitives/testing/failing_allocation_testing.h"
#include "primitives/testing/schedulers_testing.h"

namespace tussle {
namespace {

// Owned by the test; says what became of it.
class work final : public task {
 public:
  explicit work(std::function<void()> body = [] {}) : body_(std::move(body)) {}
  void run() noexcept override {
    body_();
    runs.fetch_add(1);
    over.count_down();
  }
  void discard() noexcept override { discards.fetch_add(1); }

  std::latch over{1};
  std::atomic<int> runs{0};
  std::atomic<int> discards{0};

 private:
  std::function<void()> body_;
};

// Of a submit to a pool without threads: the note of the new thread, then the thread itself.
constexpr int allocations_before_the_thread = 1;
// The same of a pool with a bound, whose threads have lines of their own.
constexpr int allocations_before_a_thread_with_a_line = 2;

bool submit_without_memory(thread_pool& pool, task& one, int successes) {
  tests::let_allocations_succeed(successes);
  const bool accepted = pool.submit(one);
  tests::let_all_allocations_succeed();
  return accepted;
}

TEST(thread_pool, refuses_a_task_if_it_has_no_thread_and_can_start_none) {
  for (int successes = 0; successes <= allocations_before_the_thread; ++successes) {
    thread_pool pool({});
    work one;

    EXPECT_FALSE(submit_without_memory(pool, one, successes));

    EXPECT_EQ(pool.threads(), 0U);
    EXPECT_TRUE(pool.submit(one)) << "the task is as it was, and the pool goes on";
    one.over.wait();
    pool.shutdown(shutdown_policy::discard);
    pool.join();
    EXPECT_EQ(one.runs.load(), 1);
    EXPECT_EQ(one.discards.load(), 0);
  }
}

TEST(thread_pool, a_task_for_which_no_thread_can_be_started_waits_for_those_there_are) {
  for (int successes = 0; successes <= allocations_before_the_thread; ++successes) {
    std::latch inside(1);
    std::latch go_on(1);
    work holding([&] {
      inside.count_down();
      go_on.wait();
    });
    work behind;
    thread_pool pool({});
    ASSERT_TRUE(pool.submit(holding));
    inside.wait();

    EXPECT_TRUE(submit_without_memory(pool, behind, successes));
    EXPECT_EQ(pool.threads(), 1U);
    go_on.count_down();

    behind.over.wait();  // or this test never ends
    pool.shutdown(shutdown_policy::discard);
    pool.join();
    EXPECT_EQ(behind.runs.load(), 1);
  }
}

// Whoever relies on a thread that is being started is told if there will be none.
void submit_while_a_start_fails(std::size_t most_threads) {
  thread_pool pool({.most_threads = most_threads});
  work first;
  work second;
  bool first_accepted = true;
  bool second_accepted = true;
  {
    tests::freeze_at starting("thread_pool.before_start");
    std::thread one([&] {
      first_accepted =
          submit_without_memory(pool, first, allocations_before_a_thread_with_a_line);
    });
    starting.wait_until_reached();
    std::thread other([&] {
      second_accepted =
          submit_without_memory(pool, second, allocations_before_a_thread_with_a_line);
    });
    starting.let_go();
    one.join();
    other.join();
  }
  pool.shutdown(shutdown_policy::drain);
  pool.join();

  EXPECT_FALSE(first_accepted);
  EXPECT_FALSE(second_accepted);
  for (const work* const each : {&first, &second})
    EXPECT_EQ(each->runs.load() + each->discards.load(), 0);
}

TEST(thread_pool, nothing_is_left_to_a_thread_that_could_not_be_started) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  for (int round = 0; round < 20; ++round) submit_while_a_start_fails(1);
}
TEST(thread_pool, of_two_starts_that_fail_neither_relies_on_the_other) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  for (int round = 0; round < 20; ++round) submit_while_a_start_fails(2);
}

TEST(thread_pool, a_thread_for_whose_line_there_is_no_memory_works_without) {
  thread_pool pool({.most_threads = 2});
  work next;
  work first([&] { EXPECT_TRUE(pool.submit(next)); });

  EXPECT_TRUE(submit_without_memory(pool, first, allocations_before_the_thread));

  next.over.wait();
  pool.shutdown(shutdown_policy::drain);
  pool.join();
  EXPECT_EQ(first.runs.load(), 1);
  EXPECT_EQ(next.runs.load(), 1);
}

TEST(future, one_for_which_there_is_no_memory_leaves_nothing_behind) {
  manual_executor compute;
  manual_executor blocking;
  runtime on(compute, blocking);
  const auto resource = std::make_shared<int>(1);
  for (int successes = 0;; ++successes) {
    std::optional<future<int>> f;
    tests::let_allocations_succeed(successes);
    try {
      f = future_call(on, [resource] { return *resource; });
    } catch (const std::bad_alloc&) {
    }
    tests::let_all_allocations_succeed();
    if (!f) {
      ASSERT_EQ(resource.use_count(), 1);
      ASSERT_EQ(blocking.pending(), 0U);
      continue;
    }
    EXPECT_GT(successes, 0);
    EXPECT_EQ(blocking.run_all(), 1U);
    EXPECT_EQ(f->get(), 1);
    return;
  }
}

TEST(delay, one_whose_body_finds_no_memory_keeps_that_as_its_error) {
  const auto d = make_delay([] { return std::make_unique<int>(1); });
  tests::let_allocations_succeed(0);
  EXPECT_THROW(d.force(), std::bad_alloc);
  tests::let_all_allocations_succeed();

  EXPECT_THROW(d.force(), std::bad_alloc);
}

TEST(promise, handing_over_needs_no_memory) {
  const promise<int> p;
  tests::let_allocations_succeed(0);
  const bool won = p.deliver(1);
  tests::let_all_allocations_succeed();

  EXPECT_TRUE(won);
  EXPECT_EQ(p.get(), 1);
}

}  // namespace
}  // namespace tussle
