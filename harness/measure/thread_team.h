// thread_team.h: runs a loop on many threads at once and measures a window in the middle.
//
//   threads start → spin barrier → ramp → [ window ] → stop → join
//
// The time keeper (the calling thread) sleeps while the threads run. At both ends of the
// window it reads the clock and every worker's published count, so the window needs no
// cooperation of the workers, is the same interval for all of them, and lies within the
// time in which all of them run. Warm-up and ramp-down are outside it. Being woken late
// makes a window longer, not wrong.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "harness/case/verdict.h"
#include "harness/case/worker.h"

namespace tussle::harness {

struct window_options {
  double ramp_seconds = 0.02;
  double window_seconds = 0.1;
  std::atomic<bool>* open = nullptr;  // if given: set while the window is open
  std::vector<int> cpus = {};  // thread i stays on cpus[i % size]; empty: where it likes
};

// Runs until `stop`; called on every thread of the team.
using team_loop = std::function<void(worker& self, const std::atomic<bool>& stop)>;

struct window_sample {
  double window_seconds = 0;
  std::vector<std::uint64_t> operations;  // within the window, by worker
  double cpu_seconds = 0;                 // of the process, within the window
  // Share of the window during which every worker was inside its loop. A check of the
  // harness: a loop that stays until it is told to stop gives 1. Whether threads really
  // ran is what run_queue_wait tells.
  double overlap = 0;
  // Thread time within the window that workers were ready to run but had no core, as a
  // share of window times threads. With as many cores as threads it says how much others
  // disturbed the run. Negative: the kernel does not tell.
  double run_queue_wait = -1;
  std::uint64_t failed_attempts = 0;  // within the window, all workers
  // Calls of operator new by all workers, from their first step to their last: of everything
  // in `done`. Negative: not counted in this mode.
  std::int64_t allocations = -1;
  std::int64_t voluntary_switches = 0;  // of the process, within the window
  std::int64_t involuntary_switches = 0;
  // The longer of the two readings of all counts and of the CPU time. Workers go on
  // meanwhile, so this bounds the error at the window's ends.
  double reading_seconds = 0;
  tally done;  // everything, from start to join
};

// Blocks for ramp + window + start and join. Rethrows the first exception of a loop after
// all threads have joined; the others are then told to stop at once.
// Throws: std::system_error if a thread cannot be started.
window_sample run_team(int threads, std::uint64_t seed, const window_options& options,
                       const team_loop& loop);

}  // namespace tussle::harness
