#include <gtest/gtest.h>

#include <atomic>
#include <cctype>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/registry.h"
#include "harness/measure/measure.h"
#include "harness/schedule/perturbation.h"
#include "workloads/planted/load_then_reset.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/broken_cells_for_test.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/counter_private.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/cas_loop.h"
#include "workloads/subjects/fetch_add.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

harness::case_sample run_briefly(const std::string& name, double window_seconds = 0.005) {
  const harness::registry all = all_cases();
  const harness::perturbation perturbed(1);
  // On a busy machine no worker may have had a core in so short a window.
  constexpr int attempts = 50;
  harness::case_sample sample;
  for (int i = 0; i < attempts && sample.window.done.total() == 0; ++i) {
    sample = harness::measure_once(
        all.find(name),
        {.window = {.ramp_seconds = 0.002, .window_seconds = window_seconds}});
  }
  return sample;
}

// Every pair of a workload and a subject, except planted ones, on two threads.
std::vector<std::string> names_of_sound_cases() {
  const harness::registry all = all_cases();
  std::vector<std::string> names;
  for (const harness::selected_case& each : all.default_cases()) {
    bool sound = each.subject->kind != harness::subject_kind::planted;
#if defined(TUSSLE_MODE_TSAN)
    sound = sound && each.subject->not_race_checkable.empty();
#endif
    if (sound && each.values.threads() == 2) names.push_back(each.name);
  }
  return names;
}

std::string as_test_name(const ::testing::TestParamInfo<std::string>& name) {
  std::string text = name.param;
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return text;
}

class sound_case : public ::testing::TestWithParam<std::string> {};

TEST_P(sound_case, keeps_its_invariant) {
  const harness::case_sample sample = run_briefly(GetParam());

  EXPECT_TRUE(sample.verdict.passed) << sample.verdict.message;
  EXPECT_GT(sample.window.done.total(), 0U);
}

INSTANTIATE_TEST_SUITE_P(on_two_threads, sound_case,
                         ::testing::ValuesIn(names_of_sound_cases()), as_test_name);

TEST(sound_case, keeps_its_invariant_on_more_threads_than_cores) {
  for (const char* name :
       {"counter/atom/threads:8", "counter/spin_lock/hold:1000/threads:8",
        "counter/spin_lock_backoff/threads:8", "counter/ticket_lock/threads:8",
        "counter/mcs_lock/threads:8", "counter/clh_lock/threads:8",
        "counter/sharded_counter/threads:8",
        "read_mostly/shared_mutex/read_share:0.5/threads:8",
        "read_mostly/mutex/read_share:0.5/payload:4096/burst:7/threads:8",
        "update_object/atom/payload:4096/threads:8",
        "cas_conflict/atom/hold:1000/payload:64/threads:8"}) {
    const verdict found = run_briefly(name).verdict;

    EXPECT_TRUE(found.passed) << name << ": " << found.message;
  }
}

TEST(empty_subject, passes_and_says_that_it_only_shows_the_cost_of_the_harness) {
  for (const char* name : {"counter/empty", "counter_private/empty", "read_mostly/empty",
                           "update_object/empty", "cas_conflict/empty"}) {
    const verdict found = run_briefly(name).verdict;

    EXPECT_TRUE(found.passed);
    EXPECT_NE(found.message.find("it shows what the harness itself costs"),
              std::string::npos);
  }
}

TEST(counter, finds_the_update_that_load_then_reset_loses_when_two_read_the_same_value) {
  const verdict found =
      after_two_steps_at_once<counter::run<staged<planted::load_then_reset>>>();

  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.message, "final value 1, expected increments 2");
}

TEST(counter, has_nothing_against_subjects_that_retry_when_two_read_the_same_value) {
  EXPECT_TRUE((after_two_steps_at_once<counter::run<staged<subjects::atom>>>().passed));
  EXPECT_TRUE(
      (after_two_steps_at_once<counter::run<staged<subjects::cas_loop>>>().passed));
}

TEST(counter, finds_load_then_reset_in_a_contended_window) {
  // Nearly all time is spent between load and reset: any two steps that overlap lose an
  // update.
  const verdict found =
      run_briefly("counter/load_then_reset/hold:100000/threads:4", 0.05).verdict;

  EXPECT_FALSE(found.passed) << found.message;
}

TEST(counter, finds_a_single_dropped_update) {
  const verdict found = after_many_steps<counter::run<drops_one>>();

  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.message, "final value 999, expected increments 1000");
}

TEST(counter_private, finds_a_single_dropped_update) {
  EXPECT_FALSE(after_many_steps<counter_private::run<drops_one>>().passed);
}

// All counters of this subject are one.
struct not_independent {
  static harness::subject_info info() { return made_here("not_independent"); }
  class counter {
   public:
    explicit counter(std::int64_t /*initial*/) {}
    void increment(std::int64_t /*hold*/) { shared_total.fetch_add(1); }
    std::int64_t load() const { return shared_total.load(); }

   private:
    inline static std::atomic<std::int64_t> shared_total{0};
  };
};

TEST(counter_private, finds_counters_that_are_not_independent) {
  EXPECT_FALSE((after_two_steps_at_once<counter_private::run<not_independent>>().passed));
}

TEST(counter_private, counts_each_thread_apart) {
  EXPECT_TRUE(
      (after_two_steps_at_once<counter_private::run<subjects::fetch_add>>().passed));
}

TEST(counter, keeps_the_shared_cell_away_from_what_every_step_reads) {
  expect_cell_alone<counter::run<located>>();
}

}  // namespace
}  // namespace tussle::workloads
