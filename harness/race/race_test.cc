// race_test.cc: do real races arrive as records, and only real ones?
//
// The races here are made on purpose and for certain: a relaxed flag puts the second
// access after the first without ordering them, so that the runtime sees both, one after
// the other, and no schedule can hide the race.

#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "harness/race/race_collector.h"

namespace tussle::race {
namespace {

int racing_global = 0;
int other_global = 0;

[[gnu::noinline]] void bump_first(int& value) { value = value + 1; }
constexpr int first_line = __LINE__ - 1;

// Not the same as bump_first, or an optimiser would make one function of them.
[[gnu::noinline]] void bump_second(int& value) { value = value + 2; }
constexpr int second_line = __LINE__ - 1;

void wait_unordered(const std::atomic<bool>& flag) {
  while (!flag.load(std::memory_order_relaxed)) {  // relaxed: must not order the two
    std::this_thread::yield();
  }
}

// Runs `first` and then `second` on two threads that nothing synchronises with each
// other. The first thread outlives the second action, because the runtime forgets the
// name of a thread that was joined.
template <typename First, typename Second>
void run_unordered(First first, Second second) {
  std::atomic<bool> first_done = false;
  std::atomic<bool> second_done = false;
  std::thread first_thread([&] {
    first();
    first_done.store(true, std::memory_order_relaxed);  // relaxed: must not order the two
    wait_unordered(second_done);
  });
  std::thread second_thread([&] {
    wait_unordered(first_done);
    second();
    second_done.store(true,
                      std::memory_order_relaxed);  // relaxed: must not order the two
  });
  first_thread.join();
  second_thread.join();
}

void race_on(int& value) {
  run_unordered([&] { bump_first(value); }, [&] { bump_second(value); });
}

bool has_frame(const call_stack& stack, std::string_view function, int line) {
  return std::any_of(stack.begin(), stack.end(), [&](const frame& f) {
    return f.function.find(function) != std::string::npos &&
           f.file == "harness/race/race_test.cc" && f.line == line;
  });
}

const access& access_in(const race_record& record, std::string_view function, int line) {
  const bool is_first = has_frame(record.accesses.at(0).stack, function, line);
  return record.accesses.at(is_first ? 0 : 1);
}

// Each test begins without records of earlier ones.
class race_test : public testing::Test {
 protected:
  void SetUp() override {
    if (!sanitizer_active()) {
      GTEST_SKIP() << "needs ThreadSanitizer";
    }
    take_races();
    take_dropped_reports();
  }

  // The process fails for records that nobody took.
  void TearDown() override {
    take_races();
    take_dropped_reports();
  }

  // The one record that is expected; its absence or company fails the test.
  static race_record only_race() {
    std::vector<race_record> races = take_races();
    EXPECT_EQ(races.size(), 1U);
    return races.empty() ? race_record{} : races.front();
  }
};

TEST(race_collector, tells_whether_the_sanitizer_watches) {
  race_on(racing_global);

  EXPECT_EQ(take_races().empty(), !sanitizer_active());
  EXPECT_EQ(take_dropped_reports(), 0U);
}

TEST_F(race_test, a_race_has_both_stacks_with_functions_and_lines) {
  race_on(racing_global);

  const race_record race = only_race();
  EXPECT_EQ(race.kind, "data-race");
  ASSERT_EQ(race.accesses.size(), 2U);
  EXPECT_TRUE(has_frame(access_in(race, "bump_first", first_line).stack, "bump_first",
                        first_line));
  EXPECT_TRUE(has_frame(access_in(race, "bump_second", second_line).stack, "bump_second",
                        second_line));
  EXPECT_EQ(race.accesses[0].size, 4);
  EXPECT_EQ(access_in(race, "bump_first", first_line).operation, "write");
  EXPECT_NE(race.accesses[0].thread, race.accesses[1].thread);
  EXPECT_EQ(race.threads.size(), 2U);
  EXPECT_FALSE(race.threads[0].stack.empty());
  EXPECT_NE(race.text.find("harness/race/race_test.cc:"), std::string::npos) << race.text;
}

TEST_F(race_test, a_global_has_its_name_and_size) {
  race_on(racing_global);

  const location where = only_race().location;
  EXPECT_EQ(where.kind, "global");
  EXPECT_NE(where.name.find("racing_global"), std::string::npos) << where.name;
  EXPECT_EQ(where.size, sizeof(int));
}

TEST_F(race_test, heap_memory_has_its_size_and_the_stack_of_its_allocation) {
  const auto value = std::make_unique<int>(0);

  race_on(*value);

  const location where = only_race().location;
  EXPECT_EQ(where.kind, "heap");
  EXPECT_EQ(where.size, sizeof(int));
  EXPECT_TRUE(std::any_of(where.stack.begin(), where.stack.end(), is_repository_frame));
}

TEST_F(race_test, memory_of_a_stack_names_its_thread) {
  int value = 0;

  race_on(value);

  const location where = only_race().location;
  EXPECT_EQ(where.kind, "stack");
  EXPECT_EQ(where.name, "T0");
}

TEST_F(race_test, the_id_is_the_same_when_the_accesses_swap) {
  race_on(racing_global);
  const race_record race = only_race();

  run_unordered([] { bump_second(racing_global); }, [] { bump_first(racing_global); });
  const race_record other_callers = only_race();
  race_on(racing_global);
  const race_record again = only_race();

  EXPECT_EQ(again.id, race.id);
  EXPECT_NE(other_callers.id, race.id);  // the same functions, but called from elsewhere
}

TEST_F(race_test, repeats_are_one_record_with_a_count) {
  for (int i = 0; i < 5; ++i) {
    race_on(racing_global);
  }

  EXPECT_GE(only_race().count, 5U);
}

TEST_F(race_test, two_races_have_different_ids) {
  race_on(racing_global);
  run_unordered([] { bump_first(other_global); }, [] { bump_first(other_global); });

  const std::vector<race_record> races = take_races();
  ASSERT_EQ(races.size(), 2U);
  EXPECT_NE(races[0].id, races[1].id);
  EXPECT_NE(races[0].location.name, races[1].location.name);
}

TEST_F(race_test, a_mutex_held_by_one_side_is_listed_there) {
  std::mutex guard;

  run_unordered(
      [&] {
        const std::lock_guard lock(guard);
        bump_first(racing_global);
      },
      [] { bump_second(racing_global); });

  const race_record race = only_race();
  ASSERT_EQ(race.mutexes.size(), 1U);
  EXPECT_FALSE(race.mutexes[0].stack.empty());
  EXPECT_EQ(access_in(race, "bump_first", first_line).mutexes,
            std::vector{race.mutexes[0].id});
  EXPECT_TRUE(access_in(race, "bump_second", second_line).mutexes.empty());
}

TEST_F(race_test, a_thread_has_the_name_that_it_gave_itself) {
  run_unordered(
      [] {
        pthread_setname_np(pthread_self(), "worker 0");
        bump_first(racing_global);
      },
      [] { bump_second(racing_global); });

  EXPECT_EQ(access_in(only_race(), "bump_first", first_line).thread_name, "worker 0");
}

TEST_F(race_test, an_atomic_access_is_called_so) {
  run_unordered(
      [] { std::atomic_ref(racing_global).store(1, std::memory_order_relaxed); },
      [] { bump_second(racing_global); });

  const race_record race = only_race();
  const bool second_first =
      has_frame(race.accesses.at(0).stack, "bump_second", second_line);
  EXPECT_EQ(race.accesses.at(second_first ? 1 : 0).operation, "atomic write");
}

TEST_F(race_test, a_use_after_free_keeps_the_runtimes_word) {
  auto* value = new int(0);

  run_unordered([&] { delete value; }, [&] { bump_second(*value); });

  EXPECT_EQ(only_race().kind, "heap-use-after-free");
}

TEST_F(race_test, a_lock_order_inversion_keeps_the_runtimes_word) {
  std::mutex first;
  std::mutex second;

  std::thread([&] {
    const std::lock_guard outer(first);
    const std::lock_guard inner(second);
  }).join();
  std::thread([&] {
    const std::lock_guard outer(second);
    const std::lock_guard inner(first);
  }).join();

  const race_record inversion = only_race();
  EXPECT_EQ(inversion.kind, "lock-order-inversion");
  EXPECT_EQ(inversion.mutexes.size(), 2U);
  EXPECT_FALSE(inversion.stacks.empty());
}

TEST_F(race_test, a_correct_program_has_no_record) {
  std::mutex guard;
  std::atomic<int> atomic_value = 0;
  int value = 0;
  const auto add = [&] {
    const std::lock_guard lock(guard);
    bump_first(value);
    atomic_value.fetch_add(1, std::memory_order_relaxed);  // relaxed: only its sum counts
  };

  run_unordered(add, add);

  EXPECT_TRUE(take_races().empty());
  EXPECT_EQ(value, 2);
}

using race_death_test = race_test;

TEST_F(race_death_test, a_process_fails_for_the_races_that_nobody_took) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";

  EXPECT_EXIT((race_on(racing_global), std::exit(3)), testing::ExitedWithCode(66), "");
  EXPECT_EXIT((race_on(racing_global), take_races(), std::exit(3)),
              testing::ExitedWithCode(3), "");
}

TEST_F(race_test, records_can_be_taken_while_threads_race) {
  std::atomic<bool> stop = false;
  const auto hammer = [&] {
    while (!stop.load(std::memory_order_relaxed)) {  // relaxed: must not order the two
      bump_first(racing_global);
    }
  };
  std::thread one(hammer);
  std::thread two(hammer);

  std::uint64_t count = 0;
  while (count < 20) {
    for (const race_record& race : take_races()) {
      count += race.count;
    }
  }
  stop.store(true, std::memory_order_relaxed);  // relaxed: the joins order what follows
  one.join();
  two.join();

  EXPECT_EQ(take_dropped_reports(), 0U);
}

}  // namespace
}  // namespace tussle::race
