// max_so_far.h (example): does the largest value stay?
//
// Question:  what does it cost to keep the largest value offered so far?
// Invariant: the final value is the largest of all offers.
// A failure means: an update replaced a larger value by a smaller one.
#pragma once

#include <algorithm>
#include <vector>

#include "harness/case/case_run.h"
#include "harness/case/roles.h"

namespace tussle::workloads::examples {

struct max_so_far {
  static harness::workload_info info() {
    return {.name = "max_so_far",
            .question = "What does it cost to keep the largest value offered so far?",
            .invariant = "The final value is the largest of all offers.",
            .failure = "An update replaced a larger value by a smaller one.",
            .role = "cell",
            .conditions = {harness::threads_condition()}};
  }

  template <harness::cell_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : own_(static_cast<std::size_t>(values.threads())) {}

    // One operation. Called by all threads at once, over and over.
    void step(harness::worker& self) {
      const auto offer = static_cast<std::int64_t>(self.random() >> 1);
      shared_.update([offer](std::int64_t present) { return std::max(present, offer); });
      own& mine = own_[static_cast<std::size_t>(self.index())];
      mine.largest = std::max(mine.largest, offer);
    }

    // Called once, when all threads have ended.
    harness::verdict verify(const harness::tally& /*done*/) {
      std::int64_t largest = 0;
      for (const own& each : own_) largest = std::max(largest, each.largest);
      return harness::expect_equal("final value", shared_.load(), "largest offer",
                                   largest);
    }

   private:
    struct alignas(harness::padding) own {
      std::int64_t largest = 0;
    };
    std::vector<own> own_;
    alignas(harness::padding) typename Subject::template cell<std::int64_t> shared_{0};
  };
};

}  // namespace tussle::workloads::examples
