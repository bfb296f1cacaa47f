// Is what is planted in the banks really there? Each bug is forced step by step. Built in modes
// with schedule points only.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "primitives/stm/stm_counters.h"
#include "primitives/sync/mode.h"
#include "primitives/sync/per_thread.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/schedulers_testing.h"
#include "workloads/planted/naive_banks.h"
#include "workloads/scenarios/accounts.h"
#include "workloads/subjects/transaction_banks.h"
#include "workloads/use_cases/receipt_book.h"

namespace tussle::workloads::planted {
namespace {

static_assert(sync::has_schedule_points);

// The first `held` is done by a thread that stands still at the point while `meanwhile` happens.
// What an audit then finds, and what one finds at the end.
struct held_transfer {
  const char* point;
  bank_layout layout;
  transfer_order held;
  transfer_order meanwhile;
};
struct found_twice {
  audit_findings in_between;
  audit_findings at_the_end;
};

template <typename Bank, typename Receipt>
found_twice force(const held_transfer& how, const Receipt& receipt) {
  tests::freeze_at freeze(how.point);
  runtime on;
  Bank bank(on, how.layout);
  std::vector<std::int64_t> seen(how.layout.size());
  found_twice found;
  std::thread first([&] { bank.move(how.held, receipt); });

  freeze.wait_until_reached();
  bank.move(how.meanwhile, no_receipt());
  bank.audit(seen);
  found.in_between.look(how.layout, seen);
  freeze.let_go();
  first.join();
  bank.finish();
  bank.audit(seen);
  found.at_the_end.look(how.layout, seen);
  return found;
}

constexpr held_transfer all_of_it_twice{.point = "planted.check_outside.checked",
                                        .layout = {2, 0},
                                        .held = {.from = 0, .to = 1, .amount = 100},
                                        .meanwhile = {.from = 0, .to = 1, .amount = 60}};

TEST(planted_atom_per_account, UC_3_an_audit_misses_money_in_flight) {
  held_transfer how = all_of_it_twice;
  how.point = "planted.atom_per_account.in_flight";

  const found_twice found = force<atom_per_account::bank>(how, no_receipt());

  EXPECT_EQ(found.in_between.other_totals, 1);
  EXPECT_EQ(found.at_the_end.other_totals, 0) << "it has arrived";
}

TEST(planted_check_outside, UC_3_both_transfers_have_seen_the_money) {
  const found_twice found = force<check_outside::bank>(all_of_it_twice, no_receipt());

  EXPECT_EQ(found.in_between.below_limit, 0);
  EXPECT_EQ(found.at_the_end.below_limit, 1);
}

// Each takes more than half of what the two halves have together.
TEST(planted_skewed_rule, UC_3_each_transfer_relies_on_what_the_other_one_takes) {
  const held_transfer how{.point = "planted.skewed_rule.checked",
                          .layout = {2, 1},
                          .held = {.from = 2, .to = 0, .partner = 3, .amount = 150},
                          .meanwhile = {.from = 3, .to = 1, .partner = 2, .amount = 150}};

  const found_twice found = force<skewed_rule::bank>(how, no_receipt());

  EXPECT_EQ(found.in_between.broken_rules, 0);
  EXPECT_EQ(found.at_the_end.broken_rules, 1);
  EXPECT_EQ(found.at_the_end.other_totals, 0) << "nothing else is wrong";
}

// The mend: who ensured it is before its commit, and the other one tries meanwhile.
TEST(planted_skewed_rule, UC_3_with_ensure_only_one_of_them_happens) {
  const bank_layout layout{2, 1};
  tests::freeze_at freeze("stm.commit.before_committing");
  runtime on;
  subjects::ref_bank::bank bank(on, layout);
  bool first = false;
  bool second = false;
  std::thread held([&] {
    first = bank.move({.from = 2, .to = 0, .partner = 3, .amount = 150}, no_receipt());
  });
  freeze.wait_until_reached();
  const std::uint64_t before = count_stm().attempts;
  std::thread meanwhile([&] {
    second = bank.move({.from = 3, .to = 1, .partner = 2, .amount = 150}, no_receipt());
  });
  while (count_stm().attempts == before) sync::yield();
  freeze.let_go();
  held.join();
  meanwhile.join();

  EXPECT_TRUE(first);
  EXPECT_FALSE(second);
}

TEST(planted_io_in_body, UC_3_an_attempt_that_runs_again_writes_again) {
  held_transfer how = all_of_it_twice;
  how.point = "planted.io_in_body.written";
  how.held.amount = 10;
  use_cases::receipt_book book(1);

  force<io_in_body::bank>(how, use_cases::numbered_receipt(book, 0, 1));

  EXPECT_EQ(book.written_for(0), 1);
  EXPECT_GE(book.repeated_for(0), 1);
}

}  // namespace
}  // namespace tussle::workloads::planted
