// register_cases.h: which subjects meet in which workload.
#pragma once

#include "harness/case/registry.h"

namespace tussle::workloads {

harness::registry all_cases();

}  // namespace tussle::workloads
