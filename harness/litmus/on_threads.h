// on_threads.h: runs a litmus program on real threads, as often as a budget allows.
//
// A round has its own threads, one for each actor, and a placement: free, compact and
// scatter in turn. They go through batches of fresh states. Where every actor has a core,
// all begin each state together (a spin start) and then one of them waits a little, so that
// they meet in all ways; how long is swept from batch to batch. With fewer cores than actors
// they only begin batches together, and meet when the system takes a core away.
//
// In modes with schedule points the seam is perturbed (harness/schedule), otherwise in each
// round.
#pragma once

#include <cstdint>

#include "harness/litmus/program.h"
#include "harness/litmus/result.h"

namespace tussle::litmus {

struct thread_options {
  double seconds = 1;
  std::uint64_t seed = 1;
};

struct thread_result {
  counts found;
  std::uint64_t executions = 0;
  double seconds = 0;
  bool has_core_each = true;  // false: more actors than cores
};

// Throws: what an actor threw, after the round that it happened in.
thread_result run_on_threads(const program& what, const thread_options& how);

// The same, graded. What an actor threw becomes its error.
result on_threads(const program& what, double seconds, std::uint64_t seed);

}  // namespace tussle::litmus
