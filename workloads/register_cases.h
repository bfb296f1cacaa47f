// register_cases.h: which subjects meet in which workload.
#pragma once

#include "harness/case/registry.h"

namespace tussle::workloads {

harness::registry all_cases();

// Part of all_cases(): the workloads with a condition "payload".
void add_value_cases(harness::registry& all);

// Part of all_cases(): the workload that records histories.
void add_history_cases(harness::registry& all);

}  // namespace tussle::workloads
