// given_answers.h: gives answers that were written down, and 0 when they are used up.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "harness/schedule/sim/decision.h"

namespace tussle::sim {

class given_answers final : public chooser {
 public:
  explicit given_answers(answers given) : given_(std::move(given)) {}

  void begin(const start& /*how*/) override { asked_ = 0; }

  std::size_t choose(const question& asked) override {
    if (asked_ >= given_.size()) return 0;
    const std::size_t answer = given_[asked_++];
    fits_ = fits_ && answer < asked.answers;
    return std::min(answer, asked.answers - 1);
  }

  // Whether every answer was one that its question had.
  bool fits() const { return fits_; }

 private:
  const answers given_;
  std::size_t asked_ = 0;
  bool fits_ = true;
};

}  // namespace tussle::sim
