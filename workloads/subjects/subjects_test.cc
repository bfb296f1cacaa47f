#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <latch>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "harness/case/registry.h"
#include "harness/case/roles.h"
#include "workloads/planted/load_then_reset.h"
#include "workloads/planted/plain_int.h"
#include "workloads/register_cases.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/cas_loop.h"
#include "workloads/subjects/empty.h"
#include "workloads/subjects/fetch_add.h"
#include "workloads/subjects/sharded_counter.h"
#include "workloads/subjects/spin_lock.h"
#include "workloads/subjects/teams_for_test.h"

namespace tussle::workloads::subjects {
namespace {

// How many failed attempts `body` reports on this thread.
template <typename Body>
std::uint64_t failed_attempts_of(const Body& body) {
  sync::event_counts counts;
  sync::event_counts* const outer = sync::count_into(&counts);
  body();
  sync::count_into(outer);
  return counts[sync::event::failed_attempt];
}

template <typename Subject>
class retrying : public ::testing::Test {};

using retriers = ::testing::Types<atom, cas_loop>;
TYPED_TEST_SUITE(retrying, retriers);

TYPED_TEST(retrying, tries_again_when_another_update_lands_first_and_reports_it) {
  typename TypeParam::template cell<std::int64_t> subject(0);
  int calls = 0;

  const std::uint64_t failed = failed_attempts_of([&] {
    subject.update([&](std::int64_t value) {
      if (++calls == 1) subject.update([](std::int64_t v) { return v + 10; });
      return value + 1;
    });
  });

  EXPECT_EQ(subject.load(), 11);
  EXPECT_GE(failed, 1U);
  EXPECT_TRUE(TypeParam::info().counts_failed_attempts);
}

TEST(spin_lock, reports_that_it_found_the_lock_taken) {
  test_and_test_and_set_lock lock;
  sync::event_counts counts;
  lock.lock();

  std::thread second([&] {
    sync::count_into(&counts);
    lock.lock();
    lock.unlock();
  });
  while (counts[sync::event::failed_attempt] == 0) std::this_thread::yield();
  lock.unlock();
  second.join();

  EXPECT_EQ(failed_attempts_of([&] {
              lock.lock();
              lock.unlock();
            }),
            0U);
}

TEST(fetch_add, counts_without_losing_anything_and_has_no_inside) {
  fetch_add::counter subject(5);

  run_on_all([&] {
    for (int i = 0; i < each; ++i) subject.increment(0);
  });

  EXPECT_EQ(subject.load(), 5 + threads * each);
  EXPECT_FALSE(harness::holds_inside<fetch_add>);
}

TEST(sharded_counter, loses_nothing_and_has_no_inside) {
  sharded_counter::counter subject(5);

  run_on_all([&] {
    for (int i = 0; i < each; ++i) subject.increment(0);
  });

  EXPECT_EQ(subject.load(), 5 + threads * each);
  EXPECT_FALSE(harness::holds_inside<sharded_counter>);
}

TEST(sharded_counter, keeps_counting_when_more_threads_have_come_than_it_has_shards) {
  constexpr int more_than_shards = 70;
  sharded_counter::counter subject(0);

  for (int i = 0; i < more_than_shards; ++i) {
    std::thread([&] { subject.increment(0); }).join();
  }

  EXPECT_EQ(subject.load(), more_than_shards);
}

TEST(empty, computes_the_update_and_keeps_nothing) {
  empty::cell<std::int64_t> subject(42);
  int calls = 0;

  subject.update([&](std::int64_t value) {
    ++calls;
    return value + 1;
  });

  EXPECT_EQ(calls, 1);
  EXPECT_EQ(subject.load(), 42);
}

TEST(load_then_reset, loses_the_update_that_lands_between_its_load_and_its_reset) {
  planted::load_then_reset::cell<std::int64_t> subject(0);
  std::latch loaded(1);
  std::latch landed(1);
  std::thread slow([&] {
    subject.update([&](std::int64_t value) {
      loaded.count_down();
      landed.wait();
      return value + 1;
    });
  });

  loaded.wait();
  subject.update([](std::int64_t value) { return value + 10; });
  landed.count_down();
  slow.join();

  EXPECT_EQ(subject.load(), 1);
}

TEST(plain_int, counts_on_one_thread) {
  planted::plain_int::counter subject(5);

  subject.increment(0);

  EXPECT_EQ(subject.load(), 6);
}

TEST(subjects, are_those_of_the_roles_that_they_say_they_play) {
  EXPECT_TRUE(harness::own_counter_subject<fetch_add>);
  EXPECT_FALSE(harness::cell_subject<fetch_add>);
  EXPECT_TRUE(harness::own_counter_subject<planted::plain_int>);
  EXPECT_FALSE(harness::own_counter_subject<atom>);
  EXPECT_TRUE(harness::cell_subject<atom>);
}

bool is_plain(const std::string& name) {
  return !name.empty() &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
             std::string::npos;
}

TEST(all_cases, have_names_that_fit_case_names_and_say_what_they_are) {
  const harness::registry all = all_cases();

  for (const harness::workload_info& w : all.workloads()) {
    EXPECT_TRUE(is_plain(w.name)) << w.name;
    EXPECT_FALSE(w.question.empty() || w.invariant.empty() || w.failure.empty())
        << w.name;
  }
  for (const harness::subject_info& s : all.subjects()) {
    EXPECT_TRUE(is_plain(s.name)) << s.name;
    EXPECT_FALSE(s.description.empty()) << s.name;
  }
}

TEST(all_cases, name_source_files_that_are_there) {
  const harness::registry all = all_cases();

  for (const harness::subject_info& s : all.subjects()) {
    EXPECT_TRUE(std::filesystem::is_regular_file(
        std::filesystem::path(TUSSLE_REPOSITORY) / s.source))
        << s.source;
  }
}

TEST(all_cases, have_an_expected_detector_for_planted_subjects_and_for_no_other) {
  const harness::registry all = all_cases();

  for (const harness::subject_info& s : all.subjects()) {
    const bool catchable = s.breaks_invariant != harness::expectation::no ||
                           s.races != harness::expectation::no;
    EXPECT_EQ(catchable, s.kind == harness::subject_kind::planted) << s.name;
  }
}

TEST(all_cases, play_roles_that_are_described) {
  const harness::registry all = all_cases();
  std::set<std::string> known;
  for (const harness::role_info& role : harness::all_roles()) known.insert(role.name);

  for (const harness::workload_info& w : all.workloads()) {
    EXPECT_TRUE(known.contains(w.role)) << w.name << " needs " << w.role;
  }
}

}  // namespace
}  // namespace tussle::workloads::subjects
