#include "workloads/litmus/programs.h"

#include "workloads/litmus/handover.h"
#include "workloads/litmus/lifetime.h"
#include "workloads/litmus/order.h"
#include "workloads/litmus/planted.h"
#include "workloads/litmus/results.h"
#include "workloads/litmus/transactions.h"
#include "workloads/litmus/updates.h"
#include "workloads/litmus/watching.h"

namespace tussle::workloads {
namespace {

template <typename... Programs>
void add(tussle::litmus::programs& all) {
  (all.push_back(tussle::litmus::declared<Programs>()), ...);
}

}  // namespace

tussle::litmus::programs all_litmus_programs() {
  using namespace litmus;  // NOLINT(google-build-using-namespace)
  tussle::litmus::programs all;
  add<store_buffering_inline, store_buffering_boxed, store_buffering_swap,
      atom_message_passing, volatile_message_passing, independent_reads, coherent_reads>(
      all);
  add<lost_update, compare_and_set_against_swap, compare_and_set_once, swap_vals_chain,
      reset_vals_old, reset_against_swap, whole_value, borrowed_value, lost_update_boxed,
      compare_and_set_once_inline>(all);
  add<snapshot_outlives_replacement, snapshot_changes_hands, reader_protects,
      handle_dropped_during_scan, last_two_handles>(all);
  add<light_reader_protects, light_reader_announces_again, light_slot_changes_users>(all);
  add<replaced_value_lives, slot_changes_users, row_changes_threads,
      reader_against_compare_and_set, reader_against_swap, slot_names_what_was_replaced,
      last_two_owners>(all);
  add<watch_after_installation, watch_chain, add_watch_against_reset,
      remove_watch_against_reset, set_validator_against_reset>(all);
  add<promise_publishes, promise_delivered_twice, delay_forced_twice,
      cancel_against_completion, two_cancel>(all);
  add<two_send, send_against_going_idle, send_against_shutdown, send_against_restart,
      send_against_clearing_restart>(all);
  add<reader_beside_a_commit, transaction_after_a_load, version_lives_under_its_reader,
      version_lives_for_its_read_point, older_against_younger, who_waits_is_woken,
      light_who_waits_is_woken, who_waits_for_a_killed_one_is_woken>(all);
  add<store_buffering_release, relaxed_flag, torn_value, watch_before_installation,
      early_free, swap_by_store>(all);
  return all;
}

}  // namespace tussle::workloads
