// chain.h: the order of a cell's updates when every value is written once.
//
// Each update says which value it replaced, so the updates form a chain from the initial
// value on, and there is one order they can have had. What is left to check is time: every
// update gets the earliest moment that its own interval, the updates before it and the
// reads of the values between allow. O(n log n); see Gibbons & Korach, "Testing shared
// memories" (SIAM J. Comput. 1997), section 4.2: read-modify-write histories.
#pragma once

#include <string>

#include "harness/history/operation.h"
#include "harness/history/search.h"

namespace tussle::history {

struct chain_result {
  // cut: the chain does not decide it (stores that tell nothing, values written twice,
  // several pending exchanges that must have happened).
  answer said = answer::cut;
  std::string reason;  // why not linearizable
};

chain_result check_chain(const history& operations, value initial);

}  // namespace tussle::history
