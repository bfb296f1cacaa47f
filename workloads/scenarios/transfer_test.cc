// Do transfer and bank_receipts notice what they are there to notice?
#include "workloads/scenarios/transfer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/verdict.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/accounts.h"
#include "workloads/subjects/gnu_tm_bank.h"
#include "workloads/subjects/locked_banks.h"
#include "workloads/subjects/stm_account.h"
#include "workloads/subjects/transaction_banks.h"
#include "workloads/use_cases/bank_receipts.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict transfer_verdict(double accounts, double joint_share, int threads = 1,
                         int steps = steps_a_thread) {
  return verdict_of<transfer, Subject>({{"accounts", accounts},
                                        {"audit_share", 0.05},
                                        {"joint_share", joint_share},
                                        {"skew", 0.3},
                                        {"hold", 10}},
                                       threads, steps);
}

// Money goes to and fro: it takes a while until an account, or a pair, has none.
constexpr int until_poor = 5000;

template <typename Subject>
class sound_bank : public ::testing::Test {};
using sound_banks =
    ::testing::Types<subjects::ref_bank, subjects::atom_bank, subjects::agent_bank,
                     subjects::mutex_bank, subjects::shared_bank, subjects::locks_bank,
                     subjects::scoped_bank, subjects::absl_bank
#if defined(TUSSLE_HAS_GNU_TM)
                     ,
                     subjects::gnu_tm_bank
#endif
                     >;
TYPED_TEST_SUITE(sound_bank, sound_banks);

TYPED_TEST(sound_bank, UC_3_keeps_the_total_the_limits_and_the_joint_rules) {
  for (const double accounts : {2.0, 7.0, 40.0}) {
    for (const double joint_share : {0.0, 0.5, 1.0}) {
      const verdict found = transfer_verdict<TypeParam>(accounts, joint_share, 3);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

TEST(ref_bank, tells_in_numbers_what_its_transactions_did) {
  const verdict found = transfer_verdict<subjects::ref_bank>(7, 0.5, 2);

  ASSERT_FALSE(found.counts.empty());
  double commits = 0;
  double reads = 0;
  for (const auto& [name, count] : found.counts) {
    EXPECT_GE(count, 0) << name;
    if (name == "commits") commits = count;
    if (name == "reads") reads = count;
  }
  EXPECT_GT(commits, 0);
  EXPECT_GT(reads, 0) << "audits";
  EXPECT_TRUE(transfer_verdict<subjects::mutex_bank>(7, 0.5).counts.empty());
}

TEST(ref_bank, tells_versions_as_differences) {
  const tx_ref<int> another(0);
  const subjects::stm_account told;
  const tx_ref<int> own(0);

  EXPECT_NE(told.told().find(", 1 versions more alive"), std::string::npos)
      << told.told();
  EXPECT_EQ(told.counts().back(), std::pair(std::string("versions more alive"), 1.0));
}

TYPED_TEST(sound_bank, UC_3_has_threads_that_only_audit) {
  const auto with_auditors = [](double auditors) {
    return verdict_of<transfer, TypeParam>(
        {{"accounts", 7}, {"audit_share", 0}, {"joint_share", 0}, {"auditors", auditors}},
        3, steps_a_thread);
  };
  for (const int auditors : {0, 2}) {
    const verdict found = with_auditors(auditors);
    EXPECT_TRUE(found.passed) << found.message;
    // And the one of the verdict.
    const std::string expected =
        " in " + std::to_string(auditors * steps_a_thread + 1) + " audits";
    EXPECT_NE(found.message.find(expected), std::string::npos) << found.message;
    EXPECT_NE(found.message.find("0 transfers"), 0U) << found.message;
  }
}

TYPED_TEST(sound_bank, UC_3_writes_one_receipt_for_each_transfer) {
  for (const double accounts : {2.0, 20.0}) {
    const verdict found = verdict_of<use_cases::bank_receipts, TypeParam>(
        {{"accounts", accounts}}, 3, 2 * steps_a_thread);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

TYPED_TEST(sound_bank,
           UC_3_moves_nothing_from_an_account_to_itself_and_refuses_without_trace) {
  const bank_layout layout{2, 1};
  runtime on;
  typename TypeParam::bank bank(on, layout);
  std::vector<std::int64_t> seen(layout.size());

  EXPECT_TRUE(bank.move({.from = 1, .to = 1, .amount = 60}, no_receipt()));
  EXPECT_FALSE(bank.move({.from = 0, .to = 1, .amount = 101}, no_receipt()));
  EXPECT_TRUE(bank.move({.from = 0, .to = 1, .amount = 100}, no_receipt()));
  EXPECT_TRUE(bank.move({.from = 2, .to = 0, .partner = 3, .amount = 150}, no_receipt()));
  EXPECT_FALSE(bank.move({.from = 3, .to = 0, .partner = 2, .amount = 51}, no_receipt()));
  bank.audit(seen);

  EXPECT_EQ(seen, (std::vector<std::int64_t>{150, 200, -50, 100}));
  bank.finish();
}

// A bank that one thread uses, wrong in the manner of Wrong.
template <typename Wrong>
struct with_bank {
  class bank {
   public:
    bank(runtime& /*on*/, const bank_layout& layout)
        : balances_(layout.size(), bank_layout::opening) {}
    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      const std::int64_t beside = order.is_joint() ? balances_[order.partner] : 0;
      if (!Wrong::allows(order, balances_[order.from], beside)) return false;
      ++moved_;
      if (!Wrong::forgets(moved_)) balances_[order.from] -= order.amount;
      if (!Wrong::forgets(moved_ + Wrong::between)) balances_[order.to] += order.amount;
      for (int i = Wrong::receipts(moved_); i > 0; --i) receipt();
      return true;
    }
    void audit(std::span<std::int64_t> seen) const {
      std::copy(balances_.begin(), balances_.end(), seen.begin());
    }
    void finish() {}

   private:
    std::vector<std::int64_t> balances_;
    std::int64_t moved_ = 0;
  };
};

struct right {
  static bool allows(const transfer_order& o, std::int64_t balance, std::int64_t beside) {
    return o.may_happen(balance, beside);
  }
  static bool forgets(std::int64_t /*moved*/) { return false; }
  static constexpr std::int64_t between = 0;
  static int receipts(std::int64_t /*moved*/) { return 1; }
};
struct loses_half_a_transfer : right {
  static bool forgets(std::int64_t moved) { return moved == 21; }
  static constexpr std::int64_t between = 1;
};
struct loses_a_transfer : right {
  static bool forgets(std::int64_t moved) { return moved == 20; }
};
struct ignores_limits : right {
  static bool allows(const transfer_order& o, std::int64_t balance, std::int64_t beside) {
    return !o.is_joint() || o.may_happen(balance, beside);
  }
};
struct ignores_rules : right {
  static bool allows(const transfer_order& o, std::int64_t balance,
                     std::int64_t /*beside*/) {
    return o.may_happen(balance, o.is_joint() ? 1'000'000 : 0);
  }
};
struct repeats_a_receipt : right {
  static int receipts(std::int64_t moved) { return moved == 20 ? 2 : 1; }
};
struct loses_the_rest : right {
  static int receipts(std::int64_t moved) { return moved > 20 ? 0 : 1; }
};

TEST(transfer, tells_what_was_done) {
  const verdict found = transfer_verdict<with_bank<right>>(8, 0.5);

  EXPECT_TRUE(found.passed) << found.message;
  EXPECT_NE(found.message.find(" transfers, "), std::string::npos) << found.message;
}

TEST(transfer, finds_half_a_transfer) {
  const verdict found = transfer_verdict<with_bank<loses_half_a_transfer>>(8, 0);

  EXPECT_EQ(found.message.find("audits with another total"), 0U) << found.message;
}

TEST(transfer, finds_a_lost_transfer_though_the_total_is_right) {
  const verdict found = transfer_verdict<with_bank<loses_a_transfer>>(8, 0);

  EXPECT_EQ(found.message.find("weight of all balances"), 0U) << found.message;
}

TEST(transfer, finds_an_account_below_its_limit) {
  const verdict found = transfer_verdict<with_bank<ignores_limits>>(8, 0, 1, until_poor);

  EXPECT_EQ(found.message.find("accounts seen below"), 0U) << found.message;
}

TEST(transfer, finds_a_broken_joint_rule) {
  const verdict found = transfer_verdict<with_bank<ignores_rules>>(8, 0.5, 1, until_poor);

  EXPECT_EQ(found.message.find("joint rules seen broken"), 0U) << found.message;
}

template <typename Wrong>
verdict receipts_verdict() {
  return verdict_of<use_cases::bank_receipts, with_bank<Wrong>>({{"accounts", 8}});
}

TEST(bank_receipts, finds_a_receipt_that_was_repeated) {
  const verdict found = receipts_verdict<repeats_a_receipt>();

  EXPECT_EQ(found.message.find("receipts repeated"), 0U) << found.message;
}

TEST(bank_receipts, finds_receipts_that_were_lost) {
  const verdict found = receipts_verdict<loses_the_rest>();

  EXPECT_EQ(found.message.find("receipts written once"), 0U) << found.message;
}

}  // namespace
}  // namespace tussle::workloads
