// register_cases.h: which subjects meet in which workload.
#pragma once

#include "harness/case/registry.h"

namespace tussle::workloads {

harness::registry all_cases();

// Part of all_cases(): the workloads with a condition "payload".
void add_value_cases(harness::registry& all);

// Part of all_cases(): the workload that records histories.
void add_history_cases(harness::registry& all);

// Part of all_cases(): those of maps and vectors, and the use cases.
void add_container_cases(harness::registry& all);
void add_use_cases(harness::registry& all);

// Part of all_cases(): the use cases of agents, futures and promises.
void add_task_use_cases(harness::registry& all);

}  // namespace tussle::workloads
