// Are threads that wait for ever found, and told from those that do not?
#include <gtest/gtest.h>

#include <array>
#include <new>
#include <optional>
#include <string>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/findings_testing.h"
#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/weak_memory.h"
#include "primitives/sync/allocate.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/wait_word.h"

namespace tussle::sim {
namespace {

constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

void lock_both(bool broken) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  std::array<sync::mutex, 2> forks;
  threads(2, [&](int i) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const std::size_t first = broken ? static_cast<std::size_t>(i) : 0;
    const sync::mutex_lock one(forks[first]);
    const sync::mutex_lock other(forks[1 - first]);
  });
}

TEST(finding, two_mutexes_taken_in_opposite_orders) {
  EXPECT_EQ(kind_found([] { lock_both(true); }), finding_kind::deadlock);
  expect_clean([] { lock_both(false); });
}

// What is said of a finding: its own line, and who is in it.
std::string said_of(const program& what) {
  const result seen = explore({.executions = 2000}, what);
  if (!seen.failed) return "";
  std::string text = seen.failed->found.text;
  for (const note& each : seen.failed->found.notes) text += "\n" + each.text;
  return text;
}

TEST(finding, a_deadlock_says_who_waits_for_what_and_who_holds_it) {
  const std::string said = said_of([] { lock_both(true); });

  EXPECT_NE(said.find("thread 0 waits for the end of thread 1"), std::string::npos);
  EXPECT_NE(said.find("thread 1 waits for mutex #"), std::string::npos) << said;
  EXPECT_NE(said.find("held by thread 2 since step "), std::string::npos) << said;
  EXPECT_NE(said.find("held by thread 1 since step "), std::string::npos) << said;
}

TEST(finding, a_mutex_that_its_owner_locks_again) {
  EXPECT_EQ(kind_found([]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
              sync::mutex m;
              m.lock();
              m.lock();
            }),
            finding_kind::deadlock);
}

void wait_for_a_flag(bool broken) {
  sync::mutex m;
  sync::condition_variable changed;
  bool set = false;
  threads({[&] {
             const sync::mutex_lock lock(m);
             if (broken) {
               changed.wait(m);
             } else {
               while (!set) changed.wait(m);
             }
           },
           [&] {
             {
               const sync::mutex_lock lock(m);
               set = true;
             }
             changed.notify_one();
           }});
}

TEST(finding, a_notification_that_comes_before_the_wait) {
  EXPECT_EQ(kind_found([] { wait_for_a_flag(true); }), finding_kind::lost_wake_up);
  expect_clean([] { wait_for_a_flag(false); });
}

TEST(finding, a_lost_wake_up_says_who_sleeps_and_what_came_before) {
  const std::string said = said_of([] { wait_for_a_flag(true); });

  EXPECT_NE(said.find("thread 1 sleeps on #"), std::string::npos) << said;
  EXPECT_NE(said.find("nobody is left to wake it"), std::string::npos) << said;
  EXPECT_NE(said.find("was notified before, by thread 2 in step "), std::string::npos);
  EXPECT_NE(said.find("when nobody waited"), std::string::npos) << said;
}

void sleep_on_a_word(bool broken) {
  sync::wait_word word;
  threads({[&] {
             while (word.load(acquire) == 0) word.wait(0);
           },
           [&] {
             word.store(1, release);
             if (!broken) word.wake_all();
           }});
}

TEST(finding, a_word_that_changes_without_a_wake) {
  EXPECT_EQ(kind_found([] { sleep_on_a_word(true); }), finding_kind::lost_wake_up);
  expect_clean([] { sleep_on_a_word(false); });
}

// Each steps back when it sees that the other wants in, too; `broken`: both do.
void enter_politely(bool broken) {
  std::array<sync::atomic<bool>, 2> wants{};
  threads(2, [&](int i) {
    auto& mine = wants[static_cast<std::size_t>(i)];
    const auto& theirs = wants[static_cast<std::size_t>(1 - i)];
    for (;;) {
      mine.store(true, std::memory_order_seq_cst);
      if (!theirs.load(std::memory_order_seq_cst)) break;
      if (!broken && i == 0) {
        while (theirs.load(std::memory_order_seq_cst)) sync::yield();
        break;
      }
      mine.store(false, std::memory_order_seq_cst);
    }
    mine.store(false, std::memory_order_seq_cst);
  });
}

TEST(finding, two_polite_threads_that_never_get_in) {
  options soon{.executions = 2000, .within = {.most_points = 40}};
  EXPECT_EQ(kind_found([] { enter_politely(true); }, soon), finding_kind::livelock);
  expect_clean([] { enter_politely(false); }, soon);
}

// Who waits frees what it waited with; the notification comes before the unlock, or late.
struct freed_by_the_waiter {
  sync::mutex mutex;
  sync::condition_variable changed;
  bool ready = false;
};

void notify_one_that_frees(bool late) {
  auto* const b =
      new (sync::allocate(sizeof(freed_by_the_waiter), alignof(freed_by_the_waiter)))
          freed_by_the_waiter;
  threads({[b] {
             b->mutex.lock();
             while (!b->ready) b->changed.wait(b->mutex);
             b->mutex.unlock();
             b->~freed_by_the_waiter();
             sync::deallocate(b, alignof(freed_by_the_waiter));
           },
           [b, late] {
             b->mutex.lock();
             b->ready = true;
             if (!late) b->changed.notify_one();
             b->mutex.unlock();
             if (late) b->changed.notify_one();
           }});
}

TEST(finding, a_notification_of_something_that_its_waiter_has_freed) {
  const options all{.with = strategy::exhaustive, .executions = 100'000};
  const auto kind = kind_found([] { notify_one_that_frees(true); }, all);

  EXPECT_TRUE(kind == finding_kind::use_after_free || kind == finding_kind::data_race);
}

// Who gets a word's last change frees it; a wake at its address uses nothing of it.
void wake_where_it_may_be_gone(bool by_address) {
  auto* const w = new (sync::allocate(sizeof(sync::wait_word), alignof(sync::wait_word)))
      sync::wait_word(0);
  threads({[w] {
             while (w->load(std::memory_order_acquire) == 0) w->wait(0);
             sync::deallocate(w, alignof(sync::wait_word));
           },
           [w, by_address] {
             w->store(1, std::memory_order_release);
             by_address ? w->wake_one_at_address() : w->wake_one();
           }});
}

TEST(finding, a_wake_of_a_word_that_its_waiter_has_freed_unless_it_is_by_address) {
  const options all{.with = strategy::exhaustive, .executions = 100'000};
  const auto kind = kind_found([] { wake_where_it_may_be_gone(false); }, all);

  EXPECT_TRUE(kind == finding_kind::use_after_free || kind == finding_kind::data_race);
  expect_clean([] { wake_where_it_may_be_gone(true); }, all);
}

TEST(finding, a_wait_that_is_not_repeated_where_waits_end_for_no_reason) {
  const auto wait_once = [](bool again) {
    sync::mutex mutex;
    sync::condition_variable changed;
    bool ready = false;
    threads({[&] {
               const sync::mutex_lock lock(mutex);
               if (again) {
                 while (!ready) changed.wait(mutex);
               } else if (!ready) {
                 changed.wait(mutex);
               }
               require(ready, "it is ready");
             },
             [&] {
               const sync::mutex_lock lock(mutex);
               ready = true;
               changed.notify_one();
             }});
  };
  const options with{.executions = 2000, .within = {.spurious_failures = 2}};

  EXPECT_EQ(kind_found([&] { wait_once(false); }, with), finding_kind::check_failed);
  EXPECT_EQ(kind_found([&] { wait_once(false); }), std::nullopt);
  expect_clean([&] { wait_once(true); }, with);
}

// Correct, if stores become visible some time.
TEST(finding, waiting_for_a_relaxed_store_is_no_livelock_where_memory_is_weak) {
  options how{.with = strategy::exhaustive, .executions = 100'000};
  how.memory = &make_weak_memory;
  how.within.most_points = 200;
  const result seen = explore(how, [] {
    sync::atomic<int> flag{0};
    threads({[&] { flag.store(1, std::memory_order_relaxed); },
             [&] {
               while (flag.load(std::memory_order_relaxed) == 0) sync::yield();
             }});
  });

  EXPECT_FALSE(seen.failed) << seen.failed->found.text;
  EXPECT_TRUE(seen.complete);
}

// To offer others to run is not to wait for them.
TEST(exploration, of_a_yield_reaches_what_comes_of_going_on) {
  for (const strategy each :
       {strategy::exhaustive, strategy::random, strategy::pct, strategy::pos}) {
    bool reached = false;
    const options how{.with = each, .executions = 5000};
    static_cast<void>(explore(how, [&reached] {
      sync::atomic<int> a{0};
      sync::atomic<int> b{0};
      int first = 0;
      int second = 0;
      threads({[&] {
                 a.store(1, std::memory_order_seq_cst);
                 sync::yield();
                 b.store(1, std::memory_order_seq_cst);
               },
               [&] {
                 first = a.load(std::memory_order_seq_cst);
                 second = b.load(std::memory_order_seq_cst);
               }});
      reached = reached || (first == 0 && second == 1);
    }));

    EXPECT_TRUE(reached) << to_string(each);
  }
}

}  // namespace
}  // namespace tussle::sim
