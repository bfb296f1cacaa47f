#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/case/case_name.h"
#include "harness/case/registry.h"
#include "harness/measure/measure.h"
#include "harness/schedule/perturbation.h"
#include "workloads/planted/load_then_reset.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/cas_conflict.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/counter_private.h"
#include "workloads/scenarios/read_mostly.h"
#include "workloads/scenarios/update_object.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/cas_loop.h"
#include "workloads/subjects/empty.h"
#include "workloads/subjects/fetch_add.h"
#include "workloads/subjects/mutex.h"

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

// Subjects for tests only.
harness::subject_info made_here(const char* name) {
  return {.name = name,
          .kind = harness::subject_kind::planted,
          .description = "Made for a test.",
          .source = "workloads/scenarios/workloads_test.cc"};
}

// Lets the first two updates of a cell meet after each has computed its result from what
// it read, and before either installs it.
template <typename Subject>
struct staged {
  static harness::subject_info info() { return Subject::info(); }

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : inner_(initial) {}

    T load() const { return inner_.load(); }

    template <typename F>
    void update(F f) {
      inner_.update([&](const T& present) {
        const T next = f(present);
        if (calls_.fetch_add(1) < 2) both_computed_.arrive_and_wait();
        return next;
      });
    }

   private:
    typename Subject::template cell<T> inner_;
    std::atomic<int> calls_{0};
    std::latch both_computed_{2};
  };
};

harness::conditions two_threads_that_only_update() {
  harness::conditions values;
  for (const char* name : {"think", "hold", "read_share"}) values.set(name, 0);
  values.set("burst", 1);
  values.set("threads", 2);
  return values;
}

// The verdict after one step on each of two threads.
template <typename Run>
verdict after_two_steps_at_once() {
  Run run(two_threads_that_only_update());
  std::array<std::thread, 2> threads;
  for (int i = 0; i < 2; ++i) {
    threads[static_cast<std::size_t>(i)] = std::thread([&run, i] {
      harness::worker self(i, 2, 1);
      run.step(self);
    });
  }
  for (std::thread& each : threads) each.join();
  return run.verify({{1, 1}});
}

TEST(counter, finds_the_update_that_load_then_reset_loses_when_two_read_the_same_value) {
  const verdict found =
      after_two_steps_at_once<counter::run<staged<planted::load_then_reset>>>();

  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.message, "final value 1, expected increments 2");
}

TEST(read_mostly,
     finds_the_update_that_load_then_reset_loses_when_two_read_the_same_value) {
  const verdict found =
      after_two_steps_at_once<read_mostly::run<staged<planted::load_then_reset>>>();

  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.message, "final version 1, expected updates 2");
}

TEST(counter, has_nothing_against_subjects_that_retry_when_two_read_the_same_value) {
  EXPECT_TRUE((after_two_steps_at_once<counter::run<staged<subjects::atom>>>().passed));
  EXPECT_TRUE(
      (after_two_steps_at_once<counter::run<staged<subjects::cas_loop>>>().passed));
}

TEST(read_mostly, has_nothing_against_subjects_that_retry_when_two_read_the_same_value) {
  EXPECT_TRUE(
      (after_two_steps_at_once<read_mostly::run<staged<subjects::atom>>>().passed));
  EXPECT_TRUE(
      (after_two_steps_at_once<read_mostly::run<staged<subjects::cas_loop>>>().passed));
}

TEST(counter, finds_load_then_reset_in_a_contended_window) {
  // Nearly all time is spent between load and reset: any two steps that overlap lose an
  // update.
  const verdict found =
      run_briefly("counter/load_then_reset/hold:100000/threads:4", 0.05).verdict;

  EXPECT_FALSE(found.passed) << found.message;
}

// Drops its first update.
struct drops_one {
  static harness::subject_info info() { return made_here("drops_one"); }
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial) {}
    T load() const { return value_; }
    template <typename F>
    void update(F f) {
      if (dropped_) value_ = f(value_);
      dropped_ = true;
    }

   private:
    T value_;
    bool dropped_ = false;
  };
};

// Reads give the first half of the present value and the second half of the one before.
struct torn {
  static harness::subject_info info() { return made_here("torn"); }
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial), before_(initial) {}
    T load() const {
      T mixed = value_;
      constexpr std::size_t half = sizeof(T) / 2;
      std::memcpy(reinterpret_cast<char*>(&mixed) + half,
                  reinterpret_cast<const char*>(&before_) + half, half);
      return mixed;
    }
    template <typename F>
    void update(F f) {
      before_ = value_;
      value_ = f(value_);
    }

   private:
    T value_;
    T before_;
  };
};

// One read, after many, gives the value of the very beginning.
struct stale {
  static harness::subject_info info() { return made_here("stale"); }
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial), initial_(initial) {}
    T load() const {
      constexpr int stale_read = 100;
      return ++reads_ == stale_read ? initial_ : value_;
    }
    template <typename F>
    void update(F f) {
      value_ = f(value_);
    }

   private:
    T value_;
    const T initial_;
    mutable int reads_ = 0;
  };
};

// One thread's verdict after many steps, half of them reads.
template <typename Run>
verdict after_many_steps() {
  constexpr int steps = 1000;
  harness::conditions values;
  values.set("think", 0);
  values.set("hold", 0);
  values.set("read_share", 0.5);
  values.set("burst", 1);
  values.set("threads", 1);
  Run run(values);
  harness::worker self(0, 1, 1);
  for (int i = 0; i < steps; ++i) run.step(self);
  return run.verify({{steps}});
}

TEST(counter, finds_a_single_dropped_update) {
  const verdict found = after_many_steps<counter::run<drops_one>>();

  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.message, "final value 999, expected increments 1000");
}

TEST(counter_private, finds_a_single_dropped_update) {
  EXPECT_FALSE(after_many_steps<counter_private::run<drops_one>>().passed);
}

TEST(read_mostly, finds_a_single_dropped_update) {
  EXPECT_FALSE(after_many_steps<read_mostly::run<drops_one>>().passed);
}

TEST(read_mostly, finds_torn_reads) {
  const verdict found = after_many_steps<read_mostly::run<torn>>();

  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.message.find("torn reads "), 0U) << found.message;
}

TEST(read_mostly, finds_reads_that_go_back_in_time) {
  const verdict found = after_many_steps<read_mostly::run<stale>>();

  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.message.find("reads that went back "), 0U) << found.message;
}

TEST(read_mostly, has_nothing_against_a_sound_cell_on_one_thread) {
  EXPECT_TRUE(after_many_steps<read_mostly::run<subjects::mutex>>().passed);
}

// Once, the read after an update gives the value that the update replaced.
struct forgets_own_write {
  static harness::subject_info info() { return made_here("forgets_own_write"); }
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial), before_(initial) {}
    T load() const {
      const bool forgets = just_updated_ && !std::exchange(forgot_, just_updated_);
      return forgets ? before_ : value_;
    }
    template <typename F>
    void update(F f) {
      before_ = value_;
      value_ = f(value_);
      just_updated_ = true;
    }

   private:
    T value_;
    T before_;
    bool just_updated_ = false;
    mutable bool forgot_ = false;
  };
};

TEST(read_mostly, finds_a_cell_that_forgets_the_readers_own_write) {
  const verdict found = after_many_steps<read_mostly::run<forgets_own_write>>();

  EXPECT_EQ(found.message.find("reads that went back 1,"), 0U) << found.message;
}

// Reads give a middle word of the value before, and both ends of the present one.
struct torn_in_the_middle {
  static harness::subject_info info() { return made_here("torn_in_the_middle"); }
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial), before_(initial) {}
    T load() const {
      T mixed = value_;
      constexpr std::size_t middle = sizeof(T) / 16 * 8;
      std::memcpy(reinterpret_cast<char*>(&mixed) + middle,
                  reinterpret_cast<const char*>(&before_) + middle, 8);
      return mixed;
    }
    template <typename F>
    void update(F f) {
      const T present = load();
      before_ = value_;
      value_ = f(present);
    }

   private:
    T value_;
    T before_;
  };
};

TEST(read_mostly, finds_values_that_are_torn_between_their_ends) {
  const verdict found =
      after_many_steps<read_mostly_run<torn_in_the_middle, payload<256>>>();

  EXPECT_EQ(found.message.find("torn reads "), 0U) << found.message;
}

TEST(read_mostly, keeps_the_share_of_reads_whatever_the_burst) {
  for (const double burst : {1, 10, 100}) {
    constexpr std::uint64_t steps = 100'000;
    harness::conditions values;
    values.set("think", 0);
    values.set("read_share", 0.9);
    values.set("burst", burst);
    values.set("threads", 1);
    read_mostly::run<subjects::mutex> run(values);
    harness::worker self(0, 1, 1);
    for (std::uint64_t i = 0; i < steps; ++i) run.step(self);

    const std::string said = run.verify({{steps}}).message;

    // "final version N = ...": N updates; the same draws each time.
    const double updates = std::stod(said.substr(std::string("final version ").size()));
    EXPECT_NEAR(updates / steps, 0.1, 0.02) << "burst " << burst;
  }
}

TEST(update_object, finds_a_single_dropped_update) {
  EXPECT_FALSE(after_many_steps<update_object::run<drops_one>>().passed);
}

TEST(update_object, finds_objects_that_are_torn_between_their_ends) {
  const verdict found =
      after_many_steps<update_object_run<torn_in_the_middle, payload<256>>>();

  EXPECT_EQ(found.message.find("torn reads "), 0U) << found.message;
}

TEST(update_object, finds_the_update_that_load_then_reset_loses) {
  EXPECT_FALSE(
      (after_two_steps_at_once<update_object::run<staged<planted::load_then_reset>>>()
           .passed));
}

TEST(update_object, has_nothing_against_a_sound_cell) {
  EXPECT_TRUE(after_many_steps<update_object::run<subjects::mutex>>().passed);
  EXPECT_TRUE(
      (after_two_steps_at_once<update_object::run<staged<subjects::atom>>>().passed));
}

TEST(cas_conflict, finds_the_update_that_load_then_reset_loses) {
  EXPECT_FALSE(
      (after_two_steps_at_once<cas_conflict::run<staged<planted::load_then_reset>>>()
           .passed));
}

TEST(cas_conflict, finds_a_single_dropped_update) {
  EXPECT_FALSE(after_many_steps<cas_conflict::run<drops_one>>().passed);
}

TEST(cas_conflict, says_how_many_calls_were_in_vain) {
  // Both compute on the same value: one of the two has to do it again.
  const verdict retried =
      after_two_steps_at_once<cas_conflict::run<staged<subjects::cas_loop>>>();
  const verdict alone = after_many_steps<cas_conflict::run<subjects::mutex>>();

  EXPECT_TRUE(retried.passed);
  EXPECT_NE(retried.message.find("called 3 times, 1 of them in vain"), std::string::npos)
      << retried.message;
  EXPECT_NE(alone.message.find("called 1000 times, 0 of them in vain"), std::string::npos)
      << alone.message;
}

TEST(value_cases, have_the_payload_that_they_are_named_for) {
  const harness::registry all = all_cases();
  for (const char* name : {"read_mostly/cas_loop/payload:8", "update_object/atom"}) {
    EXPECT_NE(all.find(name).entry->make(all.find(name).values), nullptr) << name;
  }

  EXPECT_EQ(all.find("read_mostly/atom/payload:8").name,
            "read_mostly/atom/read_share:0.9/think:0/threads:1");
  EXPECT_EQ(all.find("read_mostly/atom/payload:64").name,
            "read_mostly/atom/read_share:0.9/think:0/payload:64/threads:1");
  EXPECT_THROW(all.find("read_mostly/atom/payload:100"), harness::usage_error);
  EXPECT_THROW(all.find("read_mostly/cas_loop/payload:64"), harness::usage_error);
}

template <typename Value>
class payloads : public ::testing::Test {};
using sizes =
    ::testing::Types<payload<8>, payload<64>, payload<256>, payload<1024>, payload<4096>>;
TYPED_TEST_SUITE(payloads, sizes);

TYPED_TEST(payloads, are_whole_also_across_the_end_of_the_versions) {
  const TypeParam last(~std::uint32_t{0});

  EXPECT_TRUE(last.intact() && last.ends_match());
  EXPECT_EQ(last.next().version(), 0U);
  EXPECT_TRUE(last.next().intact() && last.next().ends_match());
}

TYPED_TEST(payloads, of_two_versions_differ_in_every_word) {
  const TypeParam one(1);
  for (std::size_t at = 0; at < sizeof(TypeParam); at += 4) {
    if (sizeof(TypeParam) > 8 && at % 8 != 0) continue;
    TypeParam mixed(2);
    std::memcpy(reinterpret_cast<char*>(&mixed) + at,
                reinterpret_cast<const char*>(&one) + at, sizeof(TypeParam) > 8 ? 8 : 4);

    EXPECT_FALSE(mixed.intact()) << "byte " << at;
  }
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

// Remembers where its last cell was made.
struct located {
  static harness::subject_info info() { return made_here("located"); }
  inline static std::uintptr_t at = 0;
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial) {
      at = reinterpret_cast<std::uintptr_t>(this);
    }
    T load() const { return value_; }
    template <typename F>
    void update(F f) {
      value_ = f(value_);
    }

   private:
    T value_;
  };
};

// The shared cell must be alone on its cache lines, or the numbers are of its neighbours.
template <typename Run>
void expect_cell_alone() {
  const auto run = std::make_unique<Run>(two_threads_that_only_update());
  const auto end = reinterpret_cast<std::uintptr_t>(run.get()) + sizeof(Run);

  EXPECT_EQ(located::at % harness::padding, 0U);
  EXPECT_EQ(end - located::at, harness::padding);
}

TEST(counter, keeps_the_shared_cell_away_from_what_every_step_reads) {
  expect_cell_alone<counter::run<located>>();
}

TEST(read_mostly, keeps_the_shared_cell_away_from_what_every_step_reads) {
  expect_cell_alone<read_mostly::run<located>>();
}

}  // namespace
}  // namespace tussle::workloads
