// benchmark_rows.h: our samples in the form that readers of Google Benchmark's output
// know.
#pragma once

#include <string>
#include <vector>

#include "harness/measure/measure.h"

namespace tussle::harness {

struct case_rows {
  selected_case selected;
  std::vector<case_sample> samples;  // one per repetition
  std::string error;
};

// Console: name, time and CPU time per operation, operations per second, fairness,
// verdict.
std::string console_header();
std::string console_row(const case_rows& rows);  // of the latest sample

// A document in Google Benchmark's JSON format: `real_time` and `cpu_time` are
// nanoseconds per operation, `iterations` is the number of operations, aggregates are
// over the repetitions.
std::string google_benchmark_json(const std::vector<case_rows>& all);

}  // namespace tussle::harness
