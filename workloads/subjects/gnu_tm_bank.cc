// The transactions of gnu_tm_bank, compiled with -fgnu-tm; empty where the compiler has none.
#include "workloads/subjects/gnu_tm_bank.h"

#if defined(TUSSLE_HAS_GNU_TM)
namespace tussle::workloads::subjects {
namespace {

// Touches nothing that a transaction protects; its assembler text would not be let in else.
[[gnu::transaction_pure, gnu::noinline]] void work_inside(std::int64_t units) {
  harness::work(units);
}

}  // namespace

bool gnu_tm_bank::bank::moved_in_transaction(std::int64_t* balances,
                                             const transfer_order& order) {
  bool moved = false;
  __transaction_atomic {
    const std::int64_t beside = order.is_joint() ? balances[order.partner] : 0;
    moved = order.may_happen(balances[order.from], beside);
    if (moved) {
      balances[order.from] -= order.amount;
      work_inside(order.hold);
      balances[order.to] += order.amount;
    }
  }
  return moved;
}

void gnu_tm_bank::bank::copied_in_transaction(const std::int64_t* balances,
                                              std::int64_t* seen, std::size_t count) {
  __transaction_atomic {
    for (std::size_t i = 0; i < count; ++i) seen[i] = balances[i];
  }
}

}  // namespace tussle::workloads::subjects
#endif
