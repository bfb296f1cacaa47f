// counter.h: does every increment count?
//
// Question:  what does it cost to increment one number that all threads share?
// Invariant: the final value is the number of increments.
// A failure means: two updates read the same value and one of them was lost.
#pragma once

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/roles.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/counting.h"

namespace tussle::workloads {

struct counter {
  static harness::workload_info info() {
    return {
        .name = "counter",
        .question = "What does it cost to increment one number that all threads share?",
        .invariant = "The final value is the number of increments.",
        .failure = "Two updates read the same value, and one of them was lost.",
        .role = "counter",
        .conditions = {think_condition(), hold_condition(),
                       harness::threads_condition()}};
  }

  template <harness::counter_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : think_(values.count("think")), hold_(values.count("hold")) {}

    static harness::limit limit() { return hold_limit<Subject>(); }

    void step(harness::worker& /*self*/) {
      shared_.increment(hold_);
      harness::work(think_);
    }

    harness::verdict verify(const harness::tally& done) {
      return verify_count<Subject>(shared_.load(), done);
    }

   private:
    const std::int64_t think_;
    const std::int64_t hold_;
    alignas(harness::padding) harness::counter_of<Subject> shared_{0};
  };
};

}  // namespace tussle::workloads
