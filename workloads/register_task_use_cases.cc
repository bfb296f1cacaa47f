// The use cases of agents, futures and promises: compiled apart, because they bring
// runtimes.
#include "workloads/planted/careless_offices.h"
#include "workloads/planted/naive_audit_log.h"
#include "workloads/planted/naive_bridge.h"
#include "workloads/planted/naive_calls.h"
#include "workloads/planted/naive_fan.h"
#include "workloads/planted/naive_index.h"
#include "workloads/planted/naive_registry.h"
#include "workloads/planted/naive_time_limit.h"
#include "workloads/planted/start_in_body.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/faults.h"
#include "workloads/subjects/audit_logs.h"
#include "workloads/subjects/bridges.h"
#include "workloads/subjects/callers.h"
#include "workloads/subjects/fans.h"
#include "workloads/subjects/indices.h"
#include "workloads/subjects/logger_registries.h"
#include "workloads/subjects/offices.h"
#include "workloads/subjects/ref_registry.h"
#include "workloads/subjects/time_limits.h"
#include "workloads/use_cases/audit_log.h"
#include "workloads/use_cases/callback_bridge.h"
#include "workloads/use_cases/fan_in.h"
#include "workloads/use_cases/index_rebuild.h"
#include "workloads/use_cases/logger_registry.h"
#include "workloads/use_cases/parallel_calls.h"
#include "workloads/use_cases/timeout_wrapper.h"

namespace tussle::workloads {

void add_task_use_cases(harness::registry& all) {
  namespace s = subjects;
  all.add<use_cases::audit_log, s::agent_audit_log, s::thread_audit_log,
          s::locked_audit_log, planted::flush_per_entry, planted::rereading_watch,
          planted::late_clear, planted::writes_by_send, planted::no_final_flush,
          planted::batch_in_action>();
  all.add<use_cases::logger_registry, s::ref_registry, s::atom_registry,
          s::agent_registry, s::mutex_registry, planted::start_in_body,
          planted::forgetful_loser, planted::start_in_swap, planted::inverted_test,
          planted::dies_of_a_timer, planted::hasty_registry>();
  all.add<use_cases::fan_in, s::promise_fan, s::async_fan, s::latch_fan, s::condition_fan,
          planted::chained_workers, planted::silent_failure, planted::shared_sum,
          planted::early_count_down>();
  all.add<use_cases::index_rebuild, s::agent_index, s::future_index, s::thread_index,
          planted::rebuilt_in_place, planted::older_overwrites, planted::forgets_requests,
          planted::rebuilt_in_swap>();
  all.add<use_cases::parallel_calls, s::future_calls, s::async_calls, s::thread_calls,
          planted::start_and_wait, planted::discarded_async,
          planted::first_error_abandons, planted::unbounded_calls>();
  all.add<use_cases::timeout_wrapper, s::future_limit, s::async_limit, s::thread_limit,
          planted::async_that_waits, planted::never_cancelled, planted::shared_result,
          planted::wall_clock_limit>();
  all.add<use_cases::callback_bridge, s::promise_bridge, s::condition_bridge,
          s::std_promise_bridge, planted::no_predicate, planted::promise_on_stack,
          planted::set_twice>();
  all.add<faults, s::agent_office, s::restart_office, s::future_office, s::thread_office,
          planted::tells_nobody, planted::tries_again, planted::forgets_at_the_end,
          planted::does_what_it_refuses, planted::keeps_what_failed>();
}

}  // namespace tussle::workloads
