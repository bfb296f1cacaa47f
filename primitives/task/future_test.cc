// Does a future run its body once, elsewhere, and tell everybody the same?
#include "primitives/task/future.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/task/manual_executor.h"
#include "primitives/task/promise.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// Bodies run when the test says so.
struct futures_by_hand : testing::Test {
  manual_executor compute;
  manual_executor blocking;
  runtime on{compute, blocking};
};

// A body that stands still in the middle until it is let go.
struct stage {
  std::latch inside{1};
  std::latch go_on{1};

  void stand() {
    inside.count_down();
    go_on.wait();
  }
};

TEST(future, FUT_1_runs_once_on_another_thread_and_gets_return_the_identical_value) {
  runtime on;
  std::atomic<int> runs{0};
  std::thread::id where;
  const auto f = future_call(on, [&] {
    where = std::this_thread::get_id();
    return std::string("run ") + std::to_string(++runs);
  });
  std::array<const std::string*, 4> seen{};
  tests::run_together(4, [&](int i) { seen[static_cast<std::size_t>(i)] = &f.get(); });

  for (const std::string* const each : seen) EXPECT_EQ(each, &f.get());
  EXPECT_EQ(f.get(), "run 1");
  EXPECT_NE(where, std::this_thread::get_id());
  EXPECT_EQ(runs.load(), 1);
}

// Where the object that is thrown stands.
template <typename F>
const void* thrown_by(const F& f) {
  try {
    f.get();
  } catch (const std::runtime_error& e) {
    return &e;
  }
  return nullptr;
}

TEST(future, FUT_2_the_bodys_exception_is_thrown_by_every_get) {
  runtime on;
  const auto f = future_call(on, []() -> int { throw std::runtime_error("no value"); });
  const void* const first = thrown_by(f);

  EXPECT_NE(first, nullptr);
  EXPECT_EQ(thrown_by(f), first);
  EXPECT_TRUE(f.is_done());
  EXPECT_FALSE(f.is_cancelled());
}

TEST(future, FUT_2_an_exception_of_any_type_is_kept) {
  runtime on;
  const auto f = future_call(on, []() -> int { throw 42; });

  EXPECT_THROW(f.get(), int);
  EXPECT_THROW(f.get_for(hours(1), 0), int);
}

TEST_F(futures_by_hand, FUT_3_get_for_returns_the_fallback_not_before_its_time) {
  const auto f = future_call(on, [] { return 1; });
  const auto begin = std::chrono::steady_clock::now();

  EXPECT_EQ(f.get_for(milliseconds(20), -1), -1);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(20));
  EXPECT_EQ(f.get_for(milliseconds(0), -2), -2);
  EXPECT_EQ(f.get_for(hours(-1), -3), -3);
  EXPECT_EQ(blocking.run_all(), 1U);
  EXPECT_EQ(f.get_for(milliseconds(0), -1), 1);
}

TEST_F(futures_by_hand, FUT_4_a_timed_out_get_for_disturbs_nothing) {
  const auto f = future_call(on, [] { return 1; });
  EXPECT_EQ(f.get_for(milliseconds(1), -1), -1);
  EXPECT_FALSE(f.is_done());

  EXPECT_TRUE(blocking.run_one());

  EXPECT_EQ(f.get(), 1);
}

TEST(future, FUT_5_cancelling_a_running_one_releases_who_waits_with_an_error) {
  stage body;
  runtime on;
  const auto f = future_call(on, [&] {
    body.stand();
    return 1;
  });
  body.inside.wait();
  std::latch about_to_get(2);
  std::atomic<int> told{0};
  const auto expect_cancelled = [&](auto get) {
    about_to_get.count_down();
    try {
      get();
    } catch (const future_cancelled_error&) {
      told.fetch_add(1);
    }
  };
  std::thread one([&] { expect_cancelled([&] { f.get(); }); });
  std::thread other([&] { expect_cancelled([&] { f.get_for(hours(1), 0); }); });
  about_to_get.wait();

  EXPECT_TRUE(f.cancel());

  one.join();
  other.join();
  EXPECT_EQ(told.load(), 2);
  EXPECT_TRUE(f.is_cancelled());
  EXPECT_TRUE(f.is_done());
  EXPECT_THROW(f.get(), future_cancelled_error);
  EXPECT_THROW(f.get_for(milliseconds(0), 0), future_cancelled_error);
  body.go_on.count_down();
}

TEST_F(futures_by_hand, FUT_6_cancelling_after_the_end_changes_nothing) {
  const auto f = future_call(on, [] { return 1; });
  EXPECT_TRUE(blocking.run_one());

  EXPECT_FALSE(f.cancel());
  EXPECT_EQ(f.get(), 1);
  EXPECT_FALSE(f.is_cancelled());
}

TEST_F(futures_by_hand, FUT_6_only_the_first_cancel_says_that_it_was_it) {
  const auto f = future_call(on, [] { return 1; });

  EXPECT_TRUE(f.cancel());
  EXPECT_FALSE(f.cancel());
}

TEST_F(futures_by_hand, FUT_7_one_that_is_cancelled_before_its_start_never_runs) {
  bool ran = false;
  auto resource = std::make_shared<int>(1);
  const auto f = future_call(on, [&ran, resource] { ran = true; });
  EXPECT_TRUE(f.cancel());

  EXPECT_TRUE(blocking.run_one());

  EXPECT_FALSE(ran);
  EXPECT_EQ(resource.use_count(), 1) << "its body is gone";
}

TEST(future, FUT_8_a_body_that_looks_at_its_token_ends_after_a_cancel) {
  std::latch inside(1);
  std::latch ended(1);
  runtime on;
  const auto f = future_call(on, [&](const std::stop_token& stop) {
    inside.count_down();
    while (!stop.stop_requested()) std::this_thread::yield();
    ended.count_down();
    return 1;
  });
  inside.wait();

  EXPECT_TRUE(f.cancel());

  ended.wait();  // or this test never ends
  EXPECT_THROW(f.get(), future_cancelled_error);
}

TEST(future, FUT_8_the_result_of_one_that_does_not_look_is_dropped) {
  stage body;
  std::latch ended(1);
  std::optional<runtime> on(std::in_place);
  auto resource = std::make_shared<int>(1);
  const auto f = future_call(*on, [&, resource] {
    body.stand();
    ended.count_down();
    return resource;
  });
  body.inside.wait();
  EXPECT_TRUE(f.cancel());

  body.go_on.count_down();
  ended.wait();
  on.reset();

  EXPECT_THROW(f.get(), future_cancelled_error);
  EXPECT_EQ(resource.use_count(), 1);
}

TEST(future, FUT_9_dropping_the_last_handle_neither_waits_nor_cancels) {
  stage body;
  std::atomic<bool> asked_to_stop{false};
  std::atomic<bool> ended{false};
  {
    runtime on;
    {
      const auto f = future_call(on, [&](const std::stop_token& stop) {
        body.stand();
        asked_to_stop.store(stop.stop_requested());
        ended.store(true);
      });
      body.inside.wait();
    }
    EXPECT_FALSE(ended.load()) << "the handle is gone, the body is not";
    body.go_on.count_down();
  }

  EXPECT_TRUE(ended.load());
  EXPECT_FALSE(asked_to_stop.load());
}

TEST_F(futures_by_hand, FUT_9_one_that_was_dropped_before_its_start_runs) {
  bool ran = false;
  static_cast<void>(future_call(on, [&ran] { ran = true; }));

  EXPECT_TRUE(blocking.run_one());

  EXPECT_TRUE(ran);
}

TEST(future, FUT_10_each_of_many_may_wait_for_a_later_one) {
  constexpr std::size_t chain = 40;
  runtime on;
  std::vector<promise<future<int>>> later(chain);
  std::vector<future<int>> all;
  for (std::size_t i = 0; i < chain; ++i) {
    all.push_back(future_call(on, [next = later[i], last = i + 1 == chain] {
      return last ? 1 : next.get().get() + 1;
    }));
  }
  for (std::size_t i = 0; i + 1 < chain; ++i) {
    EXPECT_TRUE(later[i].deliver(all[i + 1]));
  }

  EXPECT_EQ(all.front().get(), int{chain});
}

TEST(future, FUT_11_of_cancel_and_completion_one_wins) {
  runtime on;
  for (int round = 0; round < tests::rounds / 10; ++round) {
    const auto f = future_call(on, [round] { return round; });
    const bool won = f.cancel();
    try {
      ASSERT_EQ(f.get(), round);
      ASSERT_FALSE(won);
    } catch (const future_cancelled_error&) {
      ASSERT_TRUE(won);
    }
    ASSERT_EQ(f.is_cancelled(), won);
  }
}

// A result that tells when it is moved.
struct tells_when_moved {
  explicit tells_when_moved(std::function<void()> f) : moved(std::move(f)) {}
  // NOLINTNEXTLINE(performance-move-constructor-init): both have it
  tells_when_moved(tells_when_moved&& other) noexcept : moved(other.moved) { moved(); }
  std::function<void()> moved;
};

TEST_F(futures_by_hand, FUT_11_a_cancel_loses_that_comes_as_the_result_is_stored) {
  std::optional<future<tells_when_moved>> f;
  std::vector<bool> cancelled;
  auto in_body = std::make_shared<int>(0);
  const auto cancel_once_the_body_is_gone = [&, body = std::weak_ptr<int>(in_body)] {
    if (body.expired()) cancelled.push_back(f->cancel());
  };
  f = future_call(on, [&cancel_once_the_body_is_gone, owned = std::move(in_body)] {
    return tells_when_moved(cancel_once_the_body_is_gone);
  });

  EXPECT_TRUE(blocking.run_one());

  EXPECT_EQ(cancelled, std::vector<bool>{false});
  EXPECT_FALSE(f->is_cancelled());
  EXPECT_NO_THROW(f->get());
}

TEST(future, FUT_11_of_many_cancels_one_wins_at_most) {
  runtime on;
  for (int round = 0; round < tests::rounds / 40; ++round) {
    const auto f = future_call(on, [] { return 1; });
    std::atomic<int> wins{0};
    tests::run_together(3, [&](int) { wins.fetch_add(f.cancel() ? 1 : 0); });

    ASSERT_EQ(wins.load(), f.is_cancelled() ? 1 : 0);
  }
}

TEST_F(futures_by_hand, FUT_12_one_started_by_a_future_is_no_part_of_it) {
  std::optional<future<int>> inner;
  const auto outer = future_call(on, [&] {
    inner = future_call(on, [] { return 2; });
    return 1;
  });

  EXPECT_TRUE(blocking.run_one());
  EXPECT_EQ(outer.get(), 1);
  EXPECT_FALSE(inner->is_done()) << "the outer one did not wait for it";
  EXPECT_TRUE(blocking.run_one());
  EXPECT_EQ(inner->get(), 2);
}

TEST(future,
     what_happened_before_is_visible_to_the_body_and_the_bodys_to_who_has_the_value) {
  runtime on;
  for (int round = 0; round < tests::rounds / 20; ++round) {
    int before = round;
    int during = 0;
    const auto f = future_call(on, [&] { during = before + 1; });
    f.get();

    ASSERT_EQ(during, round + 1);
  }
}

TEST_F(futures_by_hand, one_without_a_value_says_when_it_is_done) {
  const auto f = future_call(on, [] {});
  static_assert(std::is_same_v<decltype(f), const future<void>>);

  EXPECT_FALSE(f.wait_for(milliseconds(1)));
  EXPECT_TRUE(blocking.run_one());
  EXPECT_TRUE(f.wait_for(milliseconds(0)));
  f.get();
}

TEST_F(futures_by_hand, a_body_and_a_value_may_be_of_types_that_only_move) {
  auto owned = std::make_unique<int>(3);
  const auto f =
      future_call(on, [owned = std::move(owned)]() mutable { return std::move(owned); });
  EXPECT_TRUE(blocking.run_one());

  EXPECT_EQ(*f.get(), 3);
}

TEST_F(futures_by_hand, one_that_is_refused_takes_its_body_with_it) {
  auto resource = std::make_shared<int>(1);
  blocking.close();

  EXPECT_THROW(future_call(on, [resource] {}), executor_rejected_error);
  EXPECT_EQ(resource.use_count(), 1);
}

TEST_F(futures_by_hand, one_that_is_discarded_says_so_unless_it_was_cancelled) {
  const auto waiting = future_call(on, [] { return 1; });
  const auto cancelled = future_call(on, [] { return 1; });
  EXPECT_TRUE(cancelled.cancel());

  blocking.discard_all();

  EXPECT_THROW(waiting.get(), executor_rejected_error);
  EXPECT_THROW(cancelled.get(), future_cancelled_error);
}

}  // namespace
}  // namespace tussle
