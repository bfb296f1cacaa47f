// What every cell must do, whoever plays it.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>

#include "harness/case/roles.h"
#include "workloads/scenarios/payload.h"
#include "workloads/subjects/absl_mutex.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/atom_backoff.h"
#include "workloads/subjects/atom_node.h"
#include "workloads/subjects/atomic_shared_ptr.h"
#include "workloads/subjects/cas_loop.h"
#include "workloads/subjects/clh_lock.h"
#include "workloads/subjects/epoch.h"
#include "workloads/subjects/locked_node.h"
#include "workloads/subjects/mcs_lock.h"
#include "workloads/subjects/mutex.h"
#include "workloads/subjects/shared_mutex.h"
#include "workloads/subjects/spin_lock.h"
#include "workloads/subjects/teams_for_test.h"
#include "workloads/subjects/urcu.h"

namespace tussle::workloads::subjects {
namespace {

// Not race-checkable subjects stay away from ThreadSanitizer here as well.
template <typename Subject>
class cell : public ::testing::Test {};

#if defined(TUSSLE_MODE_TSAN)
using cells =
    ::testing::Types<atom, atom_backoff, atom_node, locked_node, epoch, cas_loop, mutex,
                     shared_mutex, absl_mutex, spin_lock, mcs_lock, clh_lock>;
#elif defined(TUSSLE_HAS_URCU)
using cells = ::testing::Types<atom, atom_backoff, atom_node, locked_node, epoch,
                               cas_loop, mutex, shared_mutex, absl_mutex, spin_lock,
                               mcs_lock, clh_lock, atomic_shared_ptr, urcu>;
#else
using cells = ::testing::Types<atom, atom_backoff, atom_node, locked_node, epoch,
                               cas_loop, mutex, shared_mutex, absl_mutex, spin_lock,
                               mcs_lock, clh_lock, atomic_shared_ptr>;
#endif
TYPED_TEST_SUITE(cell, cells);

TYPED_TEST(cell, holds_what_it_was_made_with) {
  const typename TypeParam::template cell<std::int64_t> subject(42);

  EXPECT_EQ(subject.load(), 42);
  EXPECT_EQ(subject.load(), 42);
}

TYPED_TEST(cell, update_replaces_the_value_by_the_functions_result) {
  typename TypeParam::template cell<std::int64_t> subject(20);

  subject.update([](std::int64_t value) { return value * 2; });
  subject.update([](std::int64_t value) { return value + 2; });

  EXPECT_EQ(subject.load(), 42);
}

TYPED_TEST(cell, lends_the_value_that_load_copies) {
  typename TypeParam::template cell<std::int64_t> subject(20);
  subject.update([](std::int64_t value) { return value + 1; });

  const std::int64_t doubled =
      harness::read_cell(subject, [](const std::int64_t& value) { return value * 2; });

  EXPECT_EQ(doubled, 42);
  EXPECT_EQ(subject.load(), 21);
}

TYPED_TEST(cell, loses_no_update_of_many_threads) {
  typename TypeParam::template cell<pair> subject(pair{});

  run_on_all([&] {
    for (int i = 0; i < each; ++i) subject.update(next);
  });

  EXPECT_EQ(subject.load().first, threads * each);
  EXPECT_EQ(subject.load().second, threads * each);
}

TYPED_TEST(cell, is_read_whole_and_never_backward_while_it_is_updated) {
  typename TypeParam::template cell<pair> subject(pair{});
  std::atomic<int> mistakes{0};

  run_on_all([&] {
    std::int32_t last = 0;
    for (int i = 0; i < each; ++i) {
      subject.update(next);
      const pair seen =
          i % 2 == 0
              ? subject.load()
              : harness::read_cell(subject, [](const pair& value) { return value; });
      // Its own update is included, so the value has grown.
      if (seen.first != seen.second || seen.first <= last) mistakes.fetch_add(1);
      last = seen.first;
    }
  });

  EXPECT_EQ(mistakes.load(), 0);
}

TYPED_TEST(cell, counts_as_a_counter_with_work_inside) {
  constexpr std::int64_t hold = 10;
  harness::counter_of<TypeParam> subject(5);

  run_on_all([&] {
    for (int i = 0; i < each; ++i) subject.increment(hold);
  });

  EXPECT_TRUE(harness::holds_inside<TypeParam>);
  EXPECT_EQ(subject.load(), 5 + threads * each);
}

// Counts its copies.
struct counted {
  counted() = default;
  counted(const counted& other) : value(other.value) { ++copies; }
  counted& operator=(const counted& other) {
    value = other.value;
    ++copies;
    return *this;
  }
  int value = 0;
  inline static std::atomic<int> copies{0};
};

template <typename Subject>
class lending : public ::testing::Test {};

#if defined(TUSSLE_HAS_URCU) && !defined(TUSSLE_MODE_TSAN)
using lenders = ::testing::Types<atom, atom_backoff, atom_node, locked_node, epoch, mutex,
                                 shared_mutex, mcs_lock, urcu>;
#else
using lenders = ::testing::Types<atom, atom_backoff, atom_node, locked_node, epoch, mutex,
                                 shared_mutex, mcs_lock>;
#endif
TYPED_TEST_SUITE(lending, lenders);

TYPED_TEST(lending, reads_without_a_copy) {
  const typename TypeParam::template cell<counted> subject(counted{});
  counted::copies = 0;

  EXPECT_EQ(harness::read_cell(subject, [](const counted& c) { return c.value; }), 0);

  EXPECT_EQ(counted::copies.load(), 0);
}

TEST(read_cell, copies_where_a_cell_cannot_lend) {
  const cas_loop::cell<std::int64_t> subject(42);

  EXPECT_EQ(harness::read_cell(subject, [](std::int64_t value) { return value; }), 42);
}

TEST(can_hold, is_limited_where_a_subject_says_so) {
  EXPECT_TRUE((harness::can_hold<cas_loop, payload<8>>()));
  EXPECT_FALSE((harness::can_hold<cas_loop, payload<64>>()));
  EXPECT_TRUE((harness::can_hold<mutex, payload<4096>>()));
}

#if defined(TUSSLE_HAS_URCU) && !defined(TUSSLE_MODE_TSAN)
// Counts how many of it are alive.
struct alive {
  alive() { ++count; }
  alive(const alive&) { ++count; }
  alive& operator=(const alive&) = default;
  ~alive() { --count; }
  char bytes[8192] = {};  // so large that the bound is reached soon
  inline static std::atomic<std::int64_t> count{0};
};

TEST(urcu, lets_one_thread_use_cells_of_several_types) {
  const urcu::cell<int> one(1);
  const urcu::cell<std::int64_t> two(2);

  EXPECT_EQ(one.load() + two.load(), 3);
}

TEST(urcu, frees_every_value_and_keeps_few_that_are_retired) {
  constexpr std::int64_t updates = 5 * urcu::cell<alive>::most_retired;
  std::int64_t most = 0;

  {
    urcu::cell<alive> subject(alive{});
    for (std::int64_t i = 0; i < updates; ++i) {
      subject.update([](const alive& value) { return value; });
      most = std::max(most, alive::count.load());
    }
  }

  EXPECT_EQ(alive::count.load(), 0);
  EXPECT_GT(most, 1);
  EXPECT_LE(most, urcu::cell<alive>::most_retired + 2);
}
#endif

}  // namespace
}  // namespace tussle::workloads::subjects
