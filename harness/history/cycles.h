// cycles.h: short cycles in large graphs.
#pragma once

#include <cstdint>
#include <vector>

namespace tussle::history {

struct arc {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

// A cycle as places in `arcs`, each beginning where the one before ends; empty if there is
// none. The shortest through any node that is looked at, and all are if they are not many.
// Linear where there is no cycle (Tarjan 1972).
std::vector<std::uint32_t> short_cycle(std::uint32_t nodes, const std::vector<arc>& arcs);

}  // namespace tussle::history
