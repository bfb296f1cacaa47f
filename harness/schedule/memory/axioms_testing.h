// axioms_testing.h: what C++20 allows a tiny program to do, from its axioms alone.
//
// Another way to the same answer as the model's, with which it has nothing in common: all
// candidates of who reads from whom and which store comes after which, and of those the
// ones that are consistent ([intro.races], [atomics.order], [atomics.fences]). Loads never
// read from the future: sequenced-before and reads-from together have no cycle, as in RC11.
#pragma once

#include <set>

#include "harness/schedule/memory/program_testing.h"

namespace tussle::sim::tests {

enum class total_order {
  // The order of seq_cst operations agrees with "strongly happens before", as C++20 asks.
  of_the_standard,
  // It also agrees with an order in which all operations can be done one after the other.
  as_executed,
};

// Requires: loads, stores, additions and fences only; at most 32 with the locations.
std::set<outcome> allowed(const program& p, total_order which);

}  // namespace tussle::sim::tests
