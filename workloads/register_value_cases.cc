// The workloads whose values have a size: compiled apart, because each size is a type.
#include "workloads/planted/late_look_at_count.h"
#include "workloads/planted/load_then_reset.h"
#include "workloads/planted/reused_node.h"
#include "workloads/planted/torn_pair.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/cas_conflict.h"
#include "workloads/scenarios/read_mostly.h"
#include "workloads/scenarios/update_object.h"
#include "workloads/subjects/absl_mutex.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/atom_backoff.h"
#include "workloads/subjects/atomic_shared_ptr.h"
#include "workloads/subjects/atomic_wait.h"
#include "workloads/subjects/cas_loop.h"
#include "workloads/subjects/clh_lock.h"
#include "workloads/subjects/empty.h"
#include "workloads/subjects/epoch.h"
#include "workloads/subjects/locked_node.h"
#include "workloads/subjects/mcs_lock.h"
#include "workloads/subjects/mutex.h"
#include "workloads/subjects/semaphore.h"
#include "workloads/subjects/shared_mutex.h"
#include "workloads/subjects/spin_lock.h"
#include "workloads/subjects/spin_lock_backoff.h"
#include "workloads/subjects/ticket_lock.h"
#include "workloads/subjects/urcu.h"

namespace tussle::workloads {

void add_value_cases(harness::registry& all) {
  namespace s = subjects;
  all.add<read_mostly, s::atom, s::cas_loop, s::mutex, s::shared_mutex, s::absl_mutex,
          s::spin_lock, s::spin_lock_backoff, s::ticket_lock, s::mcs_lock, s::clh_lock,
          s::atomic_wait, s::semaphore, s::atomic_shared_ptr, s::locked_node, s::epoch,
#if defined(TUSSLE_HAS_URCU)
          s::urcu,
#endif
          s::empty, planted::load_then_reset, planted::torn_pair,
// A double free spoils the process that is to tell of it, unless a sanitizer stops it.
#if defined(TUSSLE_MODE_CHAOS)
          planted::late_look_at_count,
#endif
          planted::reused_node>();
  all.add<update_object, s::atom, s::atom_backoff, s::locked_node, s::epoch, s::mutex,
          s::shared_mutex, s::absl_mutex, s::spin_lock, s::spin_lock_backoff, s::mcs_lock,
          s::atomic_shared_ptr,
#if defined(TUSSLE_HAS_URCU)
          s::urcu,
#endif
          s::empty, planted::load_then_reset>();
  all.add<cas_conflict, s::atom, s::atom_backoff, s::cas_loop, s::mutex, s::spin_lock,
          s::spin_lock_backoff, s::mcs_lock, s::atomic_shared_ptr,
#if defined(TUSSLE_HAS_URCU)
          s::urcu,
#endif
          s::empty, planted::load_then_reset>();
}

}  // namespace tussle::workloads
