#include "harness/measure/measure.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/case/infos_for_test.h"

namespace tussle::harness {
namespace {

void count_until(worker& self, const std::atomic<bool>& stop) {
  for (std::uint64_t steps = 0; !stop.load(std::memory_order_relaxed);)
    self.publish(++steps);
}

// What a case does, told by each test.
struct script {
  std::function<void()> set_up = [] {};
  team_loop loop = count_until;
  std::function<void()> settle = [] {};
  std::function<verdict(const tally&)> verify = [](const tally&) {
    return verdict::pass("fine");
  };
};

class scripted_run final : public case_run {
 public:
  explicit scripted_run(const script& lines) : lines_(lines) { lines_.set_up(); }

  void loop(worker& self, const std::atomic<bool>& stop) override {
    lines_.loop(self, stop);
  }
  void settle() override { lines_.settle(); }
  verdict verify(const tally& done) override { return lines_.verify(done); }

 private:
  const script& lines_;
};

// A case outside of any registry.
class scripted_case {
 public:
  explicit scripted_case(script lines, int threads = 2) : lines_(std::move(lines)) {
    entry_.make = [this](const conditions& /*values*/) {
      return std::make_unique<scripted_run>(lines_);
    };
    selected_ = {&entry_, &workload_, &subject_, {}, "scripted/case"};
    selected_.values.set("threads", threads);
  }
  scripted_case(const scripted_case&) = delete;
  scripted_case& operator=(const scripted_case&) = delete;

  case_result measure(int repetitions = 1, std::uint64_t seed = 1) const {
    return harness::measure(selected_,
                            {.window = {.ramp_seconds = 0, .window_seconds = 0.01},
                             .repetitions = repetitions,
                             .seed = seed});
  }

 private:
  const script lines_;
  const workload_info workload_ =
      workload_named("scripted", "none", {threads_condition()});
  const subject_info subject_ = subject_named("case");
  registered_case entry_{"scripted", "case", {}, {}};
  selected_case selected_;
};

bool has_flag(const case_result& result, const std::string& flag) {
  const std::vector<std::string>& flags = result.samples.at(0).flags;
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

[[noreturn]] void throw_planted() { throw std::runtime_error("planted"); }

TEST(measure, takes_one_sample_a_repetition) {
  const case_result result = scripted_case({}).measure(3);

  EXPECT_EQ(result.samples.size(), 3U);
  EXPECT_TRUE(result.verdict.passed);
  EXPECT_EQ(result.verdict.message, "fine");
  EXPECT_EQ(result.error, "");
}

TEST(measure, gives_every_repetition_a_fresh_set_up) {
  int made = 0;

  scripted_case({.set_up = [&] { ++made; }}).measure(3);

  EXPECT_EQ(made, 3);
}

TEST(measure, gives_every_repetition_other_draws) {
  std::mutex guard;
  std::set<std::uint64_t> draws;
  const script lines{.loop = [&](worker& self, const std::atomic<bool>& stop) {
    {
      const std::lock_guard lock(guard);
      draws.insert(self.random());
    }
    count_until(self, stop);
  }};

  scripted_case(lines, 2).measure(3);

  EXPECT_EQ(draws.size(), 6U);
}

TEST(measure, settles_after_all_loops_and_then_verifies_what_they_did) {
  std::vector<std::string> order;
  std::uint64_t verified = 0;
  const script lines{.settle = [&] { order.emplace_back("settle"); },
                     .verify =
                         [&](const tally& done) {
                           order.emplace_back("verify");
                           verified = done.total();
                           return verdict::pass("");
                         }};

  const case_result result = scripted_case(lines).measure();

  EXPECT_EQ(order, (std::vector<std::string>{"settle", "verify"}));
  EXPECT_EQ(verified, result.samples.at(0).window.done.total());
  EXPECT_GE(verified, result.samples.at(0).operations());
}

TEST(measure, one_broken_repetition_breaks_the_case) {
  int verified = 0;
  const script lines{.verify = [&](const tally&) {
    return ++verified == 2 ? verdict::fail("second") : verdict::pass("fine");
  }};

  const case_result result = scripted_case(lines).measure(3);

  EXPECT_EQ(result.samples.size(), 3U);
  EXPECT_FALSE(result.verdict.passed);
  EXPECT_EQ(result.verdict.message, "second");
  EXPECT_EQ(result.error, "");
}

class measure_ends_by_an_exception : public ::testing::TestWithParam<script> {};

TEST_P(measure_ends_by_an_exception, that_is_recorded_and_fails_the_verdict) {
  const case_result result = scripted_case(GetParam()).measure(3);

  EXPECT_TRUE(result.samples.empty());
  EXPECT_FALSE(result.verdict.passed);
  EXPECT_EQ(result.error, "planted");
}

INSTANTIATE_TEST_SUITE_P(
    wherever_it_is_thrown, measure_ends_by_an_exception,
    ::testing::Values(
        script{.set_up = throw_planted},
        script{.loop = [](worker&, const std::atomic<bool>&) { throw_planted(); }},
        script{.settle = throw_planted},
        script{.verify = [](const tally&) -> verdict { throw_planted(); }}));

TEST(measure, exception_that_is_no_std_exception_is_recorded_too) {
  const script lines{.loop = [](worker& /*self*/, const std::atomic<bool>& /*stop*/) {
    throw 42;  // NOLINT: that is the case
  }};

  const case_result result = scripted_case(lines).measure();

  EXPECT_EQ(result.error, "an exception that is not derived from std::exception");
}

TEST(measure, samples_before_an_exception_are_kept_but_the_case_has_failed) {
  int settled = 0;
  const script lines{.settle = [&] {
    if (++settled == 2) throw_planted();
  }};

  const case_result result = scripted_case(lines).measure(3);

  EXPECT_EQ(result.samples.size(), 1U);
  EXPECT_FALSE(result.verdict.passed);
}

TEST(measure, flags_what_is_doubtful_about_a_window) {
  const script lines{.loop = [](worker& self, const std::atomic<bool>& stop) {
    if (self.index() == 0) count_until(self, stop);
  }};

  const case_result result = scripted_case(lines, 2).measure();

  EXPECT_TRUE(has_flag(result, "idle-thread"));
}

// A window that nobody can doubt.
window_sample clean_window() {
  window_sample window;
  window.window_seconds = 0.1;
  window.operations = {10, 10};
  window.overlap = 1;
  window.run_queue_wait = 0.01;
  window.reading_seconds = 1e-6;
  return window;
}

using flags = std::vector<std::string>;

TEST(doubts, are_none_about_a_clean_window) {
  EXPECT_EQ(doubts(clean_window(), false), flags{});
}

TEST(doubts, arise_when_a_worker_was_missing_for_more_than_a_twentieth) {
  window_sample window = clean_window();
  window.overlap = 0.95;
  EXPECT_EQ(doubts(window, false), flags{});

  window.overlap = 0.949;
  EXPECT_EQ(doubts(window, false), flags{"overlap<0.95"});
}

TEST(doubts, arise_when_reading_the_counts_took_a_hundredth_of_the_window) {
  window_sample window = clean_window();
  window.reading_seconds = 0.0011;

  EXPECT_EQ(doubts(window, false), flags{"slow-reading"});
}

TEST(doubts, arise_once_when_workers_completed_nothing) {
  window_sample window = clean_window();
  window.operations = {0, 10, 0};

  EXPECT_EQ(doubts(window, false), flags{"idle-thread"});
}

TEST(doubts, arise_when_workers_waited_for_a_core_although_there_are_enough) {
  window_sample window = clean_window();
  window.run_queue_wait = 0.06;

  EXPECT_EQ(doubts(window, false), flags{"disturbed"});
  EXPECT_EQ(doubts(window, true), flags{});
}

TEST(doubts, do_not_arise_where_the_kernel_does_not_tell) {
  window_sample window = clean_window();
  window.run_queue_wait = -1;

  EXPECT_EQ(doubts(window, false), flags{});
}

TEST(measure, more_threads_than_cores_are_oversubscribed) {
  EXPECT_TRUE(
      scripted_case({}, usable_cores() + 1).measure().samples.at(0).oversubscribed);
  EXPECT_FALSE(scripted_case({}, usable_cores()).measure().samples.at(0).oversubscribed);
}

TEST(case_sample, rates_are_of_all_threads_operations_within_the_window) {
  case_sample sample;
  sample.window.window_seconds = 0.5;
  sample.window.operations = {100, 300};
  sample.window.done.steps = {1000, 3000};

  EXPECT_EQ(sample.operations(), 400U);
  EXPECT_DOUBLE_EQ(sample.operations_per_second(), 800);
  EXPECT_DOUBLE_EQ(sample.ns_per_operation(), 1.25e6);
}

TEST(case_sample, without_operations_takes_for_ever_an_operation) {
  case_sample sample;
  sample.window.window_seconds = 0.5;
  sample.window.operations = {0, 0};

  EXPECT_TRUE(std::isinf(sample.ns_per_operation()));
  EXPECT_DOUBLE_EQ(sample.operations_per_second(), 0);
}

TEST(calibration, of_clock_and_work_is_a_positive_time) {
  const calibration cost = calibrate();

  EXPECT_GT(cost.clock_overhead_ns, 0);
  EXPECT_GT(cost.work_unit_ns, 0);
}

}  // namespace
}  // namespace tussle::harness
