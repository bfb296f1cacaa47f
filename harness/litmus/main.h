// main.h: the command line of a program that runs litmus programs.
#pragma once

#include <functional>

#include "harness/litmus/program.h"
#include "harness/litmus/result.h"
#include "harness/litmus/search.h"

namespace tussle::litmus {

// Runs one program for so many seconds.
using run_program = std::function<result(const program&, double seconds,
                                         std::uint64_t seed, const search& how)>;

// Returns the exit code: 0 nothing forbidden · 2 bad usage (one line on stderr) · 3 a
// forbidden outcome of a program that is not planted · 4 a program failed.
int run_main(const programs& all, const run_program& run, int argc,
             const char* const* argv);

}  // namespace tussle::litmus
