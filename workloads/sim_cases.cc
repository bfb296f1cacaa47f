// The cases of mode sim: subjects that a controlled scheduler can run. The others are known
// and refused; compiling all their cases would take minutes.
#include "workloads/planted/call_order_table.h"
#include "workloads/planted/deadlock.h"
#include "workloads/planted/late_look_at_count.h"
#include "workloads/planted/livelock.h"
#include "workloads/planted/load_then_reset.h"
#include "workloads/planted/naive_configuration.h"
#include "workloads/planted/naive_inventories.h"
#include "workloads/planted/naive_metrics.h"
#include "workloads/planted/naive_pools.h"
#include "workloads/planted/naive_stores.h"
#include "workloads/planted/naive_tables.h"
#include "workloads/planted/plain_int.h"
#include "workloads/planted/reused_node.h"
#include "workloads/planted/stale_read.h"
#include "workloads/planted/torn_pair.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/cas_conflict.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/counter_private.h"
#include "workloads/scenarios/dining.h"
#include "workloads/scenarios/history_cell.h"
#include "workloads/scenarios/history_transactions.h"
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
#include "workloads/subjects/inventories.h"
#include "workloads/subjects/locked_node.h"
#include "workloads/subjects/mcs_lock.h"
#include "workloads/subjects/mutex.h"
#include "workloads/subjects/pools.h"
#include "workloads/subjects/semaphore.h"
#include "workloads/subjects/sharded_counter.h"
#include "workloads/subjects/shared_mutex.h"
#include "workloads/subjects/spin_lock.h"
#include "workloads/subjects/spin_lock_backoff.h"
#include "workloads/subjects/stores.h"
#include "workloads/subjects/tables.h"
#include "workloads/subjects/ticket_lock.h"
#include "workloads/subjects/urcu.h"
#include "workloads/use_cases/hot_reload.h"
#include "workloads/use_cases/inventory_orders.h"
#include "workloads/use_cases/request_metrics.h"
#include "workloads/use_cases/resource_pool.h"

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
  all.add<history_transactions, s::ref_store, s::ensured_store, s::atom_store,
          planted::reads_uncommitted, planted::loses_updates, planted::reads_committed,
          planted::two_sites, planted::promises_too_much>();
  all.add<use_cases::inventory_orders, s::ref_inventory, planted::order_after_stock,
          planted::number_in_body, planted::provisional_check,
          planted::stock_checked_before, planted::keeps_part, planted::commuted_cancel>();
  all.add<use_cases::resource_pool, s::ref_pool, s::atom_pool, planted::looks_then_takes,
          planted::makes_in_swap, planted::stale_capture, planted::releases_anything,
          planted::forgets_on_throw>();
  all.add<dining, s::ref_table, s::atom_table, planted::looks_before,
          planted::skewed_table, planted::call_order_table>();
  refuse<s::cas_loop, s::fetch_add, s::sharded_counter, s::mutex, s::shared_mutex,
         s::absl_mutex, s::spin_lock, s::spin_lock_backoff, s::ticket_lock, s::mcs_lock,
         s::clh_lock, s::atomic_wait, s::semaphore, s::atomic_shared_ptr, s::locked_node,
         s::epoch, s::urcu, s::empty>(all);
  return all;
}

}  // namespace tussle::workloads
