// index_stack_history.h (example): how a stack of numbers behaves one operation at a time.
//
// The checker of histories knows cells, one-shots, queues and channels. Another object
// needs a model of its own: a state, and what becomes of it when an operation takes effect
// with the outcome that was recorded.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "harness/history/models.h"
#include "harness/history/operation.h"

namespace tussle::workloads::examples {

class stack_model {
 public:
  using state = std::vector<history::value>;  // the last one is on top

  explicit stack_model(state initial) : initial_(std::move(initial)) {}

  state start() const { return initial_; }
  bool has_two_steps(const history::operation& /*one*/) const { return false; }
  bool may_end(const state& /*now*/) const { return true; }

  // Nothing: the operation cannot take effect now.
  std::optional<state> apply(state now, const history::operation& one,
                             history::step /*at*/) const {
    if (one.what == history::call::put) {
      now.push_back(one.argument);
      return now;
    }
    if (one.how == history::outcome::empty) {
      return now.empty() ? std::optional(now) : std::nullopt;
    }
    if (now.empty() || (!one.is_pending() && now.back() != one.result)) {
      return std::nullopt;
    }
    now.pop_back();
    return now;
  }

 private:
  state initial_;
};

}  // namespace tussle::workloads::examples
