// gives_up_nodes.h: what makes a simulated execution end with nothing waiting to be given up.
#pragma once

#include "primitives/reclaim/retired.h"
#include "primitives/sync/simulator.h"

namespace tussle::workloads {

// The first member of what holds values in nodes. A thread that ends leaves a node that a
// slot of another one names to the next scan; if the others end before it says so, and the
// thread that goes on never used nodes itself, no scan comes any more. So one is made here when
// all else of the state has ended. Elsewhere than in an execution of the simulator, which would
// call such nodes a leak, a later scan comes by itself, at the latest when the process ends.
struct gives_up_nodes {
  gives_up_nodes() = default;
  gives_up_nodes(const gives_up_nodes&) = delete;
  gives_up_nodes& operator=(const gives_up_nodes&) = delete;
  ~gives_up_nodes() {
    if (sync::in_execution()) reclaim::clean_up();
  }
};

}  // namespace tussle::workloads
