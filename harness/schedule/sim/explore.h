// explore.h: runs a program again and again, each time otherwise, until it fails or the
// budget is spent; shrinks the failing execution, and replays one from its token.
//
// The program is deterministic but for the order of its threads: it makes everything that
// it works on, asks no clock but the seam's, draws no random numbers of its own seed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/schedule/sim/execution.h"
#include "harness/schedule/sim/memory.h"
#include "harness/schedule/sim/strategy.h"

namespace tussle::sim {

std::unique_ptr<memory_system> make_sequential_memory();

struct options {
  std::string name = "program";  // with its parameters: what tokens belong to
  strategy with = strategy::random;
  int depth = 3;              // of pct
  int most_preemptions = -1;  // of exhaustive; -1: no bound
  std::uint64_t seed = 1;
  std::uint64_t executions = 10'000;  // at most
  double seconds = 0;                 // at most; 0: no limit
  limits within = {};
  bool shrinks = true;
  std::unique_ptr<memory_system> (*memory)() = &make_sequential_memory;
  // Called after each execution that found nothing; not for those that only repeat or shrink.
  std::function<void()> after_each = {};
};

struct failure {
  finding found;
  std::string token;         // of the execution that is shown
  std::uint64_t number = 0;  // of the execution that failed first, from 1
  outcome first;             // that one
  outcome shown;             // shrunk, with its steps
  bool repeats = true;       // false: the program is not deterministic
};

struct result {
  std::uint64_t executions = 0;
  std::uint64_t points = 0;  // scheduling points, in all
  double seconds = 0;
  // Exhaustive: there are no more executions with so many preemptions at most.
  bool complete = false;
  std::optional<failure> failed;
};

result explore(const options& how, const program& what);

// A token that cannot be replayed: one line says why.
class bad_token : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The execution that the token identifies, with its steps. Throws: bad_token.
outcome replay(const options& how, const program& what, std::string_view token);

}  // namespace tussle::sim
