#include "workloads/register_cases.h"

#include "workloads/planted/late_look_at_count.h"
#include "workloads/planted/load_then_reset.h"
#include "workloads/planted/plain_int.h"
#include "workloads/planted/reused_node.h"
#include "workloads/planted/torn_pair.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/counter_private.h"
#include "workloads/scenarios/read_mostly.h"
#include "workloads/subjects/absl_mutex.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/cas_loop.h"
#include "workloads/subjects/empty.h"
#include "workloads/subjects/fetch_add.h"
#include "workloads/subjects/mutex.h"
#include "workloads/subjects/shared_mutex.h"
#include "workloads/subjects/spin_lock.h"

namespace tussle::workloads {

harness::registry all_cases() {
  namespace s = subjects;
  harness::registry all;
  all.add<counter, s::atom, s::cas_loop, s::fetch_add, s::mutex, s::shared_mutex,
          s::absl_mutex, s::spin_lock, s::empty, planted::load_then_reset,
          planted::plain_int>();
  all.add<counter_private, s::atom, s::cas_loop, s::fetch_add, s::mutex, s::shared_mutex,
          s::absl_mutex, s::spin_lock, s::empty>();
  // A double free spoils the process that is to tell of it, unless a sanitizer stops it.
  all.add<read_mostly, s::atom, s::cas_loop, s::mutex, s::shared_mutex, s::absl_mutex,
          s::spin_lock, s::empty, planted::load_then_reset, planted::torn_pair,
#if defined(TUSSLE_MODE_CHAOS)
          planted::late_look_at_count,
#endif
          planted::reused_node>();
  return all;
}

}  // namespace tussle::workloads
