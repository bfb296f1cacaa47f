// Does a runtime end when it should, and how it was asked to?
#include "primitives/task/runtime.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include "primitives/task/future.h"
#include "primitives/task/manual_executor.h"
#include "primitives/testing/work_testing.h"

namespace tussle {
namespace {

TEST(runtime, its_end_waits_for_what_runs_and_drains_what_waits_if_so_asked) {
  std::atomic<int> runs{0};
  {
    runtime on({.blocking = {.most_threads = 1}, .at_end = shutdown_policy::drain});
    for (int i = 0; i < 20; ++i) future_call(on, [&runs] { runs.fetch_add(1); });
  }

  EXPECT_EQ(runs.load(), 20);
}

TEST(runtime, what_it_discards_is_told_to_who_waits_for_it) {
  std::latch inside(1);
  std::latch go_on(1);
  runtime on({.blocking = {.most_threads = 1}});
  const auto first = future_call(on, [&] {
    inside.count_down();
    go_on.wait();
  });
  inside.wait();
  const auto behind = future_call(on, [] { return 1; });

  on.shutdown(shutdown_policy::discard);

  EXPECT_THROW(behind.get(), executor_rejected_error);
  go_on.count_down();
  first.get();
}

TEST(runtime, the_first_shutdown_decides_what_becomes_of_what_waits) {
  std::latch inside(1);
  std::latch go_on(1);
  std::optional<future<int>> behind;
  {
    runtime on({.blocking = {.most_threads = 1}, .at_end = shutdown_policy::discard});
    future_call(on, [&] {
      inside.count_down();
      go_on.wait();
    });
    inside.wait();
    behind = future_call(on, [] { return 1; });
    on.shutdown(shutdown_policy::drain);
    on.shutdown(shutdown_policy::discard);
    go_on.count_down();
  }

  EXPECT_EQ(behind->get(), 1);
}

TEST(runtime, accepts_nothing_after_a_shutdown) {
  runtime on;
  on.shutdown(shutdown_policy::drain);

  EXPECT_THROW(future_call(on, [] {}), executor_rejected_error);
}

TEST(runtime, tells_the_hook_what_nobody_else_can_be_told) {
  int told = 0;
  runtime on({.uncaught = [&told](const std::exception_ptr& e) {
    EXPECT_THROW(std::rethrow_exception(e), std::runtime_error);
    ++told;
    throw std::logic_error("dropped");
  }});
  runtime silent;

  on.report_uncaught(std::make_exception_ptr(std::runtime_error("lost")));
  silent.report_uncaught(std::make_exception_ptr(std::runtime_error("lost")));

  EXPECT_EQ(told, 1);
}

TEST(runtime, its_threads_end_when_they_have_been_idle) {
  runtime on({.blocking = {.idle_time = std::chrono::milliseconds(1)}});
  EXPECT_EQ(on.threads(), 0U);
  future_call(on, [&] { EXPECT_GE(on.threads(), 1U); }).get();
  while (on.threads() > 0) std::this_thread::yield();
  future_call(on, [] {}).get();
}

TEST(runtime, may_stand_on_executors_of_somebody_else) {
  manual_executor compute;
  manual_executor blocking;
  runtime on(compute, blocking);
  const auto f = future_call(on, [] { return 4; });

  EXPECT_EQ(&on.compute(), &compute);
  EXPECT_EQ(blocking.run_all(), 1U);
  EXPECT_EQ(f.get(), 4);
}

// PIT-17: it would wait for itself.
TEST(runtime_death_test, that_ends_on_a_thread_of_its_own_says_so) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto ends = [] {
    auto* const on = new runtime();
    future_call(*on, [on] { delete on; }).get();
  };

  EXPECT_DEATH(ends(), "ends on one of its own threads");
}

// The other pool is busy with something that waits for the end.
TEST(runtime_death_test,
     that_ends_on_a_thread_of_one_pool_while_the_other_is_at_work_says_so) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto ends = [] {
    auto* const on = new runtime();
    std::latch never(1);
    std::latch at_work(1);
    tests::work computes([&] {
      at_work.count_down();
      never.wait();
    });
    if (!on->compute().submit(computes)) return;
    at_work.wait();
    future_call(*on, [on] { delete on; }).get();
  };

  EXPECT_DEATH(ends(), "ends on one of its own threads");
}

// When the thread is no longer of the pool, but not over.
TEST(runtime_death_test,
     that_ends_in_the_last_destructors_of_a_thread_of_its_own_says_so) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto ends = [] {
    auto* const on =
        new runtime({.blocking = {.idle_time = std::chrono::nanoseconds(1)}});
    struct last_owner {
      runtime* owned;
      ~last_owner() { delete owned; }
    };
    future_call(*on, [on] { static thread_local const last_owner here{on}; }).get();
    std::latch never(1);
    never.wait();
  };

  EXPECT_DEATH(ends(), "ends on one of its own threads");
}

// In a process of its own: its threads never end, and would outlive the test.
TEST(runtime_death_test, the_processs_own_is_always_the_same_and_serves) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto serves = [] {
    const runtime* const first = &default_runtime();
    const bool same = first == &default_runtime();
    std::_Exit(same && future_call([] { return 2; }).get() == 2 ? 0 : 1);
  };

  EXPECT_EXIT(serves(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tussle
