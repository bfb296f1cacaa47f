#include "harness/measure/thread_team.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "primitives/sync/hooks.h"

namespace tussle::harness {
namespace {

constexpr window_options brief{.ramp_seconds = 0.005, .window_seconds = 0.02};
// Longer than any test runner waits: a test that ends had no need of it.
constexpr window_options endless{.ramp_seconds = 0, .window_seconds = 3600};

void count_until(worker& self, const std::atomic<bool>& stop) {
  for (std::uint64_t steps = 0; !stop.load(std::memory_order_relaxed);)
    self.publish(++steps);
}

// Counts, on lines of its own per worker, what the loops themselves say.
struct alignas(padding) own_count {
  std::uint64_t steps = 0;
};

class thread_team_of : public ::testing::TestWithParam<int> {};

TEST_P(thread_team_of, runs_the_loop_once_on_every_worker) {
  const int threads = GetParam();
  std::vector<std::atomic<int>> entered(static_cast<std::size_t>(threads));

  run_team(threads, 1, brief, [&](worker& self, const std::atomic<bool>& stop) {
    EXPECT_EQ(self.threads(), threads);
    entered[static_cast<std::size_t>(self.index())].fetch_add(1);
    count_until(self, stop);
  });

  for (const std::atomic<int>& times : entered) EXPECT_EQ(times.load(), 1);
}

TEST_P(thread_team_of, tallies_exactly_the_steps_that_its_loops_made) {
  const int threads = GetParam();
  std::vector<own_count> own(static_cast<std::size_t>(threads));

  const window_sample sample =
      run_team(threads, 1, brief, [&](worker& self, const std::atomic<bool>& stop) {
        std::uint64_t& steps = own[static_cast<std::size_t>(self.index())].steps;
        while (!stop.load(std::memory_order_relaxed)) self.publish(++steps);
      });

  ASSERT_EQ(sample.done.steps.size(), own.size());
  for (std::size_t i = 0; i < own.size(); ++i)
    EXPECT_EQ(sample.done.steps[i], own[i].steps);
}

TEST_P(thread_team_of, counts_within_the_window_no_more_than_in_all) {
  const window_sample sample = run_team(GetParam(), 1, brief, count_until);

  for (std::size_t i = 0; i < sample.operations.size(); ++i) {
    EXPECT_LE(sample.operations[i], sample.done.steps[i]);
  }
}

TEST_P(thread_team_of, counts_something_within_the_window) {
  // On a busy machine no worker may have had a core in so short a window.
  constexpr int attempts = 50;
  std::uint64_t within = 0;
  for (int i = 0; i < attempts && within == 0; ++i) {
    const window_sample sample = run_team(GetParam(), 1, brief, count_until);
    within = *std::max_element(sample.operations.begin(), sample.operations.end());
  }

  EXPECT_GT(within, 0U);
}

TEST_P(thread_team_of, window_is_at_least_as_long_as_asked_for) {
  const window_sample sample = run_team(GetParam(), 1, brief, count_until);

  EXPECT_GE(sample.window_seconds, brief.window_seconds);
}

TEST_P(thread_team_of, opens_the_window_only_when_all_workers_are_in_their_loops) {
  constexpr window_options without_ramp{.ramp_seconds = 0, .window_seconds = 0.001};

  const window_sample sample = run_team(GetParam(), 1, without_ramp, count_until);

  EXPECT_EQ(sample.overlap, 1);
}

TEST_P(thread_team_of, ends_with_the_first_exception_of_a_loop_and_not_with_the_window) {
  const int last = GetParam() - 1;

  EXPECT_THROW(run_team(GetParam(), 1, endless,
                        [&](worker& self, const std::atomic<bool>& stop) {
                          if (self.index() == last) throw std::runtime_error("planted");
                          count_until(self, stop);
                        }),
               std::runtime_error);
}

INSTANTIATE_TEST_SUITE_P(sizes, thread_team_of, ::testing::Values(1, 2, 8));

TEST(thread_team, exception_during_the_ramp_ends_the_run_too) {
  constexpr window_options endless_ramp{.ramp_seconds = 3600, .window_seconds = 0.01};

  EXPECT_THROW(run_team(2, 1, endless_ramp,
                        [](worker& /*self*/, const std::atomic<bool>& /*stop*/) {
                          throw std::runtime_error("planted");
                        }),
               std::runtime_error);
}

TEST(thread_team, exception_late_in_the_window_ends_the_run) {
  EXPECT_THROW(run_team(2, 1, endless,
                        [](worker& self, const std::atomic<bool>& stop) {
                          for (std::uint64_t steps = 0;
                               !stop.load(std::memory_order_relaxed);) {
                            if (steps == 1'000'000) throw std::out_of_range("planted");
                            self.publish(++steps);
                          }
                        }),
               std::out_of_range);
}

TEST(thread_team, exception_that_is_no_std_exception_arrives_as_it_was_thrown) {
  EXPECT_THROW(run_team(2, 1, endless,
                        [](worker& self, const std::atomic<bool>& stop) {
                          if (self.index() == 0) throw 42;  // NOLINT: that is the case
                          count_until(self, stop);
                        }),
               int);
}

TEST(thread_team, overlap_is_below_the_mark_when_one_worker_leaves_at_once) {
  constexpr window_options long_enough{.ramp_seconds = 0, .window_seconds = 0.2};

  // On a busy machine the other one may come late, and leave late.
  constexpr int attempts = 50;
  window_sample sample{};
  for (int i = 0; i < attempts && (i == 0 || sample.overlap >= 0.95); ++i) {
    sample = run_team(2, 1, long_enough, [](worker& self, const std::atomic<bool>& stop) {
      if (self.index() == 0) count_until(self, stop);
    });
  }

  EXPECT_LT(sample.overlap, 0.95);
  EXPECT_GE(sample.overlap, 0);
  EXPECT_EQ(sample.done.steps[1], 0U);
}

TEST(thread_team, failed_attempts_are_those_of_all_workers_in_the_window) {
  std::vector<own_count> own(2);
  const team_loop only_fail = [&](worker& self, const std::atomic<bool>& stop) {
    std::uint64_t& failed = own[static_cast<std::size_t>(self.index())].steps;
    while (!stop.load(std::memory_order_relaxed)) {
      sync::count(sync::event::failed_attempt);
      ++failed;
    }
  };

  // On a busy machine no worker may have had a core in so short a window.
  constexpr int attempts = 50;
  std::uint64_t within = 0;
  for (int i = 0; i < attempts && within == 0; ++i) {
    within = run_team(2, 1, brief, only_fail).failed_attempts;
  }

  EXPECT_GT(within, 0U);
  EXPECT_LE(within, own[0].steps + own[1].steps);
}

TEST(thread_team, failed_attempts_of_the_warm_up_are_not_in_the_window) {
  constexpr window_options ramped{.ramp_seconds = 0.3, .window_seconds = 0.01};

  // On a busy machine the worker may come so late that the window has begun.
  constexpr int attempts = 50;
  std::uint64_t failed = 1;
  for (int i = 0; i < attempts && failed != 0; ++i) {
    failed = run_team(1, 1, ramped, [](worker& self, const std::atomic<bool>& stop) {
               for (int n = 0; n < 1000; ++n) sync::count(sync::event::failed_attempt);
               count_until(self, stop);
             }).failed_attempts;
  }

  EXPECT_EQ(failed, 0U);
}

std::vector<std::uint64_t> first_draws(std::uint64_t seed) {
  std::vector<std::uint64_t> draws(4);
  run_team(4, seed, brief, [&](worker& self, const std::atomic<bool>& /*stop*/) {
    draws[static_cast<std::size_t>(self.index())] = self.random();
  });
  return draws;
}

TEST(thread_team, generators_differ_between_workers_and_seeds_and_repeat_with_the_seed) {
  const std::vector<std::uint64_t> first = first_draws(1);
  const std::vector<std::uint64_t> again = first_draws(1);
  const std::vector<std::uint64_t> other = first_draws(2);

  EXPECT_EQ(first, again);
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(first[i], first[j]);
    for (const std::uint64_t draw : other) EXPECT_NE(first[i], draw);
  }
}

TEST(thread_team, workers_keep_to_cache_lines_of_their_own) {
  std::vector<std::uintptr_t> at(3);

  run_team(3, 1, brief, [&](worker& self, const std::atomic<bool>& /*stop*/) {
    at[static_cast<std::size_t>(self.index())] = reinterpret_cast<std::uintptr_t>(&self);
  });

  for (std::size_t i = 0; i < at.size(); ++i) {
    EXPECT_EQ(at[i] % padding, 0U);
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(at[i], at[j]);
  }
  EXPECT_EQ(sizeof(worker) % padding, 0U);
}

// Leaves this process too little address space for a large team.
void allow_more_megabytes(std::uint64_t megabytes) {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t bytes = pages * 4096 + (megabytes << 20);
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_AS, &limit);
}

[[noreturn]] void run_more_threads_than_there_is_room_for() {
  allow_more_megabytes(100);
  try {
    run_team(1000, 1, endless, count_until);
  } catch (const std::system_error&) {
    std::_Exit(7);
  }
  std::_Exit(0);
}

TEST(thread_team_death_test, thread_that_cannot_be_started_ends_the_run_by_an_exception) {
  if (sync::has_schedule_points)
    GTEST_SKIP() << "the sanitizer needs the address space itself";

  EXPECT_EXIT(run_more_threads_than_there_is_room_for(), ::testing::ExitedWithCode(7),
              "");
}

}  // namespace
}  // namespace tussle::harness
