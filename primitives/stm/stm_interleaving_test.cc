// What transactions do when others step in between: forced by bodies that run the other thread,
// or tell it when to go on.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <latch>
#include <thread>
#include <vector>

#include "primitives/reference/errors.h"
#include "primitives/stm/stm_counters.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/threads_testing.h"
#include "primitives/testing/transactions_testing.h"

namespace tussle {
namespace {

using tests::on_another_thread;
using tests::sample;
using tests::successor;
using tests::wait_for_retry;

int plus_one(int v) { return v + 1; }

// The calling thread's transactions, rather than to wait for who waits for them.
void soon_give_up() {
  set_stm_options({.most_attempts = 3, .longest_wait = std::chrono::milliseconds(1)});
}

void wait_for_long() { set_stm_options({.longest_wait = std::chrono::hours(1)}); }

template <typename T>
class ref_between : public ::testing::Test {
 public:
  static T of(std::int64_t n) { return sample<T>::of(n); }
  static std::int64_t present(const tx_ref<T>& r) { return sample<T>::number(*r.load()); }
  // A whole transaction of another thread.
  void meanwhile_set(tx_ref<T>& ref, std::int64_t n) {
    on_another_thread([&] { transact([&] { ref.set(of(n)); }); });
  }

  tx_ref<T> r{of(1)};
  tx_ref<T> q{of(10)};
};
TYPED_TEST_SUITE(ref_between, tests::all_representations, tests::representation_names);

TYPED_TEST(ref_between, STM_5_an_attempt_reads_one_value_however_often_others_commit) {
  int bodies = 0;

  transact([&] {
    ++bodies;
    const auto first = this->r.load();
    for (int i = 0; i < 20; ++i) this->meanwhile_set(this->r, 100 + i);
    EXPECT_TRUE(this->r.load().same_as(first));
    EXPECT_EQ(this->present(this->r), 1);
  });

  EXPECT_EQ(bodies, 1);
  EXPECT_EQ(this->present(this->r), 119);
}

TYPED_TEST(ref_between, STM_5_so_does_one_that_has_changed_another_ref) {
  int bodies = 0;

  transact([&] {
    ++bodies;
    this->q.set(this->of(20));
    const auto first = this->r.load();
    for (int i = 0; i < 20; ++i) this->meanwhile_set(this->r, 100 + i);
    EXPECT_TRUE(this->r.load().same_as(first));
    EXPECT_EQ(this->present(this->r), 1);
    EXPECT_EQ(this->present(this->q), 20);
  });

  EXPECT_EQ(bodies, 1);
  EXPECT_EQ(this->present(this->q), 20);
}

TYPED_TEST(ref_between, STM_45_also_of_a_commit_right_before_its_read_point) {
  transact([&] { this->r.set(this->of(2)); });
  int bodies = 0;

  transact([&] {
    ++bodies;
    for (int i = 0; i < 20; ++i) this->meanwhile_set(this->r, 100 + i);
    EXPECT_EQ(this->present(this->r), 2);
  });

  EXPECT_EQ(bodies, 1);
}

TYPED_TEST(ref_between, STM_45_a_ref_first_read_after_others_changed_it_is_as_it_was) {
  int bodies = 0;

  transact([&] {
    ++bodies;
    EXPECT_EQ(this->present(this->q), 10);
    for (int i = 0; i < 20; ++i) this->meanwhile_set(this->r, 100 + i);
    EXPECT_EQ(this->present(this->r), 1) << "the version of the read point is kept";
  });

  EXPECT_EQ(bodies, 1);
}

TYPED_TEST(ref_between, STM_9_of_two_that_overlap_one_is_tried_again) {
  int bodies = 0;
  const auto before = count_stm();

  transact([&] {
    ++bodies;
    this->r.load();
    if (bodies == 1) this->meanwhile_set(this->r, 10);
    this->r.alter(successor<TypeParam>);
  });

  EXPECT_EQ(bodies, 2);
  EXPECT_EQ(count_stm().retried(retry_cause::stale) - before.retried(retry_cause::stale),
            1U);
  EXPECT_EQ(this->present(this->r), 11);
}

TYPED_TEST(ref_between, STM_18_a_commute_is_applied_to_what_came_meanwhile) {
  int bodies = 0;

  const auto provisional = transact([&] {
    ++bodies;
    const auto seen = sample<TypeParam>::number(*this->r.commute(successor<TypeParam>));
    if (bodies == 1) this->meanwhile_set(this->r, 20);
    return seen;
  });

  EXPECT_EQ(bodies, 1);
  EXPECT_EQ(provisional, 2);
  EXPECT_EQ(this->present(this->r), 21);
}

TYPED_TEST(ref_between, STM_19_the_base_of_a_commute_is_the_latest_value) {
  transact([&] {
    EXPECT_EQ(this->present(this->r), 1);
    this->meanwhile_set(this->r, 20);
    EXPECT_EQ(this->present(this->r), 1);
    EXPECT_EQ(sample<TypeParam>::number(*this->r.commute(successor<TypeParam>)), 21);
  });

  EXPECT_EQ(this->present(this->r), 21);
}

TYPED_TEST(ref_between, STM_30_other_threads_are_not_part_of_the_transaction) {
  transact([&] {
    this->r.set(this->of(2));
    on_another_thread([&] {
      soon_give_up();
      EXPECT_EQ(this->present(this->r), 1);
      EXPECT_THROW(this->r.set(this->of(3)), no_transaction_error);
      EXPECT_THROW(this->q.alter(successor<TypeParam>), no_transaction_error);
      EXPECT_FALSE(in_transaction());
    });
    this->meanwhile_set(this->q, 20);
  });

  EXPECT_EQ(this->present(this->r), 2);
  EXPECT_EQ(this->present(this->q), 20);
}

TYPED_TEST(ref_between, STM_40_a_swallowed_signal_does_not_make_an_attempt_commit) {
  int bodies = 0;

  transact([&] {
    ++bodies;
    this->r.load();
    this->q.set(this->of(100 + bodies));
    if (bodies == 1) this->meanwhile_set(this->r, 5);
    try {
      this->r.alter(successor<TypeParam>);
    } catch (...) {  // everything
    }
  });

  EXPECT_EQ(bodies, 2);
  EXPECT_EQ(this->present(this->r), 6);
  EXPECT_EQ(this->present(this->q), 102);
}

TYPED_TEST(ref_between, STM_40_nor_do_later_operations_of_that_attempt_succeed) {
  int bodies = 0;
  int got_through = 0;
  const auto ignoring = [&](const auto& act) {
    try {
      act();
      ++got_through;
    } catch (...) {
    }
  };

  transact([&] {
    if (++bodies > 1) return;
    this->r.load();
    this->meanwhile_set(this->r, 5);
    ignoring([&] { this->r.alter(successor<TypeParam>); });
    ignoring([&] { this->q.set(this->of(1)); });
    ignoring([&] { this->q.load(); });
    ignoring([&] { this->q.ensure(); });
    ignoring([&] { this->q.commute(successor<TypeParam>); });
    throw 1;  // caused by the signal for all we know
  });

  EXPECT_EQ(bodies, 2);
  EXPECT_EQ(got_through, 0);
  EXPECT_EQ(this->present(this->q), 10);
}

TEST(transactions, STM_38_a_body_that_only_reads_lets_nobody_go_first) {
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  int bodies = 0;
  const auto read_both = [&] {
    set_stm_options({.most_attempts = 1});
    transact([&] {
      ++bodies;
      EXPECT_EQ(*r.load() + *q.load(), 0);
    });
  };

  on_another_thread([&] {
    set_stm_options({.attempts_before_priority = 0});  // this one does
    transact([&] {
      r.set(1);
      on_another_thread(read_both);
    });
  });

  EXPECT_EQ(bodies, 1);
}

TEST(transactions, STM_53_one_that_has_seen_only_what_it_claimed_goes_on_in_place) {
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  int bodies = 0;

  transact([&] {
    ++bodies;
    r.alter(plus_one);
    on_another_thread([&] { transact([&] { q.set(10); }); });
    q.alter(plus_one);
    on_another_thread([&] { EXPECT_EQ(*r.load(), 0); });
  });

  EXPECT_EQ(bodies, 1);
  EXPECT_EQ(*q.load(), 11);
}

TEST(transactions, STM_53_but_not_one_that_has_read_anything_else) {
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  int bodies = 0;

  transact([&] {
    ++bodies;
    r.load();
    if (bodies == 1) on_another_thread([&] { transact([&] { r.set(5), q.set(10); }); });
    q.alter([&](int v) { return v + *r.load(); });
  });

  EXPECT_EQ(bodies, 2);
  EXPECT_EQ(*q.load(), 15);
}

TEST(transactions, STM_53_nor_while_a_function_looks_at_a_value) {
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  int bodies = 0;

  transact([&] {
    ++bodies;
    r.alter([&](int v) {
      if (bodies == 1) on_another_thread([&] { transact([&] { q.set(10); }); });
      q.alter(plus_one);
      return v + 1;
    });
  });

  EXPECT_EQ(bodies, 2);
  EXPECT_EQ(*q.load(), 11);
}

TEST(transactions, STM_20_commutes_in_opposite_orders_that_commit_together) {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  const auto before = count_stm();
  std::atomic<bool> other_ended{false};
  std::thread other;
  const auto commute_in_order = [&] {
    transact([&] { a.commute(plus_one), b.commute(plus_one); });
  };
  int calls = 0;

  transact([&] {
    b.commute([&](int v) {
      if (++calls == 2) {  // at the commit, which the other one meets
        other = std::thread([&] {
          commute_in_order();
          other_ended.store(true);
        });
        while (!other_ended.load() && count_stm().retried(retry_cause::at_commit) ==
                                          before.retried(retry_cause::at_commit))
          std::this_thread::yield();
      }
      return v + 1;
    });
    a.commute(plus_one);
  });
  other.join();

  EXPECT_EQ(*a.load(), 2);
  EXPECT_EQ(*b.load(), 2);
}

TEST(transactions, STM_52_two_that_ensured_what_both_want_do_not_wait_for_each_other) {
  tx_ref<int> r(0);
  std::latch both_ensured(2);

  tests::run_together(2, [&](int) {
    wait_for_long();
    int bodies = 0;
    transact([&] {
      r.ensure();
      if (++bodies == 1) both_ensured.arrive_and_wait();
      r.alter(plus_one);
    });
  });

  EXPECT_EQ(*r.load(), 2);
}

TEST(transactions, STM_52_a_commit_that_waits_for_a_claim_holds_none_itself) {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  std::thread younger;
  const auto before = count_stm();
  const auto advance_clock = [] { transact([] { tx_ref<int>(0).set(1); }); };
  const auto commit_crosswise = [&] {
    wait_for_long();
    transact([&] { b.alter(plus_one), a.commute(plus_one); });
  };

  on_another_thread([&] {
    wait_for_long();
    transact([&] {
      a.alter(plus_one);
      b.commute(plus_one);
      if (younger.joinable()) return;
      on_another_thread(advance_clock);
      younger = std::thread(commit_crosswise);
      wait_for_retry(retry_cause::at_commit, before);
    });
  });
  younger.join();

  EXPECT_EQ(*a.load(), 2);
  EXPECT_EQ(*b.load(), 2);
}

// Waits in the body of one transaction until another one has met what it holds.
TEST(transactions, STM_21_what_is_ensured_is_not_changed_by_others) {
  tx_ref<int> r(1);
  std::thread writer;
  const auto before = count_stm();

  transact([&] {
    EXPECT_EQ(*r.ensure(), 1);
    on_another_thread([&] {
      soon_give_up();
      transact([&] { EXPECT_EQ(*r.ensure(), 1); });
    });
    EXPECT_EQ(*r.ensure(), 1);
    writer = std::thread([&] { transact([&] { r.set(2); }); });
    wait_for_retry(retry_cause::ensured, before);
    on_another_thread([&] { EXPECT_EQ(*r.load(), 1); });
  });
  writer.join();

  EXPECT_EQ(*r.load(), 2);
}

TEST(transactions, STM_21_the_one_that_ensured_it_may_change_it) {
  tx_ref<int> r(1);

  transact([&] {
    r.ensure();
    r.ensure();
    r.alter(plus_one);
    r.ensure();
  });
  transact([&] {
    r.ensure();
    r.commute(plus_one);
  });
  on_another_thread([&] {
    soon_give_up();
    transact([&] { r.alter(plus_one); });
  });

  EXPECT_EQ(*r.load(), 4);
}

TEST(transactions,
     STM_21_a_body_that_read_before_it_ensures_what_changed_is_tried_again) {
  tx_ref<int> r(1);
  int bodies = 0;

  transact([&] {
    ++bodies;
    r.load();
    if (bodies == 1) on_another_thread([&] { transact([&] { r.set(2); }); });
    EXPECT_EQ(*r.ensure(), 2);
  });

  EXPECT_EQ(bodies, 2);
}

// Each may drop to zero only while the other one is positive.
void drop(tx_ref<int>& mine, const tx_ref<int>& other) {
  if (*other.load() > 0) mine.set(0);
}
void drop_safely(tx_ref<int>& mine, tx_ref<int>& other) {
  if (*other.ensure() > 0) mine.set(0);
}

TEST(transactions, STM_22_write_skew_happens_without_ensure) {
  tx_ref<int> a(1);
  tx_ref<int> b(1);

  transact([&] {
    b.load();
    on_another_thread([&] { transact([&] { drop(b, a); }); });
    drop(a, b);
  });

  EXPECT_EQ(*a.load(), 0);
  EXPECT_EQ(*b.load(), 0);
}

TEST(transactions, STM_22_write_skew_does_not_happen_with_ensure) {
  tx_ref<int> a(1);
  tx_ref<int> b(1);
  std::thread other;
  const auto before = count_stm();

  transact([&] {
    b.ensure();
    if (!other.joinable())
      other = std::thread([&] { transact([&] { drop_safely(b, a); }); });
    wait_for_retry(retry_cause::ensured, before);
    drop_safely(a, b);
  });
  other.join();

  EXPECT_EQ(*a.load() + *b.load(), 1);
}

TEST(transactions, STM_22_nor_where_both_are_at_it_all_the_time) {
  for (int i = 0; i < tests::rounds / 10; ++i) {
    tx_ref<int> a(1);
    tx_ref<int> b(1);
    tests::run_together(2, [&](int index) {
      transact([&] { index == 0 ? drop_safely(a, b) : drop_safely(b, a); });
    });
    ASSERT_EQ(*a.load() + *b.load(), 1);
  }
}

}  // namespace
}  // namespace tussle
