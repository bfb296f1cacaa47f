// main.h: the command line of a program that runs registered cases under the simulator.
#pragma once

#include "harness/case/registry.h"

namespace tussle::sim {

// Returns the exit code: 0 no finding · 2 bad usage (one line on stderr) · 3 a finding ·
// 4 could not run.
int run_main(const harness::registry& all, int argc, const char* const* argv);

}  // namespace tussle::sim
