// main.h: the command line of a benchmark binary.
#pragma once

#include "harness/case/registry.h"

namespace tussle::harness {

// What a binary that has registered its cases does with its arguments.
// Returns the exit code:
// 0 ok · 2 bad usage (one line on stderr) · 3 an invariant broke · 4 a case failed.
int run_main(const registry& all, int argc, char** argv);

}  // namespace tussle::harness
