// index_stack_litmus.h (example): may two threads pop the same number?
#pragma once

#include <array>

#include "harness/litmus/program.h"
#include "workloads/examples/index_stack.h"

namespace tussle::workloads::examples {

struct two_pops {
  static litmus::program_info info() {
    return {.name = "index_stack.two_pops",
            .question = "Does each of two threads get a number of its own?",
            .source = "workloads/examples/index_stack_litmus.h"};
  }
  static constexpr std::array outcomes = {
      litmus::outcome{0, 1, litmus::acceptable, "actor 1 went first"},
      litmus::outcome{1, 0, litmus::acceptable, "actor 2 went first"},
  };  // {0, 0} is not listed, so it is forbidden: one number for two owners

  index_stack<true> free;
  int first = -1;
  int second = -1;

  void actor_1() { first = static_cast<int>(*free.pop()); }
  void actor_2() { second = static_cast<int>(*free.pop()); }
  std::array<int, 2> arbiter() { return {first, second}; }
};

}  // namespace tussle::workloads::examples
