// Is what stands still told from what is slow? Time is what the test says it is.
#include "harness/watchdog/watchdog.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <string>
#include <thread>

#include "harness/watchdog/thread_stacks.h"
#include "harness/watchdog/wait_notes.h"

namespace tussle::watchdog {
namespace {

constexpr double limit = 4;
constexpr const char* settling = "settling";

progress with_steps(std::uint64_t steps, const char* phase = running) {
  return {.phase = phase, .changes = 1, .steps = {{7, steps}}};
}

std::vector<task> one_thread(char state, double cpu) {
  return {{.id = 7, .name = "worker 0", .state = state, .cpu_seconds = cpu}};
}

TEST(observer, nobody_moves_and_nobody_uses_a_core) {
  observer seen(limit);
  for (int second = 0; second < 4; ++second) {
    EXPECT_FALSE(seen.look(second, with_steps(1), one_thread('S', 1)).has_value());
  }

  EXPECT_EQ(seen.look(4, with_steps(1), one_thread('S', 1)), stall_kind::blocked);
  EXPECT_EQ(seen.seconds_without_step(4), 4);
}

TEST(observer, nobody_moves_and_cores_are_used) {
  observer seen(limit);
  for (int second = 0; second < 4; ++second) {
    EXPECT_FALSE(seen.look(second, with_steps(1), one_thread('R', second)).has_value());
  }

  EXPECT_EQ(seen.look(4, with_steps(1), one_thread('R', 4)), stall_kind::spinning);
}

TEST(observer, long_steps_of_many_threads_on_one_core_are_no_stall) {
  observer seen(limit);
  for (int second = 0; second < 16; ++second) {
    std::vector<task> crowd;
    for (int i = 0; i < 4; ++i) {
      crowd.push_back(
          {.id = i, .name = "worker", .state = 'R', .cpu_seconds = second / 4.0});
    }

    EXPECT_FALSE(seen.look(second, with_steps(1), crowd).has_value()) << second;
  }
}

TEST(observer, a_step_now_and_then_is_slow_and_no_more) {
  observer seen(limit);
  for (int second = 0; second < 100; ++second) {
    const auto steps = static_cast<std::uint64_t>(second / 3);
    EXPECT_FALSE(seen.look(second, with_steps(steps), one_thread('S', 0)).has_value());
  }
}

TEST(observer, who_waits_for_a_core_does_not_stand_still) {
  observer seen(limit);
  for (int second = 0; second < 100; ++second) {
    EXPECT_FALSE(seen.look(second, with_steps(1), one_thread('R', 0)).has_value());
  }
}

TEST(observer, a_verification_may_take_its_time) {
  observer seen(limit);
  for (int second = 0; second < 100; ++second) {
    EXPECT_FALSE(
        seen.look(second, with_steps(1, settling), one_thread('R', second)).has_value());
  }
}

TEST(observer, without_a_case_there_is_nothing_to_say) {
  observer seen(limit);
  for (int second = 0; second < 100; ++second) {
    EXPECT_FALSE(seen.look(second, {}, one_thread('S', 0)).has_value());
  }
}

TEST(watched, names_stand_for_objects_while_they_live) {
  const int object = 0;
  {
    const named name(&object, "source");
    EXPECT_EQ(name_of(&object), "source");
  }

  EXPECT_NE(name_of(&object), "source");
}

TEST(watched, a_worker_is_known_while_it_works) {
  harness::worker self(0, 1, 1);
  self.publish(5);
  {
    const watched_worker watched(self);
    const progress seen = present_progress();
    EXPECT_EQ(seen.steps.at(gettid()), 5U);
  }

  EXPECT_FALSE(present_progress().steps.contains(gettid()));
}

// On a condition variable, as what is instrumented waits: ThreadSanitizer keeps signals back
// from threads that sleep in a system call that it does not know, as in a std::latch.
TEST(thread_stacks, a_thread_that_waits_tells_where) {
  prepare_stacks();
  std::atomic<pid_t> id{0};
  std::mutex mutex;
  std::condition_variable changed;
  bool ends = false;
  std::thread other([&] {
    std::unique_lock held(mutex);
    id = gettid();
    changed.notify_all();
    changed.wait(held, [&] { return ends; });
  });

  {
    // With the lock: the other one has let go of it, and waits.
    std::unique_lock held(mutex);
    changed.wait(held, [&] { return id != 0; });
  }
  // As long as it takes on a busy machine; a case that stands still is given less.
  const auto frames = ask_stack(id, std::chrono::minutes(5));
  {
    const std::lock_guard held(mutex);
    ends = true;
    changed.notify_all();
  }
  other.join();

  ASSERT_TRUE(frames.has_value());
  EXPECT_FALSE(frames->empty());
}

class counting_scheduler final : public sync::scheduler {
 public:
  void before(const sync::visible_operation& /*next*/) noexcept override { ++calls; }
  bool fails_weak_compare_exchange() noexcept override { return true; }
  bool fails_thread_start() noexcept override { return true; }
  bool fails_allocation() noexcept override { return true; }
  int calls = 0;
};

TEST(wait_notes, pass_everything_on_to_the_scheduler_that_was_there) {
  counting_scheduler inner;
  sync::scheduler* const before = sync::install_scheduler(&inner);
  {
    wait_notes notes;
    notes.before({.kind = sync::operation::load, .address = &inner, .name = nullptr});
    EXPECT_TRUE(notes.fails_weak_compare_exchange());
    EXPECT_TRUE(notes.fails_thread_start());
    EXPECT_TRUE(notes.fails_allocation());
  }

  EXPECT_EQ(inner.calls, 1);
  EXPECT_EQ(sync::install_scheduler(before), &inner);
}

TEST(stall, says_which_lock_a_thread_was_about_to_take) {
  prepare_stacks();
  const int lock = 0;
  const named name(&lock, "source");
  wait_notes notes;
  std::atomic<pid_t> id{0};
  std::latch begun(1);
  std::latch ends(1);
  std::thread other([&] {
    notes.before({.kind = sync::operation::lock, .address = &lock, .name = nullptr});
    id = gettid();
    begun.count_down();
    ends.wait();
  });

  begun.wait();
  progress last = with_steps(3);
  last.steps = {{id, 3}};
  const stall found = describe(stall_kind::blocked, last, 8, gettid());
  ends.count_down();
  other.join();

  ASSERT_FALSE(found.threads.empty());
  EXPECT_EQ(found.threads[0].waits_on, "lock source");
  EXPECT_EQ(found.threads[0].steps, 3U);
  EXPECT_NE(summary(found).find(" waits on lock source"), std::string::npos);
}

TEST(thread_stacks, a_thread_that_is_gone_does_not_answer) {
  prepare_stacks();
  std::atomic<pid_t> id{0};
  std::thread([&] { id = gettid(); }).join();

  EXPECT_FALSE(ask_stack(id).has_value());
}

}  // namespace
}  // namespace tussle::watchdog
