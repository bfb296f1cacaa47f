// shrink.h: a failing execution with fewer switches, which still fails alike.
//
// Every answer 0 that can replace another takes a switch, a failure or an old value out of
// the execution (decision.h). So answers become 0 in ever smaller groups, as in delta
// debugging (Zeller and Hildebrandt 2002), and stay so where the execution still fails with
// a finding of the same kind.
#pragma once

#include "harness/schedule/sim/decision.h"
#include "harness/schedule/sim/execution.h"

namespace tussle::sim {

// The answers of the smallest that was found; those of `failed` if there is no smaller one.
answers shrink(execution& runs, const program& what, const limits& within,
               const outcome& failed);

}  // namespace tussle::sim
