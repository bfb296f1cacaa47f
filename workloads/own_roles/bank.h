// bank.h (own role): what another project's bank must have, and which workloads it enters.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/accounts.h"
#include "workloads/scenarios/transfer.h"
#include "workloads/use_cases/bank_receipts.h"

namespace tussle::workloads {

struct bank_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (bank_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::bank; };
      static_assert(is_there, "tussle: role bank: the subject lacks class bank");
      if constexpr (is_there) check<typename Subject::bank>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<transfer, Subject>();
    all.extend<use_cases::bank_receipts, Subject>();
  }

 private:
  template <typename Bank>
  static constexpr void check() {
    static_assert(
        std::constructible_from<Bank, runtime&, bank_layout>,
        "tussle: role bank: class bank lacks bank(runtime&, const bank_layout&)");
    static_assert(
        requires(Bank b, const transfer_order& order) {
          { b.move(order, no_receipt()) } -> std::same_as<bool>;
        },
        "tussle: role bank: class bank lacks bool move(const transfer_order&, const "
        "Receipt&), with Receipt any type that can be called");
    static_assert(
        requires(Bank b, std::span<std::int64_t> balances) { b.audit(balances); },
        "tussle: role bank: class bank lacks void audit(std::span<std::int64_t> "
        "balances)");
    static_assert(
        requires(Bank b) { b.finish(); },
        "tussle: role bank: class bank lacks void finish()");
  }
};

}  // namespace tussle::workloads
