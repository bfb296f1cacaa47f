// Do strategies meet what they promise, and is every execution one that can be had again?
#include "harness/schedule/sim/explore.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <new>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/report.h"
#include "primitives/sync/allocate.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/thread.h"

namespace tussle::sim {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

// Each of two threads stores so often.
void store_often(int stores) {
  sync::atomic<int> word{0};
  threads(2, [&](int i) {
    for (int k = 0; k < stores; ++k) word.store(i, relaxed);
  });
}

// In how many orders can the steps be done that are left of three threads: thread 0 starts
// both others, and then joins them, one after the other; each of those begins, and then
// does its stores?
int orders(int main_done, std::array<int, 2> left) {
  const auto ended = [&](std::size_t i) { return left[i] == 0; };
  int found = 0;
  bool is_over = true;
  // Start, start, join, join.
  if (main_done < 2 || (main_done == 2 && ended(0)) || (main_done == 3 && ended(1))) {
    found += orders(main_done + 1, left);
    is_over = false;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    if (main_done <= static_cast<int>(i) || main_done == 4 || ended(i)) continue;
    auto after = left;
    --after[i];
    found += orders(main_done, after);
    is_over = false;
  }
  return is_over ? 1 : found;
}

TEST(exhaustive, runs_every_interleaving_of_a_tiny_program_once) {
  for (int stores = 1; stores <= 3; ++stores) {
    const auto expected = static_cast<std::uint64_t>(orders(0, {stores + 1, stores + 1}));

    const result seen = explore({.with = strategy::exhaustive, .executions = 1'000'000},
                                [stores] { store_often(stores); });

    EXPECT_TRUE(seen.complete);
    EXPECT_EQ(seen.executions, expected);
  }
}

TEST(exhaustive, with_a_bound_there_are_fewer_and_bugs_of_one_preemption_are_met) {
  options bounded{.with = strategy::exhaustive, .most_preemptions = 1};
  const result all = explore({.with = strategy::exhaustive, .executions = 1'000'000},
                             [] { store_often(3); });
  const result few = explore(bounded, [] { store_often(3); });

  EXPECT_TRUE(few.complete);
  EXPECT_LT(few.executions, all.executions);

  const result lost = explore(bounded, [] {
    sync::atomic<int> count{0};
    threads(2, [&](int) { count.store(count.load(relaxed) + 1, relaxed); });
    require(count.load(relaxed) == 2, "no update is lost");
  });
  EXPECT_TRUE(lost.failed);
}

// A bug of depth 3: the second thread has to come between two steps of the first, and its
// own two steps around the first one's last, in a long program.
void needs_two_change_points(int padding) {
  sync::atomic<int> a{0};
  sync::atomic<int> b{0};
  sync::atomic<int> noise{0};
  const auto idle = [&] {
    for (int i = 0; i < padding; ++i) noise.fetch_add(1, relaxed);
  };
  bool seen_half = false;
  threads({[&] {
             idle();
             a.store(1, relaxed);
             idle();
             a.store(2, relaxed);
             b.store(1, relaxed);
             idle();
           },
           [&] {
             idle();
             seen_half = a.load(relaxed) == 1;
             idle();
             require(!(seen_half && b.load(relaxed) == 1), "never both");
           }});
}

TEST(pct, finds_a_bug_of_the_depth_that_was_given) {
  const result seen =
      explore({.with = strategy::pct, .depth = 3, .executions = 20'000, .shrinks = false},
              [] { needs_two_change_points(20); });

  EXPECT_TRUE(seen.failed);
}

TEST(pos, finds_a_lost_update_among_others_operations) {
  const result seen = explore({.with = strategy::pos}, [] {
    sync::atomic<int> noise{0};
    sync::atomic<int> count{0};
    threads(3, [&](int) {
      for (int i = 0; i < 10; ++i) noise.fetch_add(1, relaxed);
      count.store(count.load(relaxed) + 1, relaxed);
    });
    require(count.load(relaxed) == 3, "no update is lost");
  });

  EXPECT_TRUE(seen.failed);
}

void lose_an_update() {
  sync::atomic<int> count{0};
  sync::atomic<int> noise{0};
  name(count, "count");
  threads(3, [&](int) {
    for (int i = 0; i < 5; ++i) noise.fetch_add(1, relaxed);
    count.store(count.load(relaxed) + 1, relaxed);
  });
  require(count.load(relaxed) == 3, "no update is lost");
}

TEST(token, replays_the_same_execution_step_by_step) {
  for (const bool shrinks : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const bool with_lines = seed == 1;  // they take long to find
      const options how{.name = "loses", .seed = seed, .shrinks = shrinks};
      const result seen = explore(how, lose_an_update);
      ASSERT_TRUE(seen.failed);

      const outcome again = replay(how, lose_an_update, seen.failed->token);

      EXPECT_EQ(render(again, with_lines), render(seen.failed->shown, with_lines));
    }
  }
}

TEST(token, of_another_program_or_no_token_is_refused_in_one_line) {
  const result seen = explore({.name = "loses"}, lose_an_update);
  ASSERT_TRUE(seen.failed);

  EXPECT_THROW(replay({.name = "other"}, lose_an_update, seen.failed->token), bad_token);
  EXPECT_THROW(replay({.name = "loses"}, lose_an_update, "no token"), bad_token);
  EXPECT_THROW(replay({.name = "loses"}, lose_an_update, ""), bad_token);
}

TEST(shrinking, leaves_an_execution_with_fewer_switches_that_fails_alike) {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const result seen = explore({.seed = seed}, lose_an_update);
    ASSERT_TRUE(seen.failed);
    before += seen.failed->first.switches;
    after += seen.failed->shown.switches;
    EXPECT_EQ(seen.failed->found.kind, finding_kind::check_failed);
    // From thread 0 to one that loads, to one that does all, back, and the third: no more
    // than that is needed.
    EXPECT_LE(seen.failed->shown.switches, 7U);
  }
  EXPECT_LT(after, before);
}

TEST(report, names_objects_values_and_lines) {
  const result seen = explore({}, lose_an_update);
  ASSERT_TRUE(seen.failed);

  const std::string text = render(seen.failed->shown);

  EXPECT_NE(text.find("failed check: no update is lost"), std::string::npos) << text;
  EXPECT_NE(text.find("count"), std::string::npos) << text;
  EXPECT_NE(text.find("explore_test.cc:"), std::string::npos) << text;
  EXPECT_NE(text.find("0 -> 1 relaxed"), std::string::npos) << text;
}

// What an execution does, whatever it is about.
std::string trace_of(const program& what, std::uint64_t seed) {
  const options how{.seed = seed, .executions = 1, .shrinks = false};
  std::string text;
  const result seen = explore(how, [&] {
    what();
    require(false, "shown");
  });
  return seen.failed ? render(seen.failed->shown, false) : "";
}

TEST(execution, depends_on_the_seed_and_on_nothing_else) {
  std::set<std::string> different;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string once = trace_of([] { store_often(5); }, seed);
    EXPECT_EQ(once, trace_of([] { store_often(5); }, seed));
    different.insert(once);
  }
  EXPECT_GT(different.size(), 10U);
}

TEST(virtual_time, deadlines_pass_in_no_time_and_in_order) {
  const result seen = explore({.executions = 200}, [] {
    sync::mutex m;
    sync::condition_variable never;
    const sync::time_point begin = sync::clock::now();
    threads(2, [&](int i) {
      const sync::time_point deadline = begin + std::chrono::hours(i + 1);
      const sync::mutex_lock lock(m);
      require(!never.wait_until(m, deadline), "nobody notifies");
      require(sync::clock::now() >= deadline, "not before its time");
    });
    sync::sleep_until(begin + std::chrono::hours(24));
    require(sync::clock::now() >= begin + std::chrono::hours(24), "slept");
  });

  EXPECT_FALSE(seen.failed) << seen.failed->found.text;
  EXPECT_LT(seen.seconds, 60);
}

TEST(virtual_time, a_notification_and_a_deadline_race) {
  std::set<bool> ends;
  explore({.executions = 500}, [&] {
    sync::mutex m;
    sync::condition_variable changed;
    threads({[&] {
               const sync::mutex_lock lock(m);
               ends.insert(changed.wait_until(m, sync::time_point::max()));
             },
             [&] { changed.notify_one(); }});
  });

  EXPECT_EQ(ends, (std::set<bool>{false, true}));
}

TEST(decisions, weak_compare_exchanges_fail_when_asked_to) {
  const auto fails_somewhere = [](const limits& within) {
    bool failed = false;
    explore({.executions = 500, .within = within}, [&] {
      sync::atomic<int> word{0};
      int expected = 0;
      failed = !word.compare_exchange_weak(expected, 1, relaxed, relaxed) || failed;
    });
    return failed;
  };

  EXPECT_FALSE(fails_somewhere({}));
  EXPECT_TRUE(fails_somewhere({.spurious_failures = 1}));
}

// How often `act` throws E in one execution, at most.
template <typename E, typename Act>
int most_failures(const limits& within, Act act) {
  int most = 0;
  explore({.executions = 500, .within = within}, [&] {
    int failures = 0;
    for (int i = 0; i < 4; ++i) {
      try {
        act();
      } catch (const E&) {
        ++failures;
      }
    }
    most = std::max(most, failures);
  });
  return most;
}

TEST(decisions, as_many_allocations_fail_as_they_may) {
  const auto allocate = [] { sync::deallocate(sync::allocate(64, 64), 64); };
  for (const int failures : {0, 1, 2}) {
    EXPECT_EQ(most_failures<std::bad_alloc>({.failed_allocations = failures}, allocate),
              failures);
  }
}

TEST(decisions, as_many_starts_of_threads_fail_as_they_may) {
  const auto start = [] { sync::thread([] {}).join(); };
  for (const int failures : {0, 1, 2}) {
    EXPECT_EQ(most_failures<std::system_error>({.failed_starts = failures}, start),
              failures);
  }
  // The program's own threads always start.
  explore({.executions = 100, .within = {.failed_starts = 5}},
          [] { threads(2, [](int) {}); });
}

}  // namespace
}  // namespace tussle::sim
