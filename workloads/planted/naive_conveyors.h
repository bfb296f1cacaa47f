// naive_conveyors.h (planted): stages whose workers hand on when they are done.
//
// out_of_turn: several workers take from one queue in order, and hand on what they have done at
//              once: a later item overtakes an earlier one.
// The mend:    subjects/conveyors.h.
// Must be caught by: verification of pipeline with two or more workers.
#pragma once

#include "harness/case/case_info.h"
#include "workloads/subjects/conveyors.h"

namespace tussle::workloads::planted {

struct out_of_turn {
  static harness::subject_info info() {
    return {.name = "out_of_turn",
            .kind = harness::subject_kind::planted,
            .description = "Workers of a stage that hand on as soon as they are done.",
            .source = "workloads/planted/naive_conveyors.h",
            .breaks_invariant = harness::expectation::may};
  }
  template <typename Load>
  using line = subjects::line_of_threads<Load, false>;
};

}  // namespace tussle::workloads::planted
