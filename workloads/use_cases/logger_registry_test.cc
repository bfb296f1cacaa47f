// Does the registry of loggers notice what it is there to notice?
#include "workloads/use_cases/logger_registry.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "harness/case/verdict.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/runtime.h"
#include "workloads/planted/naive_registry.h"
#include "workloads/planted/start_in_body.h"
#include "workloads/subjects/logger_registries.h"
#include "workloads/subjects/ref_registry.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

template <typename Subject>
verdict registry_verdict(double start_fails, int threads = 1) {
  return verdict_of<logger_registry, Subject>(
      {{"functions", 4}, {"start_fails", start_fails}}, threads,
      threads == 1 ? 5000 : steps_a_thread);
}

template <typename Subject>
class sound_registry : public ::testing::Test {};
using sound_registries =
    ::testing::Types<subjects::ref_registry, subjects::atom_registry,
                     subjects::agent_registry, subjects::mutex_registry>;
TYPED_TEST_SUITE(sound_registry, sound_registries);

TYPED_TEST(sound_registry, has_one_timer_a_period_and_none_after_stop) {
  for (const double start_fails : {0.0, 1.0}) {
    for (const int threads : {1, 4}) {
      const verdict found = registry_verdict<TypeParam>(start_fails, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

// Makes something of a sound registry.
template <typename Registry>
struct with_registry {
  static constexpr bool doubles_for_a_moment = false;
  using registry = Registry;
};

using plain_registry = subjects::mutex_registry::registry;

struct stops_nothing : plain_registry {
  using plain_registry::plain_registry;
  template <typename F>
  void stop(F f) {
    plain_registry::stop([&](stopped_period each) {
      if (++stopped_ == 3) each.timer_ran = false;
      f(each);
    });
  }
  int stopped_ = 0;
};

struct forgets_a_function : plain_registry {
  using plain_registry::plain_registry;
  void add(std::int64_t period, std::int64_t function) {
    if (function != 100) plain_registry::add(period, function);
  }
};

struct lists_twice : plain_registry {
  using plain_registry::plain_registry;
  void add(std::int64_t period, std::int64_t function) {
    if (function % 100 != 1) plain_registry::add(period, function);
    if (function % 100 == 2) plain_registry::add(period, function);
  }
};

TEST(logger_registry, finds_a_period_without_a_timer) {
  const verdict found = registry_verdict<with_registry<stops_nothing>>(0);

  EXPECT_EQ(found.message.find("periods without a timer"), 0U) << found.message;
}

TEST(logger_registry, finds_a_function_that_nobody_calls) {
  EXPECT_FALSE(registry_verdict<with_registry<forgets_a_function>>(0).passed);
}

TEST(logger_registry, finds_a_function_that_is_listed_twice) {
  EXPECT_FALSE(registry_verdict<with_registry<lists_twice>>(0).passed);
}

TEST(logger_registry, finds_a_test_the_wrong_way_round) {
  EXPECT_FALSE(registry_verdict<planted::inverted_test>(0).passed);
}

TEST(logger_registry, finds_a_registry_that_a_failed_start_ends) {
  EXPECT_TRUE(registry_verdict<planted::dies_of_a_timer>(0).passed);
  EXPECT_FALSE(registry_verdict<planted::dies_of_a_timer>(1).passed);
}

// Agents store nothing before their executor runs, and this one runs when it is told to.
TEST(logger_registry, a_registration_on_an_agent_is_not_there_before_it_is_awaited) {
  manual_executor later;
  runtime on(later, later);
  timer_service timers;
  planted::hasty_registry::registry registry(on, timers);

  registry.add(1, 1);
  registry.catch_up();
  const bool listed = registry.lists(1, 1);
  later.run_all();

  EXPECT_FALSE(listed);
  EXPECT_TRUE(registry.lists(1, 1));
}

// Agents do nothing before their executor runs, and this one runs when it is told to.
TEST(ref_registry,
     UC_14_a_function_whose_timer_does_not_start_is_refused_and_others_stay) {
  manual_executor later;
  runtime on(later, later);
  timer_service timers(2);  // the second start fails
  subjects::ref_registry::registry registry(on, timers);

  registry.add(1, 1);
  registry.add(2, 2);
  registry.add(2, 3);
  const bool listed_at_once = registry.lists(2, 2);
  later.run_all();

  EXPECT_TRUE(listed_at_once);
  EXPECT_FALSE(registry.lists(2, 2)) << "it asked for the start that failed";
  EXPECT_TRUE(registry.lists(2, 3)) << "the next start was its own";
  EXPECT_EQ(registry.refused(), 1);
  EXPECT_EQ(timers.counted().started, 2);
}

// Alone no attempt is in vain, and a start that throws leaves nothing behind.
TEST(start_in_body, UC_14_aborts_cleanly_when_the_timer_does_not_start) {
  runtime on;
  timer_service timers(1);
  planted::start_in_body::registry registry(on, timers);

  EXPECT_THROW(registry.add(1, 1), timer_error);

  EXPECT_FALSE(registry.lists(1, 1));
  EXPECT_EQ(registry.in_vain(), 0);
  EXPECT_EQ(timers.counted().started, 0);
}

TEST(start_in_body, UC_14_is_sound_while_nobody_retries) {
  const verdict found = registry_verdict<planted::start_in_body>(1);

  EXPECT_TRUE(found.passed) << found.message;
  EXPECT_NE(found.message.find("; 0 attempts started one"), std::string::npos)
      << found.message;
}

TEST(timer_service, counts_what_is_started_destroyed_doubled_and_misused) {
  timer_service timers(3);
  const timer_handle first = timers.start(1);
  const timer_handle second = timers.start(1);
  EXPECT_THROW(timers.start(1), timer_error);

  timers.destroy(first);
  timers.destroy(first);
  const timer_service::counts found = timers.counted();

  EXPECT_TRUE(timers.runs(second, 1));
  EXPECT_FALSE(timers.runs(first, 1));
  EXPECT_EQ(found.started, 2);
  EXPECT_EQ(found.destroyed, 1);
  EXPECT_EQ(found.failed, 1);
  EXPECT_EQ(found.doubled, 1);
  EXPECT_EQ(found.misused, 1);
}

}  // namespace
}  // namespace tussle::workloads::use_cases
