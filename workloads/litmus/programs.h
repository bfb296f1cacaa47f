// programs.h: all litmus programs.
#pragma once

#include "harness/litmus/program.h"

namespace tussle::workloads {

// On our primitives, and then the planted ones.
tussle::litmus::programs all_litmus_programs();

}  // namespace tussle::workloads
