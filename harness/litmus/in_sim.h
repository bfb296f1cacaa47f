// in_sim.h: runs a litmus program under the controlled scheduler, with weak memory
// (harness/schedule/sim). Mode sim only.
//
// First all executions, one after the other; where those are too many for a part of the
// budget, all with at most two preemptions; where those are too many too, random ones for
// the rest. The result says which it was. A forbidden outcome ends it, and is shown step by
// step.
#pragma once

#include <cstdint>

#include "harness/litmus/program.h"
#include "harness/litmus/result.h"

namespace tussle::litmus {

result in_sim(const program& what, double seconds, std::uint64_t seed);

}  // namespace tussle::litmus
