// given_turns.h: follows turns of threads, each until its thread has come so far.
//
// Where a turn is left out, the thread's next turn does its operations too. So an execution
// with fewer switches is had by leaving turns out, which fewer answers to questions do not
// say: a question more or less, and all later answers mean something else.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "harness/schedule/sim/decision.h"

namespace tussle::sim {

class given_turns final : public chooser {
 public:
  // `others`: the answers to questions that are not about threads, in their order.
  given_turns(std::vector<turn> turns, answers others)
      : turns_(std::move(turns)), others_(std::move(others)) {}

  void begin(const start& /*how*/) override { turn_ = other_ = 0; }

  std::size_t choose(const question& asked) override {
    if (asked.about != decision::thread) {
      const std::size_t answer = other_ < others_.size() ? others_[other_++] : 0;
      return answer < asked.answers ? answer : 0;
    }
    for (; turn_ < turns_.size(); ++turn_) {
      for (std::size_t i = 0; i < asked.answers; ++i) {
        const option& each = asked.threads[i];
        if (each.thread == turns_[turn_].thread && each.passed < turns_[turn_].until) {
          return i;
        }
      }
    }
    return 0;
  }

 private:
  const std::vector<turn> turns_;
  const answers others_;
  std::size_t turn_ = 0;
  std::size_t other_ = 0;
};

}  // namespace tussle::sim
