// in_sim.h: runs a litmus program under the controlled scheduler, with weak memory
// (harness/schedule/sim). Mode sim only.
//
// First all executions, one after the other; where those are too many for a part of the
// budget, all with at most two preemptions; where those are too many too, random ones for
// the rest. Or only those that a named strategy draws. The result says which it was. A
// forbidden outcome ends it, and is shown step by step.
//
// A budget is a time, or a number of executions; with that, the same seed finds the same.
#pragma once

#include <cstdint>

#include "harness/litmus/program.h"
#include "harness/litmus/result.h"
#include "harness/litmus/search.h"

namespace tussle::litmus {

result in_sim(const program& what, double seconds, std::uint64_t seed,
              const search& how = {});

}  // namespace tussle::litmus
