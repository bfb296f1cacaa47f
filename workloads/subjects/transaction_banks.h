// transaction_banks.h (subjects): banks on this project's primitives.
//
// ref_bank:   a ref for each account. A transfer touches what it needs, an audit never waits.
// atom_bank:  one atom that holds all accounts: each transfer contends with every other.
// agent_bank: an agent that does one transfer after the other, and who asks waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/atom/atom.h"
#include "primitives/stm/transact.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/task/runtime.h"
#include "primitives/value/vector.h"
#include "workloads/scenarios/accounts.h"
#include "workloads/subjects/stm_account.h"

namespace tussle::workloads::subjects {

struct ref_bank {
  static harness::subject_info info() {
    return {.name = "ref_bank",
            .kind = harness::subject_kind::ours,
            .description = "A tussle::tx_ref for each account; transact.",
            .source = "workloads/subjects/transaction_banks.h",
            .counts_failed_attempts = true};
  }

  class bank {
   public:
    bank(runtime& on, const bank_layout& layout) : receipts_(0, {.on = &on}) {
      accounts_.reserve(layout.size());
      for (std::size_t i = 0; i < layout.size(); ++i)
        accounts_.emplace_back(bank_layout::opening);
    }

    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      return transact([&] {
        // Only read, but relied on: without ensure it might change before the commit.
        const std::int64_t beside =
            order.is_joint() ? *accounts_[order.partner].ensure() : 0;
        if (!order.may_happen(balance(order.from), beside)) return false;
        change(order);
        write(order, receipt);
        return true;
      });
    }

    // Reads only, so it never runs again and holds nobody up.
    void audit(std::span<std::int64_t> balances) const {
      transact([&] {
        for (std::size_t i = 0; i < balances.size(); ++i) balances[i] = balance(i);
      });
    }

    void finish() { await(receipts_); }

    // Of the transfers that had receipts.
    std::int64_t turnover() const { return *turnover_.load(); }

    // Of all transactions since the bank opened.
    std::string account() const { return since_opening_.told(); }
    auto counts() const { return since_opening_.counts(); }

   protected:
    std::int64_t balance(std::size_t account) const {
      return accounts_[account].read([](std::int64_t v) { return v; });
    }
    void change(const transfer_order& order) {
      accounts_[order.from].alter(std::minus<>(), order.amount);
      harness::work(order.hold);
      accounts_[order.to].alter(std::plus<>(), order.amount);
    }
    // By an agent, as the body may run again: what is sent goes out with the commit, once.
    template <typename Receipt>
    void write(const transfer_order& order, const Receipt& receipt) {
      if constexpr (!std::is_same_v<Receipt, no_receipt>) {
        turn_over(order);
        receipts_.send([receipt](std::int64_t written) {
          receipt();
          return written + 1;
        });
      }
    }
    // Every transfer adds to it; but in any order, so that no two of them conflict.
    void turn_over(const transfer_order& order) {
      turnover_.commute(std::plus<>(), order.amount);
    }

    std::vector<tx_ref<std::int64_t>> accounts_;

   private:
    tx_ref<std::int64_t> turnover_{0};
    agent<std::int64_t> receipts_;
    const stm_account since_opening_;
  };
};

using all_balances = value::vector<std::int64_t>;

inline all_balances opening_balances(const bank_layout& layout) {
  return all_balances(value::from_range,
                      std::vector<std::int64_t>(layout.size(), bank_layout::opening));
}

// What `all` become if the order may happen; then `moved` is true. May run again.
inline all_balances moved_in(const all_balances& all, const transfer_order& order,
                             bool& moved) {
  moved = order.may_happen(all[order.from], order.is_joint() ? all[order.partner] : 0);
  if (!moved) return all;
  harness::work(order.hold);
  all_balances next = all.assoc(order.from, all[order.from] - order.amount);
  const std::int64_t there = next[order.to] + order.amount;
  return std::move(next).assoc(order.to, there);
}

inline void copy_to(std::span<std::int64_t> seen, const all_balances& all) {
  std::size_t i = 0;
  for (const std::int64_t each : all) seen[i++] = each;
}

struct atom_bank {
  static harness::subject_info info() {
    return {.name = "atom_bank",
            .kind = harness::subject_kind::ours,
            .description = "One tussle::atom of a tussle::value::vector of all accounts.",
            .source = "workloads/subjects/transaction_banks.h",
            .counts_failed_attempts = true};
  }

  class bank {
   public:
    bank(runtime& /*on*/, const bank_layout& layout) : all_(opening_balances(layout)) {}

    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      bool moved = false;  // of the last attempt: each sets it
      all_.swap([&](const all_balances& all) { return moved_in(all, order, moved); });
      if (moved) receipt();
      return moved;
    }
    void audit(std::span<std::int64_t> seen) const { copy_to(seen, *all_.load()); }
    void finish() {}

   private:
    atom<all_balances> all_;
  };
};

struct agent_bank {
  static harness::subject_info info() {
    return {.name = "agent_bank",
            .kind = harness::subject_kind::ours,
            .description = "A tussle::agent that holds all accounts; send, then await.",
            .source = "workloads/subjects/transaction_banks.h"};
  }

  class bank {
   public:
    bank(runtime& on, const bank_layout& layout)
        : all_(opening_balances(layout), {.on = &on}) {}

    // Actions run once, so that they may write receipts. The await comes back when the result
    // is stored: who has moved something finds it moved in an audit.
    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      bool moved = false;
      all_.send([&moved, order, receipt](const all_balances& all) {
        all_balances next = moved_in(all, order, moved);
        if (moved) receipt();
        return next;
      });
      finish();
      return moved;
    }
    void audit(std::span<std::int64_t> seen) const { copy_to(seen, *all_.load()); }
    void finish() { await(all_); }

   private:
    agent<all_balances> all_;
  };
};

}  // namespace tussle::workloads::subjects
