// The workloads that record histories of cells and of transactions.
#include "workloads/planted/load_then_reset.h"
#include "workloads/planted/naive_stores.h"
#include "workloads/planted/stale_read.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/history_cell.h"
#include "workloads/scenarios/history_transactions.h"
#include "workloads/subjects/absl_mutex.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/atom_backoff.h"
#include "workloads/subjects/atomic_shared_ptr.h"
#include "workloads/subjects/atomic_wait.h"
#include "workloads/subjects/cas_loop.h"
#include "workloads/subjects/clh_lock.h"
#include "workloads/subjects/epoch.h"
#include "workloads/subjects/locked_node.h"
#include "workloads/subjects/mcs_lock.h"
#include "workloads/subjects/mutex.h"
#include "workloads/subjects/semaphore.h"
#include "workloads/subjects/shared_mutex.h"
#include "workloads/subjects/spin_lock.h"
#include "workloads/subjects/spin_lock_backoff.h"
#include "workloads/subjects/stores.h"
#include "workloads/subjects/ticket_lock.h"
#include "workloads/subjects/urcu.h"

namespace tussle::workloads {

void add_history_cases(harness::registry& all) {
  namespace s = subjects;
  all.add<history_cell, s::atom, s::atom_backoff, s::cas_loop, s::mutex, s::shared_mutex,
          s::absl_mutex, s::spin_lock, s::spin_lock_backoff, s::ticket_lock, s::mcs_lock,
          s::clh_lock, s::atomic_wait, s::semaphore, s::atomic_shared_ptr, s::locked_node,
          s::epoch,
#if defined(TUSSLE_HAS_URCU)
          s::urcu,
#endif
          planted::load_then_reset, planted::stale_read>();
  all.add<history_transactions, s::ref_store, s::ensured_store, s::atom_store,
          s::mutex_store, planted::reads_uncommitted, planted::loses_updates,
          planted::reads_committed, planted::two_sites, planted::promises_too_much>();
}

}  // namespace tussle::workloads
