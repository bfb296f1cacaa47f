// measure.h: one case, measured and verified.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/case/registry.h"
#include "harness/case/verdict.h"
#include "harness/measure/fairness.h"
#include "harness/measure/latency_pass.h"
#include "harness/measure/thread_team.h"
#include "harness/race/race_record.h"
#include "harness/watchdog/stall.h"

namespace tussle::harness {

struct measure_options {
  window_options window;
  int repetitions = 1;     // windows in this process, each on a fresh set-up
  std::uint64_t seed = 1;  // of the workers' generators
  latency_options latency = {};
};

// One window and its verdict. A broken invariant voids the numbers.
struct case_sample {
  window_sample window;
  fairness served;
  bool oversubscribed = false;     // more threads than cores
  std::vector<std::string> flags;  // what makes this sample doubtful
  harness::verdict verdict;
  std::vector<operation_latency> latency = {};  // empty if not asked for

  std::uint64_t operations() const;
  double ns_per_operation()
      const;  // window / all threads' operations; infinite if there were none
  double operations_per_second() const;
};

// What a machine's clock and a unit of work cost at the time.
struct calibration {
  double clock_overhead_ns = 0;  // of one std::chrono::steady_clock::now()
  double work_unit_ns = 0;       // of work(1), see worker.h
};

struct case_result {
  selected_case selected;
  measure_options options;
  calibration cost;
  std::vector<case_sample> samples;
  harness::verdict verdict;  // over all samples
  std::string error;         // text of the exception that ended the case; empty if none
  std::vector<race::race_record> races;
  std::vector<operation_latency> latency = {};  // of all samples together
  // Where the case stood still: the process ends with that.
  std::optional<watchdog::stall> stall = {};
};

// Takes about 2 ms.
calibration calibrate();

// What makes a window doubtful, by flag: disturbed, overlap<0.95, slow-reading,
// idle-thread.
std::vector<std::string> doubts(const window_sample& window, bool oversubscribed);

// One window on a fresh set-up. Throws what the workload throws.
case_sample measure_once(const selected_case& selected, const measure_options& options);

// All repetitions. Never throws what the workload throws: that is in `error`.
case_result measure(const selected_case& selected, const measure_options& options);

// Cores that this process may run on.
int usable_cores();

// In a handler: what is being handled, in words.
std::string text_of_current_exception();

}  // namespace tussle::harness
