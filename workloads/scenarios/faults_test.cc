// Does the workload `faults` notice what it is there to notice, and nothing else?
#include "workloads/scenarios/faults.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <latch>
#include <new>

#include "harness/case/verdict.h"
#include "primitives/sync/allocate.h"
#include "primitives/sync/mode.h"
#include "workloads/planted/careless_offices.h"
#include "workloads/subjects/offices.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

// As many steps as several offices take.
template <typename Subject>
harness::verdict verdict_of_faults(int threads, double errands = 64) {
  return verdict_of<faults, Subject>({{"errands", errands}}, threads, 400);
}

template <typename Subject>
class sound_office : public ::testing::Test {};
using sound_offices = ::testing::Types<subjects::agent_office, subjects::restart_office,
                                       subjects::future_office, subjects::thread_office>;
TYPED_TEST_SUITE(sound_office, sound_offices);

TYPED_TEST(sound_office, loses_nothing_whatever_goes_wrong) {
  for (const int threads : {1, 3}) {
    for (const double errands : {4.0, 64.0, 1000.0}) {
      const harness::verdict found = verdict_of_faults<TypeParam>(threads, errands);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

template <typename Subject>
class careless_office : public ::testing::Test {};
using careless_offices =
    ::testing::Types<planted::tells_nobody, planted::tries_again,
                     planted::does_what_it_refuses, planted::keeps_what_failed>;
TYPED_TEST_SUITE(careless_office, careless_offices);

TYPED_TEST(careless_office, is_noticed) {
  EXPECT_FALSE(verdict_of_faults<TypeParam>(1).passed);
  EXPECT_FALSE(verdict_of_faults<TypeParam>(3).passed);
}

// An office that does its first errand only when it is told to.
class held_office : public planted::forgets_at_the_end::office {
 public:
  explicit held_office(ledger& notes) : office(notes, &wait_first) {}

  static inline std::latch* inside = nullptr;
  static inline std::latch* go_on = nullptr;

 private:
  static void wait_first(ledger& notes, const errand& next) {
    if (next.id() == 0) {
      inside->count_down();
      go_on->wait();
    }
    do_one(notes, next);
  }
};

TEST(faults, a_drain_that_drops_is_noticed) {
  std::latch inside(1);
  std::latch go_on(1);
  held_office::inside = &inside;
  held_office::go_on = &go_on;
  ledger notes(2, 1);
  {
    held_office work(notes);
    for (std::size_t id = 0; id < 2; ++id) {
      const errand next(notes, id, 0, static_cast<std::int64_t>(id) + 1, mishap::none);
      if (work.submit(next, 0)) notes.accepted(id);
    }
    inside.wait();
    work.close(true);
    go_on.count_down();
  }

  const ledger::expectations serial{.is_serial = true,
                                    .may_drop = false,
                                    .counts_done = false,
                                    .tells_afterwards = false};
  EXPECT_EQ(notes.judge(serial).message,
            "ends of accepted errands 1, expected accepted 2");
}

// Of three: one told, one whose state found no memory, one that nobody heard of.
TEST(faults, an_error_of_a_watch_that_vanishes_is_noticed) {
  const ledger::expectations told{.is_serial = true,
                                  .may_drop = false,
                                  .counts_done = false,
                                  .tells_afterwards = true};
  ledger notes(3, 1);
  for (std::size_t id = 0; id < 3; ++id) {
    const errand one(notes, id, 0, static_cast<std::int64_t>(id) + 1, mishap::afterwards);
    notes.accepted(id);
    one();
  }
  notes.told(std::make_exception_ptr(trouble_afterwards()));
  notes.told(std::make_exception_ptr(std::bad_alloc()));
  EXPECT_EQ(notes.judge(told).message,
            "errors of watches told 1, expected errors of watches 3");

  notes.told(std::make_exception_ptr(trouble_afterwards()));
  EXPECT_TRUE(notes.judge(told).passed);
}

TEST(injected_faults, fail_some_and_not_where_they_are_paused) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  injected_faults injected(1);
  constexpr int tries = 2000;
  constexpr std::size_t size = 64;
  int failures = 0;
  const auto allocate = [&] {
    try {
      sync::deallocate(sync::allocate(size, size), size);
    } catch (const std::bad_alloc&) {
      ++failures;
    }
  };
  for (int i = 0; i < tries; ++i) allocate();
  EXPECT_GT(failures, 0);
  EXPECT_LT(failures, tries / 2);
  EXPECT_EQ(failures, injected.failed());

  const injected_faults::pause nothing_fails;
  const int before = failures;
  for (int i = 0; i < tries; ++i) allocate();
  EXPECT_EQ(failures, before);
}

}  // namespace
}  // namespace tussle::workloads
