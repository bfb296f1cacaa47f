// counterexample.h: a history that is not linearizable, told to people and to reports.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/history/checker.h"
#include "harness/history/minimise.h"

namespace tussle::history {

// An operation that had begun where the order ends, and why it is not what comes next.
struct candidate {
  std::uint32_t operation = 0;
  bool possible = false;  // it could come next, but leads to no end either
};

struct counterexample {
  history operations;  // the few that show it, by invocation
  specification object;
  std::size_t recorded = 0;  // operations before they were left out
  std::string clock = {};    // what the stamps are
  std::string reason = {};
  std::vector<std::uint32_t> order = {};  // the longest beginning that can be explained
  std::string state = {};                 // where it leads to
  std::vector<candidate> candidates = {};
};

// Minimises and explains. Requires: the history is not linearizable.
counterexample explain(const history& operations, const specification& object,
                       std::string clock);

// A table, a timeline of each thread, and where every order ends.
std::string to_text(const counterexample& shown);

// The shape of history.schema.json#/$defs/record.
nlohmann::ordered_json to_json(const counterexample& shown);

}  // namespace tussle::history
