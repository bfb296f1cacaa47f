// What refs and transactions are when memory runs out (PIT-6). A binary of its own: it replaces
// operator new.
//
// Each operation is tried with its first allocation failing, then its second, and so on until
// it succeeds; after each failure everything must be as it was, and nothing claimed.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <latch>
#include <new>
#include <thread>
#include <vector>

#include "primitives/reclaim/retired.h"
#include "primitives/stm/history.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/sync/mode.h"
#include "primitives/testing/failing_allocation_testing.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::counted_value;

counted_value next(const counted_value& v) { return counted_value(v.number() + 1); }

class stm_allocation : public ::testing::Test {
 public:
  // Runs `act` with ever later allocations failing, until it succeeds. Returns how often it
  // failed.
  int fail_each_allocation(const std::function<void()>& act,
                           const std::function<void()>& check) {
    for (int successes = 0;; ++successes) {
      tests::let_allocations_succeed(successes);
      try {
        act();
        tests::let_all_allocations_succeed();
        return successes;
      } catch (const std::bad_alloc&) {
        tests::let_all_allocations_succeed();
        check();
      }
    }
  }

  void expect_unchanged() {
    EXPECT_EQ(a.load()->number(), 1);
    EXPECT_EQ(b.load()->number(), 2);
    tests::on_another_thread([&] {
      transact([&] { return a.ensure(); });
      transact([&] { b.alter([](const counted_value& v) { return v; }); });
    });
  }

  tx_ref<counted_value> a{counted_value(1)};
  tx_ref<counted_value> b{counted_value(2)};
};

TEST_F(stm_allocation, PIT_6_a_transaction_that_finds_no_memory_changes_nothing) {
  const int failures = fail_each_allocation(
      [&] {
        transact([&] {
          a.alter(next);
          b.set(counted_value(5));
          b.alter(next);
        });
      },
      [&] { expect_unchanged(); });

  EXPECT_GE(failures, 0);  // the pool has memory by then, or has none
  EXPECT_EQ(a.load()->number(), 2);
  EXPECT_EQ(b.load()->number(), 6);
}

TEST_F(stm_allocation, PIT_6_nor_does_one_that_commutes_and_ensures) {
  fail_each_allocation(
      [&] {
        transact([&] {
          a.commute(next);
          b.ensure();
          a.commute([more = std::vector<int>(100, 1)](const counted_value& v) {
            return counted_value(v.number() + more[5]);
          });
        });
      },
      [&] { expect_unchanged(); });

  EXPECT_EQ(a.load()->number(), 3);
}

TEST_F(stm_allocation, PIT_6_many_refs_in_one_transaction_are_all_changed_or_none) {
  std::vector<tx_ref<counted_value>> many;
  many.reserve(40);
  for (int i = 0; i < 40; ++i) many.emplace_back(counted_value(i));

  const int failures = fail_each_allocation(
      [&] {
        transact([&] {
          for (auto& each : many) each.alter(next);
        });
      },
      [&] {
        for (int i = 0; i < 40; ++i)
          EXPECT_EQ(many[static_cast<std::size_t>(i)].load()->number(), i);
      });

  EXPECT_GT(failures, 3);
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(many[static_cast<std::size_t>(i)].load()->number(), i + 1);
}

TEST_F(stm_allocation, PIT_6_a_watch_that_cannot_be_told_leaves_the_commit_in_place) {
  int heard = 0;
  a.add_watch("w", [&](auto&...) { ++heard; });
  transact([&] { a.set(counted_value(1)); });
  ASSERT_EQ(heard, 1);

  const int failures = fail_each_allocation([&] { transact([&] { a.alter(next); }); },
                                            [&] { EXPECT_EQ(heard, 1); });

  EXPECT_EQ(heard, 2);
  EXPECT_LE(a.load()->number(), 2 + failures);
  transact([&] { a.alter(next); });
  EXPECT_EQ(heard, 3);
}

// A commit gives up what nobody needs without memory for that: only its version takes some,
// where blocks come from the system.
TEST_F(stm_allocation, PIT_6_what_a_ref_keeps_is_bounded_while_there_is_no_memory) {
  constexpr int for_a_version = sync::has_schedule_points ? 1 : 0;
  tx_ref<int> r(0);
  const auto set = [&](int i) { transact([&] { r.set(i); }); };
  std::latch stands(1);
  std::latch go_on(1);
  std::thread reader([&] {
    transact([&] {
      r.load();
      stands.count_down();
      go_on.wait();
    });
  });
  stands.wait();
  for (int i = 0; i < 200; ++i) set(i);

  int failures = 0;
  for (int i = 0; i < 12; ++i) {
    tests::let_allocations_succeed(for_a_version);
    try {
      set(i);
    } catch (const std::bad_alloc&) {
      ++failures;
    }
    tests::let_all_allocations_succeed();
    EXPECT_LE(r.history_count(), 1 + stm::spare_versions);
  }
  go_on.count_down();
  reader.join();

  EXPECT_EQ(failures, 0) << "versions come from a pool that has some";
}

TEST_F(stm_allocation, PIT_6_a_ref_that_finds_no_memory_is_none) {
  reclaim::clean_up();
  const std::int64_t live = counted_value::live();

  fail_each_allocation([&] { const tx_ref<counted_value> r{counted_value(1)}; },
                       [&] {
                         reclaim::clean_up();
                         EXPECT_EQ(counted_value::live(), live);
                       });
}

}  // namespace
}  // namespace tussle
