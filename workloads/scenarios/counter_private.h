// counter_private.h: what does an increment cost when nobody is in the way?
//
// Question:  what does an increment cost, and does it scale, when each thread has a
//            counter of its own?
// Invariant: each final value is the number of its thread's increments.
// A failure means: an update was lost without any contention, or counters are not
// independent.
#pragma once

#include <memory>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/roles.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/counting.h"

namespace tussle::workloads {

struct counter_private {
  static harness::workload_info info() {
    return {.name = "counter_private",
            .question =
                "What does an increment cost, and does it scale, when each thread has a "
                "counter of its own?",
            .invariant = "Each final value is the number of its thread's increments.",
            .failure = "An update was lost without any contention.",
            .role = "counter",
            .conditions = {think_condition(), harness::threads_condition()}};
  }

  template <harness::counter_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : think_(values.count("think")),
          own_(static_cast<std::size_t>(values.threads())) {}

    void step(harness::worker& self) {
      constexpr std::int64_t no_hold = 0;
      own_[static_cast<std::size_t>(self.index())].value.increment(no_hold);
      harness::work(think_);
    }

    harness::verdict verify(const harness::tally& done) {
      std::vector<harness::verdict> each;
      for (std::size_t i = 0; i < own_.size(); ++i) {
        each.push_back(verify_count<Subject>(own_[i].value.load(), {{done.steps[i]}}));
      }
      return harness::first_failure(each);
    }

   private:
    struct alignas(harness::padding) padded {
      harness::counter_of<Subject> value{0};
    };

    const std::int64_t think_;
    // Constructed in place and never moved: counters need be neither copyable nor movable.
    std::vector<padded> own_;
  };
};

}  // namespace tussle::workloads
