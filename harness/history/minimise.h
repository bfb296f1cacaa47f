// minimise.h: the few operations that show why a history is not linearizable.
//
// Only what keeps every linearizable history linearizable is left out, so that what
// remains is wrong for the same reason, and not because its cause was taken away:
// - what came after the first response that nothing explains (linearizability is closed
//   under prefixes; operations that were open there become pending);
// - of a cell, the first updates of its chain: it then begins with what they left;
// - operations that change nothing, and updates whose value nobody saw;
// - of a queue or channel, an element with all that put or took it.
// Groups of them are tried from large to small, as in delta debugging (Zeller &
// Hildebrandt, "Simplifying and isolating failure-inducing input", TSE 2002).
#pragma once

#include "harness/history/checker.h"
#include "harness/history/operation.h"

namespace tussle::history {

struct smaller {
  history operations;  // by invocation
  specification object;
};

// Of a history that is not linearizable. `limits` is for each check on the way; what a
// check cannot decide within it stays.
smaller minimise(const history& operations, const specification& object,
                 const budget& limits = {.configurations = 200'000, .seconds = 1});

}  // namespace tussle::history
