// fairness.h: how evenly the threads of a run were served.
#pragma once

#include <cstdint>
#include <vector>

namespace tussle::harness {

struct fairness {
  // Jain, Chiu and Hawe 1984: (sum x)^2 / (n * sum x^2). 1: all alike; 1/n: one thread
  // got everything.
  double jain = 1;
  double min_share = 1;  // of all operations, the least served thread's
  double max_share = 1;
};

// All of it 0 if there were no operations; `operations` must not be empty.
fairness fairness_of(const std::vector<std::uint64_t>& operations);

}  // namespace tussle::harness
