// The cases of mode sim: subjects that a controlled scheduler can run. The others are known
// and refused; compiling all their cases would take minutes.
#include "workloads/planted/deadlock.h"
#include "workloads/planted/late_look_at_count.h"
#include "workloads/planted/livelock.h"
#include "workloads/planted/load_then_reset.h"
#include "workloads/planted/naive_configuration.h"
#include "workloads/planted/naive_metrics.h"
#include "workloads/planted/plain_int.h"
#include "workloads/planted/reused_node.h"
#include "workloads/planted/stale_read.h"
#include "workloads/planted/torn_pair.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/cas_conflict.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/counter_private.h"
#include "workloads/scenarios/history_cell.h"
#include "workloads/scenarios/read_mostly.h"
#include "workloads/scenarios/update_object.h"
#include "workloads/subjects/absl_mutex.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/atom_backoff.h"
#include "workloads/subjects/atom_node.h"
#include "workloads/subjects/atomic_shared_ptr.h"
#include "workloads/subjects/atomic_wait.h"
#include "workloads/subjects/cas_loop.h"
#include "workloads/subjects/clh_lock.h"
#include "workloads/subjects/empty.h"
#include "workloads/subjects/epoch.h"
#include "workloads/subjects/fetch_add.h"
#include "workloads/subjects/locked_node.h"
#include "workloads/subjects/mcs_lock.h"
#include "workloads/subjects/mutex.h"
#include "workloads/subjects/semaphore.h"
#include "workloads/subjects/sharded_counter.h"
#include "workloads/subjects/shared_mutex.h"
#include "workloads/subjects/spin_lock.h"
#include "workloads/subjects/spin_lock_backoff.h"
#include "workloads/subjects/ticket_lock.h"
#include "workloads/subjects/urcu.h"
#include "workloads/use_cases/hot_reload.h"
#include "workloads/use_cases/request_metrics.h"

namespace tussle::workloads {
namespace {

template <typename... Subjects>
void refuse(harness::registry& all) {
  constexpr const char* reason =
      "a build in another mode than sim, which can schedule only what does everything "
      "through the seam";
  (all.add_not_built(Subjects::info(), {}, reason), ...);
}

}  // namespace

harness::registry all_cases() {
  namespace s = subjects;
  harness::registry all;
  all.add<counter, s::atom, s::atom_backoff, s::atom_node, planted::load_then_reset,
          planted::plain_int, planted::deadlock, planted::livelock>();
  all.add<counter_private, s::atom, s::atom_node>();
  all.add<read_mostly, s::atom, planted::load_then_reset, planted::torn_pair,
          planted::late_look_at_count, planted::reused_node>();
  all.add<update_object, s::atom, s::atom_backoff, planted::load_then_reset>();
  all.add<cas_conflict, s::atom, s::atom_backoff, planted::load_then_reset>();
  all.add<history_cell, s::atom, s::atom_backoff, planted::load_then_reset,
          planted::stale_read>();
  all.add<use_cases::request_metrics, planted::load_then_reset_metrics,
          planted::split_metrics, planted::reset_harvest>();
  all.add<use_cases::hot_reload, planted::flag_atoms, planted::late_watch>();
  refuse<s::cas_loop, s::fetch_add, s::sharded_counter, s::mutex, s::shared_mutex,
         s::absl_mutex, s::spin_lock, s::spin_lock_backoff, s::ticket_lock, s::mcs_lock,
         s::clh_lock, s::atomic_wait, s::semaphore, s::atomic_shared_ptr, s::locked_node,
         s::epoch, s::urcu, s::empty>(all);
  return all;
}

}  // namespace tussle::workloads
