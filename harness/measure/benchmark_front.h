// benchmark_front.h: cases as Google Benchmark benchmarks.
//
// Google Benchmark selects, orders and repeats; it does not time. One of its iterations
// is one window of ours under manual time, and the rows are written by our own reporter:
// undecorated names, time per operation, verdicts. It fixes the iterations per thread
// where we need a window, so it never runs our threads.
#pragma once

#include "harness/case/registry.h"
#include "harness/measure/command_line.h"

namespace tussle::harness {

// Prints the rows on standard output, and as JSON to `line.benchmark_out` if that is
// named.
// Returns the exit code. Throws: usage_error for a filter that is no regular expression
// or matches nothing.
int run_benchmarks(const registry& all, const command_line& line);

// The default cases whose undecorated names match `filter` ("": all; a leading '-'
// excludes).
// Throws: usage_error.
std::vector<selected_case> matching_cases(const registry& all, const std::string& filter);

}  // namespace tussle::harness
