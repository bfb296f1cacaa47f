// value_map.h: what does it cost to share a map that can be read as a whole?
//
// Question:  what do look-ups, updates and whole readings of a shared map cost, by its size?
// Invariant: every value belongs to its key, every whole reading is of one moment, and the
//            final sum is that of all updates.
// A failure means: an update was lost, or a reader saw a map that never was.
//
// A map that never changes pays at each update for what a reader of the whole then has for
// nothing; a locked one has it the other way round.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "harness/case/case_info.h"
#include "harness/case/case_run.h"
#include "harness/case/roles.h"
#include "workloads/scenarios/container_run.h"

namespace tussle::workloads {

struct value_map {
  static harness::workload_info info() {
    return {.name = "value_map",
            .question =
                "What do look-ups, updates and whole readings of a shared map "
                "cost, by its size?",
            .invariant =
                "Every value belongs to its key, every whole reading is of one "
                "moment, and the final sum is that of all updates.",
            .failure = "An update was lost, or a reader saw a map that never was.",
            .role = "map",
            .conditions = {container_operation_condition(),
                           size_condition(),
                           {.name = "key",
                            .unit = "",
                            .description = "What the keys are.",
                            .default_values = {0},
                            .minimum = 0,
                            .maximum = 1,
                            .labels = {"int", "string"}},
                           harness::threads_condition()}};
  }

  template <harness::map_subject Subject>
  using run = container_run<typename Subject::template map<std::int64_t>, std::int64_t>;

  template <typename Subject>
  static std::unique_ptr<harness::case_run> make(const harness::conditions& values) {
    if (values.count("key") == 0)
      return std::make_unique<harness::typed_case_run<run<Subject>>>(values);
    using of_strings =
        container_run<typename Subject::template map<std::string>, std::string>;
    return std::make_unique<harness::typed_case_run<of_strings>>(values);
  }
};

}  // namespace tussle::workloads
