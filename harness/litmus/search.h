// search.h: how mode sim goes about a program, where that is said (see in_sim.h).
#pragma once

#include <cstdint>
#include <string>

namespace tussle::litmus {

struct search {
  // random, pct or pos, which draw; empty: all executions first.
  std::string strategy = {};
  bool has_weak_memory = true;   // false: loads read the newest store
  std::uint64_t executions = 0;  // of each program, at most; 0: as time allows
  // Of weak compare-exchanges and waits, in an execution.
  std::uint64_t spurious_failures = 0;
  // What is found is cut down and shown with source lines, which can take seconds.
  bool shrinks = true;
};

}  // namespace tussle::litmus
