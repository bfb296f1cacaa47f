// What needs several values to change together: compiled apart, as it brings transactions and
// runtimes.
#include "workloads/planted/naive_banks.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/transfer.h"
#include "workloads/subjects/gnu_tm_bank.h"
#include "workloads/subjects/locked_banks.h"
#include "workloads/subjects/transaction_banks.h"
#include "workloads/use_cases/bank_receipts.h"

namespace tussle::workloads {

void add_transaction_cases(harness::registry& all) {
  namespace s = subjects;
  all.add<transfer, s::ref_bank, s::atom_bank, s::agent_bank, s::mutex_bank,
          s::shared_bank, s::locks_bank, s::scoped_bank, s::absl_bank,
          planted::atom_per_account, planted::check_outside, planted::skewed_rule>();
  all.add<use_cases::bank_receipts, s::ref_bank, s::atom_bank, s::agent_bank,
          s::mutex_bank, s::shared_bank, s::locks_bank, s::scoped_bank, s::absl_bank,
          planted::io_in_body>();
#if defined(TUSSLE_HAS_GNU_TM)
  all.extend<transfer, s::gnu_tm_bank>();
  all.extend<use_cases::bank_receipts, s::gnu_tm_bank>();
#else
  all.add_not_built(s::gnu_tm_bank::info(), {"bank"}, s::gnu_tm_bank::needs);
#endif
}

}  // namespace tussle::workloads
