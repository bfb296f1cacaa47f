// placement.h: on which cores the threads of a run are kept.
#pragma once

#include <vector>

#include "harness/case/conditions.h"

namespace tussle::harness {

// The labels of placement_condition(), in their order.
enum class placement { free, compact, scatter };

// One logical core, and where it is. Numbers are the kernel's: the same core number may
// stand in two sockets.
struct core_place {
  int cpu = 0;
  int core = 0;
  int socket = 0;
};

// The order in which threads take cores; thread i gets the i-th, and begins again when
// there are more threads than cores. Empty for free.
//   compact  siblings of one core, then the next core of the socket, then the next socket
//   scatter  sockets in turn, a new core of each, and siblings only when all cores are taken
std::vector<int> cpus_in_order(placement how, std::vector<core_place> usable);

// The cores that this process may use, from its affinity mask and the kernel's topology.
// What the kernel does not tell counts as a core of its own in socket 0.
std::vector<core_place> usable_places();

// The cores for a case, in order: empty unless its conditions name a placement.
std::vector<int> cpus_for(const conditions& values);

// Throws: std::system_error if the kernel refuses.
void keep_this_thread_on(int cpu);

}  // namespace tussle::harness
