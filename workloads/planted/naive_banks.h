// naive_banks.h (planted): banks as they are often built first.
//
// atom_per_account: an atom for each account; between its two swaps a transfer is in flight,
//                   and an audit misses the money. Nor can it look at two accounts at once.
// check_outside:    looks at the balance before the transaction that relies on it: another
//                   transfer may have come in between, and the account falls below its limit.
// skewed_rule:      reads the other half of a pair without ensure: two transfers that each
//                   change the half that the other one has read both commit (write skew).
// io_in_body:       writes the receipt in the body of the transaction: once more for each
//                   attempt.
// The mend:         subjects/transaction_banks.h, ref_bank.
// Must be caught by: verification of transfer, and of bank_receipts (io_in_body).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "primitives/atom/atom.h"
#include "primitives/stm/transact.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/accounts.h"
#include "workloads/subjects/transaction_banks.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_bank_info(std::string name, std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_banks.h",
          .breaks_invariant = harness::expectation::may};
}

struct atom_per_account {
  static harness::subject_info info() {
    return naive_bank_info("atom_per_account", "A tussle::atom for each account.");
  }

  class bank {
   public:
    bank(runtime& /*on*/, const bank_layout& layout) {
      accounts_.reserve(layout.size());
      for (std::size_t i = 0; i < layout.size(); ++i)
        accounts_.push_back(
            std::make_unique<atom<std::int64_t>>(std::int64_t{bank_layout::opening}));
    }

    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      const std::int64_t beside =
          order.is_joint() ? *accounts_[order.partner]->load() : 0;
      bool moved = false;
      accounts_[order.from]->swap([&](std::int64_t balance) {
        moved = order.may_happen(balance, beside);
        return moved ? balance - order.amount : balance;
      });
      if (!moved) return false;
      sync::schedule_point("planted.atom_per_account.in_flight");
      harness::work(order.hold);
      accounts_[order.to]->swap(std::plus<>(), order.amount);
      receipt();
      return true;
    }
    void audit(std::span<std::int64_t> seen) const {
      for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = *accounts_[i]->load();
    }
    void finish() {}

   private:
    std::vector<std::unique_ptr<atom<std::int64_t>>> accounts_;
  };
};

struct check_outside {
  static harness::subject_info info() {
    return naive_bank_info("check_outside", "Checks before the transaction begins.");
  }

  class bank : public subjects::ref_bank::bank {
   public:
    using subjects::ref_bank::bank::bank;

    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      const std::int64_t beside = order.is_joint() ? balance(order.partner) : 0;
      if (!order.may_happen(balance(order.from), beside)) return false;
      sync::schedule_point("planted.check_outside.checked");
      sync::yield();  // what happens now and then, often
      transact([&] {
        change(order);
        write(order, receipt);
      });
      return true;
    }
  };
};

struct skewed_rule {
  static harness::subject_info info() {
    return naive_bank_info("skewed_rule",
                           "Reads what a joint rule relies on without ensure.");
  }

  class bank : public subjects::ref_bank::bank {
   public:
    using subjects::ref_bank::bank::bank;

    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      return transact([&] {
        const std::int64_t beside = order.is_joint() ? balance(order.partner) : 0;
        if (!order.may_happen(balance(order.from), beside)) return false;
        sync::schedule_point("planted.skewed_rule.checked");
        if (order.is_joint()) sync::yield();  // what happens now and then, often
        change(order);
        write(order, receipt);
        return true;
      });
    }
  };
};

struct io_in_body {
  static harness::subject_info info() {
    return naive_bank_info("io_in_body", "Writes receipts in the body of a transaction.");
  }

  class bank : public subjects::ref_bank::bank {
   public:
    using subjects::ref_bank::bank::bank;

    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      return transact([&] {
        const std::int64_t beside =
            order.is_joint() ? *accounts_[order.partner].ensure() : 0;
        if (!order.may_happen(balance(order.from), beside)) return false;
        receipt();
        sync::schedule_point("planted.io_in_body.written");
        sync::yield();  // what happens now and then, often
        change(order);
        turn_over(order);
        return true;
      });
    }
  };
};

}  // namespace tussle::workloads::planted
