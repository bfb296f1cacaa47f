// Is anything lost where the system gives a pool no thread, and where its threads end?
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <latch>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/sync/clock.h"
#include "primitives/sync/mode.h"
#include "primitives/sync/thread.h"
#include "primitives/task/blocking_region.h"
#include "primitives/task/thread_pool.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/work_testing.h"

namespace tussle {
namespace {

using tests::work;

// What a thread does as it ends, after its last task.
class parting {
 public:
  explicit parting(std::function<void()> act) : act_(std::move(act)) {}
  parting(const parting&) = delete;
  parting& operator=(const parting&) = delete;
  ~parting() { act_(); }

  // By the calling thread.
  static void leave(std::function<void()> act) {
    static thread_local std::unique_ptr<parting> last;
    last = std::make_unique<parting>(std::move(act));
  }

 private:
  std::function<void()> act_;
};

TEST(thread_pool, a_thread_that_ends_may_submit_and_is_of_its_pool_no_longer) {
  for (int round = 0; round < 20; ++round) {
    thread_pool pool({.idle_time = std::chrono::nanoseconds(1)});
    std::latch over(1);
    work late([&] { over.count_down(); });
    bool accepted = false;
    std::uint64_t longest = 0;
    work first([&] {
      parting::leave([&] {
        longest = detail::look().longest();
        const detail::blocking_region waits;
        accepted = pool.submit(late);
      });
    });
    ASSERT_TRUE(pool.submit(first));
    over.wait();
    pool.shutdown(shutdown_policy::drain);
    pool.join();

    EXPECT_TRUE(accepted);
    EXPECT_EQ(late.runs.load(), 1);
    EXPECT_EQ(longest > detail::look::shortest, sync::usable_cores() > 1);
  }
}

// A start of a thread, by its number, is held up, and fails when it goes on; tells when a
// thread has fallen asleep meanwhile, and counts how often any does.
class hold_up_a_start final : public tests::scoped_scheduler {
 public:
  explicit hold_up_a_start(int which) : which_(which) { install(); }
  ~hold_up_a_start() { uninstall(); }
  hold_up_a_start(const hold_up_a_start&) = delete;
  hold_up_a_start& operator=(const hold_up_a_start&) = delete;

  void before(const sync::visible_operation& next) noexcept override {
    if (next.kind == sync::operation::wait && held_.load()) {
      waits.fetch_add(1);
      if (!asleep_.exchange(true)) asleep.count_down();
    }
    if (next.kind != sync::operation::named_point) return;
    if (std::string_view("thread_pool.before_start") != next.name) return;
    if (starts_.fetch_add(1) + 1 != which_) return;
    held_.store(true);
    held.count_down();
    goes_on.wait();
  }
  bool fails_thread_start() noexcept override { return starts_.load() == which_; }

  std::atomic<int> waits{0};
  std::latch held{1};
  std::latch asleep{1};
  std::latch goes_on{1};

 private:
  const int which_;
  std::atomic<int> starts_{0};
  std::atomic<bool> held_{false};
  std::atomic<bool> asleep_{false};
};

TEST(thread_pool, what_was_left_to_a_start_that_fails_wakes_a_thread_that_sleeps) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  hold_up_a_start start(2);
  // Without patience, so that nobody looks out; and it sleeps for a minute.
  thread_pool pool({.patience = std::chrono::nanoseconds(0)});
  std::latch inside(1);
  std::latch go_on(1);
  work first([&] {
    inside.count_down();
    go_on.wait();
  });
  ASSERT_TRUE(pool.submit(first));
  inside.wait();
  work second;
  std::thread submitter([&] { EXPECT_TRUE(pool.submit(second)); });
  start.held.wait();
  go_on.count_down();
  start.asleep.wait();  // after both; it lets go of the lock as it does so

  const auto begun = sync::clock::now();
  work third;
  EXPECT_TRUE(pool.submit(third)) << "left to the thread that is being started";
  start.goes_on.count_down();
  submitter.join();
  while (third.runs.load() == 0) std::this_thread::yield();
  EXPECT_LT(sync::clock::now() - begun, std::chrono::seconds(30)) << "not by itself";
  pool.shutdown(shutdown_policy::drain);
  pool.join();
}

// The lookout looks on, again and again, at a line for which a thread is being started.
TEST(thread_pool, a_lookout_that_has_looked_often_still_brings_a_thread) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  hold_up_a_start start(3);
  // A lookout that has left, where this thread came late, is soon another one; it may end,
  // where this one came later still, and then the first has to take the task.
  thread_pool pool({.idle_time = std::chrono::milliseconds(100),
                    .patience = std::chrono::microseconds(1)});
  std::latch blocked(1);
  std::latch both_inside(2);
  std::latch go_on(1);
  work first([&] {
    both_inside.count_down();
    blocked.wait();
  });
  work second([&] {
    both_inside.count_down();
    go_on.wait();
  });
  ASSERT_TRUE(pool.submit(first));
  ASSERT_TRUE(pool.submit(second));
  both_inside.wait();
  work third;
  std::thread submitter([&] { EXPECT_TRUE(pool.submit(third)); });
  start.held.wait();
  go_on.count_down();
  start.asleep.wait();  // the second thread has done the third task as well

  work fourth;
  EXPECT_TRUE(pool.submit(fourth)) << "left to the thread that is being started";
  const int before = start.waits.load();
  const auto is_late = [&pool] { return pool.threads() == 2; };  // one of them to come
  while (start.waits.load() < before + 200 && !is_late()) std::this_thread::yield();
  const bool late = is_late();
  if (late) blocked.count_down();
  start.goes_on.count_down();
  submitter.join();
  while (fourth.runs.load() == 0) std::this_thread::yield();
  if (!late) blocked.count_down();
  pool.shutdown(shutdown_policy::drain);
  pool.join();
}

// Tells when somebody waits for the end of a thread.
class note_a_join final : public tests::scoped_scheduler {
 public:
  note_a_join() { install(); }
  ~note_a_join() { uninstall(); }
  note_a_join(const note_a_join&) = delete;
  note_a_join& operator=(const note_a_join&) = delete;

  void before(const sync::visible_operation& next) noexcept override {
    if (next.kind == sync::operation::join_thread && !noted_.exchange(true))
      begun.count_down();
  }

  std::latch begun{1};

 private:
  std::atomic<bool> noted_{false};
};

TEST(thread_pool, waits_also_for_what_a_drain_brings_while_it_waits) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  note_a_join joins;
  thread_pool pool({});
  std::latch ends(1);
  std::latch inside(1);
  std::latch go_on(1);
  work first([&] { parting::leave([&] { ends.wait(); }); });
  work owed([&] {
    inside.count_down();
    go_on.wait();
  });
  ASSERT_TRUE(pool.submit(first));
  pool.shutdown(shutdown_policy::drain);
  std::thread joining([&] {
    pool.join();
    EXPECT_EQ(owed.runs.load(), 1);
  });
  joins.begun.wait();
  EXPECT_TRUE(pool.submit_accepted(owed));
  inside.wait();
  ends.count_down();
  go_on.count_down();
  joining.join();
}

// A thread that stands still in its last destructors, for what the thread that submits has to
// do first: a lock that it holds, say.
TEST(thread_pool, submits_do_not_wait_for_threads_that_are_ending) {
  thread_pool pool({.idle_time = std::chrono::nanoseconds(1)});
  std::latch ends(1);
  std::latch go_on(1);
  work first([&] {
    parting::leave([&] {
      ends.count_down();
      go_on.wait();
    });
  });
  ASSERT_TRUE(pool.submit(first));
  ends.wait();
  std::vector<std::unique_ptr<work>> later;
  for (int i = 0; i < 3; ++i) {
    later.push_back(std::make_unique<work>());
    EXPECT_TRUE(pool.submit(*later.back()));
    while (later.back()->runs.load() == 0) std::this_thread::yield();
  }
  go_on.count_down();
  pool.shutdown(shutdown_policy::drain);
  pool.join();
}

// Both threads of a pool submit something as they end.
void end_two_at_once() {
  thread_pool pool({.idle_time = std::chrono::nanoseconds(1),
                    .patience = std::chrono::nanoseconds(0)});
  std::latch inside(2);
  std::latch both_end(2);
  work late[2];
  const auto ending = [&](work& at_the_end) {
    return std::make_unique<work>([&] {
      parting::leave([&] {
        both_end.arrive_and_wait();
        EXPECT_TRUE(pool.submit(at_the_end));
      });
      inside.arrive_and_wait();
    });
  };
  const std::unique_ptr<work> both[] = {ending(late[0]), ending(late[1])};
  for (const auto& each : both) ASSERT_TRUE(pool.submit(*each));
  for (const work& each : late) {
    while (each.runs.load() == 0) std::this_thread::yield();
  }
  pool.shutdown(shutdown_policy::drain);
  pool.join();
}

TEST(thread_pool, threads_that_end_at_once_do_not_wait_for_each_other) {
  for (int round = 0; round < 20; ++round) end_two_at_once();
}

// A thread of a pool that waits, as for a promise, where the system gives no other.
TEST(thread_pool, refuses_what_would_wait_for_those_that_wait) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  thread_pool pool({});
  std::latch waits(1);
  std::latch go_on(1);
  work waiting([&] {
    const detail::blocking_region here;
    waits.count_down();
    go_on.wait();
  });
  ASSERT_TRUE(pool.submit(waiting));
  waits.wait();
  {
    const tests::fail_thread_starts none;
    work refused;
    EXPECT_FALSE(pool.submit(refused));
    EXPECT_EQ(none.failed(), 1);
  }
  work accepted;
  EXPECT_TRUE(pool.submit(accepted));
  while (accepted.runs.load() == 0) std::this_thread::yield();
  go_on.count_down();
  pool.shutdown(shutdown_policy::drain);
  pool.join();
}

TEST(thread_pool, the_last_that_waits_asks_for_a_thread_until_there_is_one) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  thread_pool pool({});
  std::latch inside(1);
  std::latch go_on(1);
  std::atomic<bool> over{false};
  work behind([&] { over.store(true); });
  tests::fail_thread_starts starts;
  starts.succeed();
  work waiting([&] {
    inside.count_down();
    go_on.wait();
    detail::blocking_region here;
    while (!over.load()) {
      const sync::time_point* const by = here.wake_by(nullptr);
      // Without a time it may sleep for ever: then others take what is in line.
      if (by == nullptr) break;
      if (starts.failed() == 4) starts.succeed();
      while (sync::clock::now() < *by) std::this_thread::yield();
    }
  });
  ASSERT_TRUE(pool.submit(waiting));
  inside.wait();
  starts.fail();
  EXPECT_TRUE(pool.submit(behind)) << "it is left to the one that runs";
  go_on.count_down();
  while (!over.load()) std::this_thread::yield();
  pool.shutdown(shutdown_policy::drain);
  pool.join();

  EXPECT_EQ(starts.failed(), 4);
}

// Holds the first thread that has started another for what it has submitted; and tells when
// the thread that says so waits.
class hold_up_a_submit final : public tests::scoped_scheduler {
 public:
  hold_up_a_submit() { install(); }
  ~hold_up_a_submit() { uninstall(); }
  hold_up_a_submit(const hold_up_a_submit&) = delete;
  hold_up_a_submit& operator=(const hold_up_a_submit&) = delete;

  void tell_when_this_thread_waits() { tells = true; }
  void tell() {
    if (!told_.exchange(true)) waits_or_is_through.count_down();
  }

  void before(const sync::visible_operation& next) noexcept override {
    if (next.kind == sync::operation::wait && tells) tell();
    if (next.kind != sync::operation::named_point) return;
    if (std::string_view("thread_pool.submit.before_end") != next.name) return;
    if (held_.exchange(true)) return;
    goes_on.wait();
  }

  std::latch waits_or_is_through{1};
  std::latch goes_on{1};

 private:
  inline static thread_local bool tells = false;
  std::atomic<bool> told_{false};
  std::atomic<bool> held_{false};
};

// What was submitted may be over before the submit, and whoever waits for it end the pool.
TEST(thread_pool, outlives_a_submit_whose_task_is_over) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  hold_up_a_submit submit;
  auto pool = std::make_unique<thread_pool>(
      thread_pool_options{.idle_time = std::chrono::milliseconds(1),
                          .patience = std::chrono::nanoseconds(0)});
  std::latch over(1);
  work one([&] { over.count_down(); });
  std::thread submitter([&, to = pool.get()] { EXPECT_TRUE(to->submit(one)); });
  over.wait();
  while (pool->threads() > 0) std::this_thread::yield();
  std::thread ends([&] {
    submit.tell_when_this_thread_waits();
    pool.reset();
    submit.tell();
  });
  submit.waits_or_is_through.wait();
  submit.goes_on.count_down();
  submitter.join();
  ends.join();
}

}  // namespace
}  // namespace tussle
