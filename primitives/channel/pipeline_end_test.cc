// Where pipelines stop, and what becomes of what fails in them.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/channel/folds.h"
#include "primitives/channel/pipeline.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/runtime.h"
#include "primitives/task/thread_pool.h"
#include "primitives/testing/canary_testing.h"
#include "primitives/testing/channels_testing.h"
#include "primitives/testing/pipelines_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::canary;
using tests::drain;
using tests::drained;
using tests::itself;
using tests::live_processes;
using tests::numbers;
using tests::pending_puts;
using tests::pipeline_kind;
using tests::pipeline_kinds;
using tests::put_and_close;
using tests::stage;
using tests::start_pipeline;

int even_or_throw(int n) {
  return n % 2 == 0 ? n : throw std::runtime_error(std::to_string(n));
}

TEST(pipeline_end, PIPE_5_what_the_handler_gives_takes_the_place_of_what_failed) {
  for (const pipeline_kind which : {pipeline_kind::computing, pipeline_kind::blocking}) {
    stage s;
    const channel<int> from(s.home());
    const channel<int> to(s.home());
    const auto handle = [](const std::exception_ptr& error) -> std::optional<int> {
      try {
        std::rethrow_exception(error);
      } catch (const std::runtime_error& e) {
        const int n = std::stoi(e.what());
        if (n == 3) return std::nullopt;
        return -n;
      }
    };
    const auto each = xf::map(&even_or_throw);
    if (which == pipeline_kind::computing) {
      pipeline(3, to, each, from, {.handler = handle});
    } else {
      pipeline_blocking(3, to, each, from, {.handler = handle});
    }
    put_and_close(from, {0, 1, 2, 3, 4, 5});

    EXPECT_EQ(drain(s, to), (drained<int>{{0, -1, 2, 4, -5}, true}));
    EXPECT_TRUE(s.uncaught.empty());
  }
}

// Nobody can be had to wake it when the thread of its element is over.
TEST(pipeline_end, PIPE_4_a_worker_that_is_dropped_closes_the_target_all_the_same) {
  manual_executor compute;
  manual_executor blocking;
  runtime home(compute, blocking);
  const channel<int> from(home);
  const channel<int> to(home);
  const auto over = pipeline_blocking(1, to, xf::map([](int n) { return n; }), from);
  put_and_close(from, {1});
  while (compute.run_one()) {
  }
  ASSERT_EQ(blocking.pending(), 1U);
  compute.close();
  EXPECT_TRUE(blocking.run_one());

  EXPECT_TRUE(to.is_closed());
  EXPECT_TRUE(over.is_closed());
}

TEST(pipeline_end, PIPE_5_without_a_handler_the_hook_is_told_and_the_element_is_skipped) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home());
  pipeline(2, to, xf::map(&even_or_throw), from);
  put_and_close(from, {0, 1, 2, 3});

  EXPECT_EQ(drain(s, to), (drained<int>{{0, 2}, true}));
  EXPECT_EQ(s.uncaught.size(), 2U);
}

TEST(pipeline_end, PIPE_5_what_the_handler_throws_goes_to_the_hook) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home());
  pipeline(2, to, xf::map(&even_or_throw), from,
           {.handler = [](const std::exception_ptr&) -> std::optional<int> { throw 7; }});
  put_and_close(from, {1, 2});

  EXPECT_EQ(drain(s, to), (drained<int>{{2}, true}));
  ASSERT_EQ(s.uncaught.size(), 1U);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[0]), int);
}

TEST(pipeline_end, PIPE_5_what_came_before_an_error_stays_and_null_is_an_error) {
  stage s;
  using pointer = std::shared_ptr<int>;
  const channel<int> from(s.home());
  const channel<pointer> to(s.home());
  const auto one = std::make_shared<int>(1);
  const auto instead = std::make_shared<int>(2);
  pipeline(1, to, xf::mapcat([one](int) {
             return std::vector<pointer>{one, nullptr, one};
           }),
           from, {.handler = [instead](const std::exception_ptr& error) {
             EXPECT_THROW(std::rethrow_exception(error), nil_value_error);
             return pointer(instead);
           }});
  put_and_close(from, {0});

  EXPECT_EQ(drain(s, to).elements, (std::vector<pointer>{one, instead}));
}

TEST(pipeline_end, PIPE_5_a_null_that_the_handler_gives_is_nothing) {
  stage s;
  using pointer = std::shared_ptr<int>;
  const channel<int> from(s.home());
  const channel<pointer> to(s.home());
  const auto one = std::make_shared<int>(1);
  pipeline(1, to, xf::map([one](int n) { return n == 0 ? throw n : pointer(one); }), from,
           {.handler = [](const std::exception_ptr&) { return pointer(); }});
  put_and_close(from, {0, 1});

  EXPECT_EQ(drain(s, to), (drained<pointer>{{one}, true}));
  EXPECT_TRUE(s.uncaught.empty()) << "nobody put it";
}

TEST(pipeline_end, PIPE_8_closing_the_target_ends_it_and_leaves_the_source_open) {
  for (const pipeline_kind which : pipeline_kinds) {
    stage s;
    const channel<int> from(s.home());
    const channel<int> to(s.home());
    start_pipeline(which, 2, to, &itself, from);
    pending_puts<int> puts;
    puts.add(from, numbers(100));
    s.run_all();
    EXPECT_EQ(to.take(), 0);
    s.run_all();
    to.close();
    EXPECT_EQ(to.take(), 1) << "its put waited already";
    s.run_all();

    EXPECT_EQ(to.take(), std::nullopt);
    const int taken = puts.accepted;
    EXPECT_LE(taken, 1 + 2 + 2 + 1)
        << "one delivered, n + 2 on their way, one waited for";
    EXPECT_FALSE(from.is_closed());
    EXPECT_EQ(from.take(), taken) << "and is there for others";
    EXPECT_EQ(live_processes(s), 0U);
  }
}

TEST(pipeline_end, PIPE_8_it_ends_when_nobody_owns_the_target) {
  for (const pipeline_kind which : pipeline_kinds) {
    stage s;
    const channel<int> from(s.home());
    auto to = std::make_optional<channel<int>>(s.home());
    start_pipeline(which, 2, *to, &itself, from);
    pending_puts<int> puts;
    puts.add(from, numbers(20));
    s.run_all();
    to.reset();
    s.run_all();

    EXPECT_LE(puts.accepted, 2 + 2);
    EXPECT_EQ(live_processes(s), 0U);
  }
}

TEST(pipeline_end, PIPE_8_one_that_waits_for_its_source_takes_few_more) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home());
  start_pipeline(pipeline_kind::computing, 2, to, &itself, from);
  s.run_all();
  to.close();
  pending_puts<int> puts;
  puts.add(from, numbers(10));
  s.run_all();

  EXPECT_LE(puts.accepted, 2 + 2) << "as many as may be on their way";
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(pipeline_end, PIPE_9_operations_that_end_without_results_are_passed_over) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home());
  pipeline_async(
      2, to,
      [](int e, const channel<int>& result) {
        if (e % 2 == 0) result.put_then(e, [](bool) {});
        result.close();
      },
      from);
  put_and_close(from, {1, 3, 4, 5, 6, 7});

  EXPECT_EQ(drain(s, to), (drained<int>{{4, 6}, true}));
}

TEST(pipeline_end, PIPE_9_one_that_throws_is_told_to_the_hook_and_passed_over) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home());
  pipeline_async(
      2, to,
      [](int e, const channel<int>& result) {
        result.put_then(even_or_throw(e), [](bool) {});
        result.close();
      },
      from);
  put_and_close(from, {1, 2});

  EXPECT_EQ(drain(s, to), (drained<int>{{2}, true}));
  EXPECT_EQ(s.uncaught.size(), 1U);
}

// Of somebody else's pools, which run what they have when the runtime has ended.
TEST(pipeline_end, PIPE_3_a_body_that_is_run_behind_its_runtime_has_its_element) {
  manual_executor compute;
  manual_executor blocking;
  const channel<int> to;
  bool was_alive = false;
  {
    runtime home(compute, blocking);
    const channel<std::unique_ptr<canary>> from(home, fixed(1));
    pipeline_blocking(1, to, xf::map([&](std::unique_ptr<canary> element) {
                        was_alive = element->is_alive();
                        return 1;
                      }),
                      from);
    EXPECT_EQ(from.try_put(std::make_unique<canary>()), put_status::accepted);
    compute.run_all();
    ASSERT_EQ(blocking.pending(), 1U);
  }
  EXPECT_TRUE(to.is_closed());
  EXPECT_EQ(canary::live(), 1);
  EXPECT_TRUE(blocking.run_one());

  EXPECT_TRUE(was_alive);
  EXPECT_EQ(canary::live(), 0);
}

TEST(pipeline_end, PIPE_4_a_body_works_on_while_its_runtime_ends) {
  std::latch is_within{1};
  std::atomic<bool> goes_on{false};
  thread_pool blocking({});  // ends first, and with it the body
  manual_executor compute;
  const channel<int> to;
  {
    runtime home(compute, blocking);
    const channel<int> from(home, fixed(1));
    const auto held = [&](int n) {
      if (n == 1) return n;
      is_within.count_down();
      // Relaxed: nothing orders what the body does behind it and what the end of the runtime
      // did, so that ThreadSanitizer tells where they meet.
      while (!goes_on.load(std::memory_order_relaxed)) std::this_thread::yield();
      return n;
    };
    pipeline_blocking(1, to, xf::mapcat([](int n) {
                               return std::vector{n, n + 1};
                             }) | xf::map(held),
                      from);
    EXPECT_EQ(from.try_put(1), put_status::accepted);
    compute.run_all();
    is_within.wait();
  }
  EXPECT_TRUE(to.is_closed());
  goes_on.store(true, std::memory_order_relaxed);
}

TEST(pipeline_end, PIPE_5_what_fails_behind_the_runtime_is_told_to_nobody) {
  manual_executor compute;
  manual_executor blocking;
  int told = 0;
  auto home = std::make_unique<runtime>(compute, blocking,
                                        [&](const std::exception_ptr&) { ++told; });
  const channel<int> to;
  {
    const channel<int> from(*home, fixed(1));
    pipeline_blocking(1, to, xf::map(&even_or_throw), from);
    EXPECT_EQ(from.try_put(1), put_status::accepted);
    compute.run_all();
  }
  home.reset();
  EXPECT_TRUE(blocking.run_one());

  EXPECT_EQ(told, 0);
}

TEST(pipeline_end, its_target_closes_when_the_runtime_ends) {
  for (const pipeline_kind which : pipeline_kinds) {
    const channel<int> to;
    {
      stage s;
      const channel<int> from(s.home());
      start_pipeline(which, 2, to, &itself, from);
      pending_puts<int> puts;
      puts.add(from, numbers(10));
      s.run_all();
    }
    while (to.take()) {
    }
    EXPECT_TRUE(to.is_closed());
  }
}

// Its pool for work that may wait takes nothing.
TEST(pipeline_end, where_there_are_no_threads_the_handler_is_told_for_each_element) {
  class refusing final : public executor {
    bool submit(task&) noexcept override { return false; }
  };
  manual_executor compute;
  refusing none;
  runtime home(compute, none);
  const channel<int> from(home);
  const channel<int> to(home, fixed(8));
  pipeline_blocking(2, to, xf::map([](int n) { return n; }), from,
                    {.handler = [](const std::exception_ptr& error) {
                      EXPECT_THROW(std::rethrow_exception(error),
                                   executor_rejected_error);
                      return std::optional<int>(-1);
                    }});
  put_and_close(from, {1, 2});
  while (compute.run_one()) {
  }

  EXPECT_EQ(to.take(), -1);
  EXPECT_EQ(to.take(), -1);
  EXPECT_EQ(to.take(), std::nullopt);
}

}  // namespace
}  // namespace tussle
