// main.h: the command line of a program that puts claims to the test.
#pragma once

#include "harness/claims/claim.h"

namespace tussle::claims {

// Returns the exit code: 0 · 2 bad usage (one line on stderr) · 3 a claim came to what it
// comes to nowhere else · 4 some evidence could not be taken.
int run_main(const claims& all, int argc, const char* const* argv);

}  // namespace tussle::claims
