// shrink.h: a failing execution with fewer switches, which still fails alike.
//
// Two ways, in turn, for as long as one of them helps, and always so that the execution
// still fails with a finding of the same kind:
// - a turn of a thread is left out: its next turn does what was to be done (given_turns.h);
// - answers become 0 in ever smaller groups, as in delta debugging (Zeller and Hildebrandt
//   2002): each 0 more takes a switch, a failure or an old value out (decision.h).
#pragma once

#include "harness/schedule/sim/decision.h"
#include "harness/schedule/sim/execution.h"

namespace tussle::sim {

// The answers of the smallest that was found; those of `failed` if there is no smaller one.
answers shrink(execution& runs, const program& what, const limits& within,
               const outcome& failed);

}  // namespace tussle::sim
