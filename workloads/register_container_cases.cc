// The workloads of maps and vectors, and the use cases: compiled apart, because they bring
// containers of their own.
#include "workloads/planted/naive_configuration.h"
#include "workloads/planted/naive_metrics.h"
#include "workloads/planted/shared_collections.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/value_histories.h"
#include "workloads/scenarios/value_map.h"
#include "workloads/scenarios/value_vector.h"
#include "workloads/subjects/atom_copy.h"
#include "workloads/subjects/atom_value.h"
#include "workloads/subjects/mutex_map.h"
#include "workloads/subjects/ordered_map.h"
#include "workloads/subjects/sharded_metrics.h"
#include "workloads/subjects/shared_mutex_map.h"
#include "workloads/subjects/values.h"
#include "workloads/use_cases/hot_reload.h"
#include "workloads/use_cases/request_metrics.h"

namespace tussle::workloads {

void add_container_cases(harness::registry& all) {
  namespace s = subjects;
  all.add<value_map, s::atom_value, s::atom_copy, s::mutex_map, s::shared_mutex_map,
          s::ordered_map>();
  all.add<value_vector, s::atom_value, s::atom_copy, s::mutex_map, s::shared_mutex_map>();
  all.add<value_histories, s::values, planted::shared_collections>();
}

void add_use_cases(harness::registry& all) {
  namespace s = subjects;
  all.add<use_cases::request_metrics, s::atom_value, s::sharded_metrics, s::mutex_map,
          s::shared_mutex_map, planted::load_then_reset_metrics, planted::split_metrics,
          planted::reset_harvest>();
  all.add<use_cases::hot_reload, s::atom_value, s::mutex_map, s::shared_mutex_map,
          planted::flag_atoms, planted::late_watch>();
}

}  // namespace tussle::workloads
