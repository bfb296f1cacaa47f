// call_order_bank.h (planted): two locks in the order in which a transfer names its accounts.
//
// What is wrong: of two transfers in opposite directions each may hold what the other one wants.
// The mend:      subjects/locked_banks.h, locks_bank: one order for all; scoped_bank: no order.
// Must be caught by: the watchdog, which names both threads and both locks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/case/case_info.h"
#include "harness/watchdog/watched.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/per_thread.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/accounts.h"

namespace tussle::workloads::planted {

struct call_order_bank {
  static harness::subject_info info() {
    return {.name = "call_order_bank",
            .kind = harness::subject_kind::planted,
            .description = "Locks two accounts in the order of the call: stands still.",
            .source = "workloads/planted/call_order_bank.h"};
  }

  // Of two accounts: that is enough.
  class bank {
   public:
    bank(runtime& /*on*/, const bank_layout& /*layout*/) {}

    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      if (order.from == order.to) return false;
      if (!locked_in_call_order(accounts_[order.from], accounts_[order.to], order))
        return false;
      receipt();
      return true;
    }
    void audit(std::span<std::int64_t> seen) {
      for (std::size_t i = 0; i < seen.size(); ++i) {
        const sync::mutex_lock held(accounts_[i].lock);
        seen[i] = accounts_[i].balance;
      }
    }
    void finish() {}

   private:
    struct account {
      sync::mutex lock;
      std::int64_t balance = bank_layout::opening;
    };

    // Not inlined: stacks tell it.
    [[gnu::noinline]] static bool locked_in_call_order(account& from, account& to,
                                                       const transfer_order& order) {
      const sync::mutex_lock first(from.lock);
      sync::yield();  // what happens now and then, often
      const sync::mutex_lock second(to.lock);
      if (!order.may_happen(from.balance, 0)) return false;
      from.balance -= order.amount;
      to.balance += order.amount;
      return true;
    }

    std::array<account, 2> accounts_;
    const watchdog::named first_name_{&accounts_[0].lock, "account 0"};
    const watchdog::named second_name_{&accounts_[1].lock, "account 1"};
  };
};

}  // namespace tussle::workloads::planted
