// value_vector.h: what does it cost to share a vector that can be read as a whole?
//
// Question:  what do look-ups, updates and whole readings of a shared vector cost, by its
//            size?
// Invariant: every value belongs to its index, every whole reading is of one moment, and the
//            final sum is that of all updates.
// A failure means: an update was lost, or a reader saw a vector that never was.
#pragma once

#include <cstdint>

#include "harness/case/case_info.h"
#include "harness/case/roles.h"
#include "workloads/scenarios/container_run.h"

namespace tussle::workloads {

struct value_vector {
  static harness::workload_info info() {
    return {.name = "value_vector",
            .question =
                "What do look-ups, updates and whole readings of a shared vector "
                "cost, by its size?",
            .invariant =
                "Every value belongs to its index, every whole reading is of one "
                "moment, and the final sum is that of all updates.",
            .failure = "An update was lost, or a reader saw a vector that never was.",
            .role = "sequence",
            .conditions = {container_operation_condition(), size_condition(),
                           harness::threads_condition()}};
  }

  template <harness::sequence_subject Subject>
  using run = container_run<typename Subject::sequence, std::int64_t>;
};

}  // namespace tussle::workloads
