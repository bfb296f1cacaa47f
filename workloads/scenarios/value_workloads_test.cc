// The workloads whose values have a size: read_mostly, update_object, cas_conflict.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "harness/case/case_name.h"
#include "harness/case/registry.h"
#include "workloads/planted/load_then_reset.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/broken_cells_for_test.h"
#include "workloads/scenarios/cas_conflict.h"
#include "workloads/scenarios/read_mostly.h"
#include "workloads/scenarios/update_object.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/cas_loop.h"
#include "workloads/subjects/mutex.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

TEST(read_mostly,
     finds_the_update_that_load_then_reset_loses_when_two_read_the_same_value) {
  const verdict found =
      after_two_steps_at_once<read_mostly::run<staged<planted::load_then_reset>>>();

  EXPECT_FALSE(found.passed);
  EXPECT_EQ(found.message, "final version 1, expected updates 2");
}

TEST(read_mostly, has_nothing_against_subjects_that_retry_when_two_read_the_same_value) {
  EXPECT_TRUE(
      (after_two_steps_at_once<read_mostly::run<staged<subjects::atom>>>().passed));
  EXPECT_TRUE(
      (after_two_steps_at_once<read_mostly::run<staged<subjects::cas_loop>>>().passed));
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

TEST(read_mostly, keeps_the_shared_cell_away_from_what_every_step_reads) {
  expect_cell_alone<read_mostly::run<located>>();
}

}  // namespace
}  // namespace tussle::workloads
