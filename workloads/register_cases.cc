#include "workloads/register_cases.h"

#include "workloads/planted/load_then_reset.h"
#include "workloads/planted/plain_int.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/counter_private.h"
#include "workloads/subjects/absl_mutex.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/atom_backoff.h"
#include "workloads/subjects/atom_node.h"
#include "workloads/subjects/atomic_shared_ptr.h"
#include "workloads/subjects/atomic_wait.h"
#include "workloads/subjects/cas_loop.h"
#include "workloads/subjects/clh_lock.h"
#include "workloads/subjects/empty.h"
#include "workloads/subjects/fetch_add.h"
#include "workloads/subjects/mcs_lock.h"
#include "workloads/subjects/mutex.h"
#include "workloads/subjects/semaphore.h"
#include "workloads/subjects/sharded_counter.h"
#include "workloads/subjects/shared_mutex.h"
#include "workloads/subjects/spin_lock.h"
#include "workloads/subjects/spin_lock_backoff.h"
#include "workloads/subjects/ticket_lock.h"
#include "workloads/subjects/urcu.h"

namespace tussle::workloads {

harness::registry all_cases() {
  namespace s = subjects;
  harness::registry all;
  all.add<counter, s::atom, s::atom_backoff, s::atom_node, s::cas_loop, s::fetch_add,
          s::sharded_counter, s::mutex, s::shared_mutex, s::absl_mutex, s::spin_lock,
          s::spin_lock_backoff, s::ticket_lock, s::mcs_lock, s::clh_lock, s::atomic_wait,
          s::semaphore, s::empty, planted::load_then_reset, planted::plain_int>();
  all.add<counter_private, s::atom, s::atom_node, s::cas_loop, s::fetch_add, s::mutex,
          s::shared_mutex, s::absl_mutex, s::spin_lock, s::spin_lock_backoff,
          s::ticket_lock, s::mcs_lock, s::clh_lock, s::atomic_wait, s::semaphore,
          s::empty>();
  add_value_cases(all);
  add_history_cases(all);
  add_container_cases(all);
  add_use_cases(all);
  add_task_use_cases(all);
  add_load_cases(all);
  add_transaction_cases(all);
  add_transaction_use_cases(all);
  add_channel_cases(all);
#if !defined(TUSSLE_HAS_URCU)
  all.add_not_built(s::urcu::info(), {"cell"}, s::urcu::needs);
#endif
  return all;
}

}  // namespace tussle::workloads
