// As own_subject_test.cc, for the roles that bring runtimes: compiled apart.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "workloads/own_roles/audit_log.h"
#include "workloads/own_roles/bank.h"
#include "workloads/own_roles/bridge.h"
#include "workloads/own_roles/calls.h"
#include "workloads/own_roles/conveyor.h"
#include "workloads/own_roles/courier.h"
#include "workloads/own_roles/crowd.h"
#include "workloads/own_roles/event_bus.h"
#include "workloads/own_roles/fan_in.h"
#include "workloads/own_roles/fan_out.h"
#include "workloads/own_roles/index.h"
#include "workloads/own_roles/inventory.h"
#include "workloads/own_roles/logger_registry.h"
#include "workloads/own_roles/office.h"
#include "workloads/own_roles/one_shot.h"
#include "workloads/own_roles/pair.h"
#include "workloads/own_roles/pipeline.h"
#include "workloads/own_roles/pool.h"
#include "workloads/own_roles/publisher.h"
#include "workloads/own_roles/queue.h"
#include "workloads/own_roles/ring.h"
#include "workloads/own_roles/selector.h"
#include "workloads/own_roles/serial_executor.h"
#include "workloads/own_roles/spawner.h"
#include "workloads/own_roles/store.h"
#include "workloads/own_roles/table.h"
#include "workloads/own_roles/time_limit.h"
#include "workloads/own_subject.h"
#include "workloads/subjects/audit_logs.h"
#include "workloads/subjects/bridges.h"
#include "workloads/subjects/buses.h"
#include "workloads/subjects/callers.h"
#include "workloads/subjects/conveyors.h"
#include "workloads/subjects/couriers.h"
#include "workloads/subjects/crowds.h"
#include "workloads/subjects/fan_outs.h"
#include "workloads/subjects/fans.h"
#include "workloads/subjects/indices.h"
#include "workloads/subjects/inventories.h"
#include "workloads/subjects/locked_banks.h"
#include "workloads/subjects/logger_registries.h"
#include "workloads/subjects/offices.h"
#include "workloads/subjects/one_shots.h"
#include "workloads/subjects/pairs.h"
#include "workloads/subjects/pipelines.h"
#include "workloads/subjects/pools.h"
#include "workloads/subjects/publishers.h"
#include "workloads/subjects/queues.h"
#include "workloads/subjects/rings.h"
#include "workloads/subjects/selectors.h"
#include "workloads/subjects/serial_lines.h"
#include "workloads/subjects/spawners.h"
#include "workloads/subjects/stores.h"
#include "workloads/subjects/tables.h"
#include "workloads/subjects/time_limits.h"
#include "workloads/subjects/waiting_pools.h"

namespace tussle::workloads {
namespace {

// One of ours, as if it were another project's.
template <typename Subject>
struct own : Subject {
  static harness::subject_info info() {
    return {.name = "own", .description = "One more.", .source = "own.h"};
  }
};

template <typename Role, typename Subject>
std::set<std::string> workloads_entered() {
  static_assert(Role::template played_by<own<Subject>>());
  const harness::registry all = all_cases_and<Role, own<Subject>>("own");
  std::set<std::string> names;
  for (const harness::registered_case& entry : all.cases()) {
    if (entry.subject == "own") names.insert(entry.workload);
  }
  return names;
}

std::set<std::string> workloads_of(const std::string& role) {
  std::set<std::string> names;
  const harness::registry all = all_cases();
  for (const harness::workload_info& workload : all.workloads()) {
    if (workload.role == role) names.insert(workload.name);
  }
  return names;
}

TEST(own_subject, enters_every_workload_of_its_role_in_the_use_cases) {
  namespace s = subjects;

  EXPECT_EQ((workloads_entered<audit_log_role, s::locked_audit_log>()),
            workloads_of("audit_log"));
  EXPECT_EQ((workloads_entered<bridge_role, s::promise_bridge>()),
            workloads_of("bridge"));
  EXPECT_EQ((workloads_entered<calls_role, s::async_calls>()), workloads_of("calls"));
  EXPECT_EQ((workloads_entered<fan_in_role, s::async_fan>()), workloads_of("fan_in"));
  EXPECT_EQ((workloads_entered<time_limit_role, s::async_limit>()),
            workloads_of("time_limit"));
  EXPECT_EQ((workloads_entered<index_role, s::thread_index>()), workloads_of("index"));
  EXPECT_EQ((workloads_entered<logger_registry_role, s::mutex_registry>()),
            workloads_of("logger_registry"));
}

TEST(own_subject, enters_every_workload_of_its_role_in_the_loads) {
  namespace s = subjects;

  EXPECT_EQ((workloads_entered<serial_executor_role, s::thread_line>()),
            workloads_of("serial_executor"));
  EXPECT_EQ((workloads_entered<fan_out_role, s::latch_fan_out>()),
            workloads_of("fan_out"));
  EXPECT_EQ((workloads_entered<one_shot_role, s::condition_shot>()),
            workloads_of("one_shot"));
  EXPECT_EQ((workloads_entered<spawner_role, s::packaged_spawner>()),
            workloads_of("spawner"));
  EXPECT_EQ((workloads_entered<office_role, s::thread_office>()), workloads_of("office"));
}

TEST(own_subject, enters_every_workload_of_its_role_in_those_of_transactions) {
  namespace s = subjects;

  EXPECT_EQ((workloads_entered<bank_role, s::mutex_bank>()), workloads_of("bank"));
  EXPECT_EQ((workloads_entered<inventory_role, s::mutex_inventory>()),
            workloads_of("inventory"));
  EXPECT_EQ((workloads_entered<pool_role, s::condition_pool>()), workloads_of("pool"));
  EXPECT_EQ((workloads_entered<pool_role, s::mutex_pool>()),
            (std::set<std::string>{"resource_pool"}));
  EXPECT_EQ((workloads_entered<table_role, s::scoped_table>()), workloads_of("table"));
  EXPECT_EQ((workloads_entered<store_role, s::mutex_store>()), workloads_of("store"));
}

TEST(own_subject, enters_every_workload_of_its_role_among_those_of_channels) {
  namespace s = subjects;

  EXPECT_EQ((workloads_entered<queue_role, s::condition_queue>()), workloads_of("queue"));
  EXPECT_EQ((workloads_entered<selector_role, s::condition_selector>()),
            workloads_of("selector"));
  EXPECT_EQ((workloads_entered<ring_role, s::thread_ring>()), workloads_of("ring"));
  EXPECT_EQ((workloads_entered<crowd_role, s::thread_crowd>()), workloads_of("crowd"));
  EXPECT_EQ((workloads_entered<pipeline_role, s::thread_pipeline>()),
            workloads_of("pipeline"));
  EXPECT_EQ((workloads_entered<event_bus_role, s::locked_bus>()),
            workloads_of("event_bus"));
  EXPECT_EQ((workloads_entered<publisher_role, s::locked_publisher>()),
            workloads_of("publisher"));
  EXPECT_EQ((workloads_entered<conveyor_role, s::thread_conveyor>()),
            workloads_of("conveyor"));
  EXPECT_EQ((workloads_entered<pair_role, s::condition_pair>()), workloads_of("pair"));
  EXPECT_EQ((workloads_entered<courier_role, s::condition_courier>()),
            workloads_of("courier"));
}

}  // namespace
}  // namespace tussle::workloads
