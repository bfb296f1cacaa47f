#include "harness/measure/latency_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/case/infos_for_test.h"
#include "harness/case/registry.h"
#include "harness/measure/measure.h"

namespace tussle::harness {
namespace {

// Time goes on only where a test says so. Each thread has its own.
thread_local std::uint64_t time_now = 0;
std::uint64_t told_time() { return time_now; }

const sample_clock& told_clock() {
  static const sample_clock clock("told", told_time, 1);
  return clock;
}

constexpr std::uint64_t read_length = 100;
constexpr std::uint64_t update_length = 5'000;
constexpr std::uint64_t steps_of_a_run = 30'000;

std::atomic<bool>* stop_of_the_run = nullptr;

// Reads and updates whose lengths are known: every third step updates.
class known_lengths {
 public:
  explicit known_lengths(const conditions& /*values*/) {}

  std::size_t step(worker& /*self*/) {
    const bool updates = ++steps_ % 3 == 0;
    time_now += updates ? update_length : read_length;
    if (stop_of_the_run != nullptr && steps_ == steps_of_a_run) *stop_of_the_run = true;
    return updates ? 1 : 0;
  }

  verdict verify(const tally& /*done*/) { return verdict::pass(""); }

 private:
  std::uint64_t steps_ = 0;
};

// Runs a workload to the end of its steps under a sampler.
template <typename Run>
std::vector<latency_histogram> sampled(std::uint64_t every, std::uint64_t seed = 1,
                                       bool open = true) {
  std::atomic<bool> stop{false};
  const std::atomic<bool> counting{open};
  stop_of_the_run = &stop;
  typed_case_run<Run> run{conditions()};
  worker self(0, 1, 1);
  latency_sampler sampler(told_clock(), every, 2, seed, counting);

  run.sampled_loop(self, stop, sampler);

  stop_of_the_run = nullptr;
  EXPECT_EQ(self.completed(), steps_of_a_run);
  return sampler.recorded();
}

TEST(sampler, finds_the_length_of_each_kind_of_operation) {
  const std::vector<latency_histogram> found = sampled<known_lengths>(1);

  EXPECT_EQ(found[0].count(), steps_of_a_run / 3 * 2);
  EXPECT_EQ(found[1].count(), steps_of_a_run / 3);
  EXPECT_EQ(found[0].min(), read_length);
  EXPECT_EQ(found[0].max(), read_length);
  EXPECT_EQ(found[1].min(), update_length);
  EXPECT_EQ(found[1].max(), update_length);
}

TEST(sampler, times_about_one_operation_in_so_many_and_no_pattern_hides_from_it) {
  // The pattern of the workload repeats each 3 steps, and 3 divides every distance below
  // if distances were not drawn.
  for (const std::uint64_t every : {3U, 9U, 30U}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const std::vector<latency_histogram> found = sampled<known_lengths>(every, seed);
      const auto all = static_cast<double>(found[0].count() + found[1].count());
      const double expected =
          static_cast<double>(steps_of_a_run) / static_cast<double>(every);
      EXPECT_NEAR(all, expected, 5 * std::sqrt(expected)) << every;
      EXPECT_NEAR(static_cast<double>(found[1].count()), all / 3, 5 * std::sqrt(all))
          << every;
    }
  }
}

TEST(sampler, takes_no_samples_while_the_window_is_not_open) {
  const std::vector<latency_histogram> found = sampled<known_lengths>(1, 1, false);

  EXPECT_EQ(found[0].count() + found[1].count(), 0U);
}

// Its steps return nothing.
class without_kinds : public known_lengths {
 public:
  using known_lengths::known_lengths;
  void step(worker& self) { static_cast<void>(known_lengths::step(self)); }
};

TEST(sampler, counts_steps_that_return_nothing_as_the_first_operation) {
  const std::vector<latency_histogram> found = sampled<without_kinds>(1);

  EXPECT_EQ(found[0].count(), steps_of_a_run);
  EXPECT_EQ(found[1].count(), 0U);
}

TEST(sampler, refuses_an_operation_that_the_workload_has_not_named) {
  const std::atomic<bool> counting{true};
  latency_sampler sampler(told_clock(), 1, 2, 1, counting);

  EXPECT_THROW(sampler.record(0, 2), std::out_of_range);
}

// Each reading takes 20 ticks, now and then 30.
std::uint64_t stepping_time() {
  static std::uint64_t readings = 0;
  static std::uint64_t ticks = 0;
  ticks += ++readings % 7 == 0 ? 30 : 20;
  return ticks;
}

TEST(sample_clock, costs_what_its_readings_take_and_knows_in_which_steps_it_goes) {
  const clock_cost cost = cost_of(sample_clock("steps", stepping_time, 0.5));

  EXPECT_NEAR(cost.read_ns, 0.5 * (20 * 6 + 30) / 7, 0.01);
  EXPECT_EQ(cost.empty_ns, 10);
  EXPECT_EQ(cost.step_ns, 5);
}

TEST(sampler, does_not_count_backwards) {
  const sample_clock half("half", told_time, 0.5);
  EXPECT_EQ(half.ns_between(7, 5), 0U);
  EXPECT_EQ(half.ns_between(5, 8), 2U);
}

struct anyone {
  static subject_info info() { return subject_named("anyone"); }
};

// On a team: threads share the run, so each knows by itself what it does.
struct team_of_known_lengths {
  static workload_info info() {
    workload_info told = workload_named("known", "none", {threads_condition({2})});
    told.operations = {"read", "update"};
    return told;
  }
  template <typename Subject>
  class run {
   public:
    explicit run(const conditions& /*values*/) {}
    std::size_t step(worker& self) {
      const bool updates = self.random.chance(0.25);
      time_now += updates ? update_length : read_length;
      return updates ? 1 : 0;
    }
    verdict verify(const tally& /*done*/) { return verdict::pass(""); }
  };
};

case_result measured(std::uint64_t every) {
  registry all;
  all.add<team_of_known_lengths, anyone>();
  const measure_options options{.window = {.ramp_seconds = 0, .window_seconds = 0.01},
                                .repetitions = 2,
                                .latency = {.every = every, .clock = &told_clock()}};
  return measure(all.find("known/anyone"), options);
}

bool has_samples(const std::vector<operation_latency>& all) {
  return std::all_of(all.begin(), all.end(), [](const operation_latency& each) {
    return each.lengths.count() > 0;
  });
}

// Of each operation in each window: on a busy machine no worker may have had a core in so
// short a one.
case_result sampled_in_each_window() {
  for (int attempt = 0; attempt < 50; ++attempt) {
    case_result result = measured(2);
    if (std::all_of(result.samples.begin(), result.samples.end(),
                    [](const case_sample& each) { return has_samples(each.latency); }))
      return result;
  }
  throw std::runtime_error("nothing was sampled in any of the windows");
}

TEST(latency, of_a_case_is_that_of_all_its_threads_and_windows) {
  const case_result result = sampled_in_each_window();

  ASSERT_EQ(result.samples.size(), 2U);
  ASSERT_EQ(result.latency.size(), 2U);
  EXPECT_EQ(result.latency[0].name, "read");
  EXPECT_EQ(result.latency[1].name, "update");
  EXPECT_EQ(result.latency[0].lengths.min(), read_length);
  EXPECT_EQ(result.latency[0].lengths.max(), read_length);
  EXPECT_EQ(result.latency[1].lengths.min(), update_length);
  EXPECT_EQ(result.latency[1].lengths.max(), update_length);
  std::uint64_t of_windows = 0;
  for (const case_sample& sample : result.samples) {
    of_windows += sample.latency[0].lengths.count() + sample.latency[1].lengths.count();
  }
  EXPECT_EQ(result.latency[0].lengths.count() + result.latency[1].lengths.count(),
            of_windows);
  EXPECT_GT(of_windows, 0U);
}

TEST(latency, is_not_looked_for_unless_it_is_asked_for) {
  const case_result result = measured(0);

  EXPECT_TRUE(result.latency.empty());
  EXPECT_TRUE(result.samples.at(0).latency.empty());
}

TEST(sample_clock, of_this_machine_costs_something_and_agrees_with_steady_clock) {
  const sample_clock& clock = sample_clock::best();
  const clock_cost cost = cost_of(clock);
  EXPECT_GT(cost.read_ns, 0);
  EXPECT_LT(cost.empty_ns, 1e6);

  // Either clock is read around the other, so that an interruption cannot tell them apart.
  using steady = std::chrono::steady_clock;
  const auto outer = steady::now();
  const std::uint64_t began = clock.ticks();
  const auto inner = steady::now();
  while (steady::now() - inner < std::chrono::milliseconds(20)) {
  }
  const std::uint64_t ended = clock.ticks();
  const std::chrono::duration<double, std::nano> most = steady::now() - outer;

  const auto found = static_cast<double>(clock.ns_between(began, ended));
  EXPECT_GE(found, 0.99 * 20e6);
  EXPECT_LE(found, 1.01 * most.count());
}

}  // namespace
}  // namespace tussle::harness
