// exhaustive.h: all executions of a tiny program, one after the other, depth first.
//
// The answers so far are a path in the tree of all executions; the next execution takes
// the last question that has an answer left, and gives it. With a bound, only executions
// with at most so many preemptions: switches away from a thread that could go on (Musuvathi
// and Qadeer, PLDI 2007). Most bugs need one or two.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/schedule/sim/decision.h"

namespace tussle::sim {

class exhaustive final : public chooser {
 public:
  static constexpr int unbounded = -1;

  explicit exhaustive(int most_preemptions) : most_preemptions_(most_preemptions) {}

  void begin(const start& /*how*/) override {
    depth_ = 0;
    preemptions_ = 0;
  }

  std::size_t choose(const question& asked) override {
    if (depth_ == path_.size()) path_.push_back({0, answers_to(asked)});
    const std::size_t answer = path_[depth_++].answer;
    if (asked.can_go_on ? answer != 0 : goes_on_after_yield(asked, answer))
      ++preemptions_;
    return answer;
  }

  bool end() override {
    path_.resize(depth_);
    while (!path_.empty() && path_.back().answer + 1 == path_.back().answers) {
      path_.pop_back();
    }
    if (path_.empty()) return false;
    ++path_.back().answer;
    return true;
  }

 private:
  struct turn {
    std::size_t answer;
    std::size_t answers;
  };

  std::size_t answers_to(const question& asked) const {
    if (preemptions_ != most_preemptions_) return asked.answers;
    if (asked.can_go_on) return 1;
    return goes_on_after_yield(asked, asked.answers - 1) ? asked.answers - 1
                                                         : asked.answers;
  }

  // As unusual as a preemption, and counted as one.
  static bool goes_on_after_yield(const question& asked, std::size_t answer) {
    return asked.yielding >= 0 && answer + 1 == asked.answers && answer > 0 &&
           asked.threads[answer].thread == asked.yielding;
  }

  const int most_preemptions_;
  std::vector<turn> path_;
  std::size_t depth_ = 0;
  int preemptions_ = 0;  // of the present execution
};

}  // namespace tussle::sim
