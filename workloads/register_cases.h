// register_cases.h: which subjects meet in which workload.
#pragma once

#include "harness/case/registry.h"

namespace tussle::workloads {

harness::registry all_cases();

// Part of all_cases(): the workloads with a condition "payload".
void add_value_cases(harness::registry& all);

// Part of all_cases(): the workloads that record histories of cells and of transactions.
void add_history_cases(harness::registry& all);

// Part of all_cases(): those of maps and vectors, and the use cases.
void add_container_cases(harness::registry& all);
void add_use_cases(harness::registry& all);

// Part of all_cases(): the use cases of agents, futures and promises.
void add_task_use_cases(harness::registry& all);

// Part of all_cases(): the loads on agents, futures and promises, and on what is used instead.
void add_load_cases(harness::registry& all);

// Part of all_cases(): what needs several values to change together.
void add_transaction_cases(harness::registry& all);
void add_transaction_use_cases(harness::registry& all);

// Part of all_cases(): the loads on channels and go blocks. After those of agents, futures and
// transactions, which they add subjects to.
void add_channel_cases(harness::registry& all);

}  // namespace tussle::workloads
