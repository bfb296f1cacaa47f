// brute_force_for_test.h: every order of a small history, tried one after another.
//
// What the checker is measured against: no list to lift from, no memory, no short cuts.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/history/models.h"
#include "harness/history/operation.h"

namespace tussle::history {

template <typename Model>
class brute_force {
 public:
  brute_force(const Model& model, const history& operations)
      : model_(model), operations_(operations) {
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
      const bool two = model.has_two_steps(operations[i]);
      steps_.push_back({i, two ? part::entry : part::whole});
      if (two) steps_.push_back({i, part::completion});
    }
    done_.resize(steps_.size());
  }

  bool finds_an_order() { return go_on(model_.start()); }

 private:
  bool go_on(const typename Model::state& now) {
    if (model_.may_end(now) && all_that_ended_are_done()) return true;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (done_[i] || !may_be_next(i)) continue;
      const auto next = model_.apply(now, operations_[steps_[i].operation], steps_[i]);
      if (!next) continue;
      done_[i] = true;
      const bool found = go_on(*next);
      done_[i] = false;
      if (found) return true;
    }
    return false;
  }

  bool all_that_ended_are_done() const {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (!done_[i] && !operations_[steps_[i].operation].is_pending()) return false;
    }
    return true;
  }

  bool may_be_next(std::size_t i) const {
    for (std::size_t j = 0; j < steps_.size(); ++j) {
      if (!done_[j] &&
          precedes(operations_[steps_[j].operation], operations_[steps_[i].operation])) {
        return false;
      }
    }
    return true;
  }

  const Model& model_;
  const history& operations_;
  std::vector<step> steps_;
  std::vector<bool> done_;
};

inline bool is_linearizable_by_brute_force(const history& operations,
                                           const specification& object) {
  switch (object.kind) {
    case object_kind::one_shot: {
      const one_shot_model model;
      return brute_force(model, operations).finds_an_order();
    }
    case object_kind::queue: {
      const queue_model model;
      return brute_force(model, operations).finds_an_order();
    }
    case object_kind::channel: {
      const channel_model model(object.capacity);
      return brute_force(model, operations).finds_an_order();
    }
    default: {
      const cell_model model(object.initial);
      return brute_force(model, operations).finds_an_order();
    }
  }
}

}  // namespace tussle::history
