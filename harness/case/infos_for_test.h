// infos_for_test.h: descriptions for the workloads and subjects of tests, of which only
// names matter.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"

namespace tussle::harness {

inline condition_info condition_named(std::string name,
                                      std::vector<double> default_values, double maximum,
                                      bool integer = true) {
  return {.name = std::move(name),
          .unit = "units",
          .description = "A condition.",
          .default_values = std::move(default_values),
          .minimum = 0,
          .maximum = maximum,
          .integer = integer};
}

inline workload_info workload_named(std::string name, std::string role,
                                    std::vector<condition_info> conditions) {
  return {.name = std::move(name),
          .question = "A question?",
          .invariant = "An invariant.",
          .failure = "A failure.",
          .role = std::move(role),
          .conditions = std::move(conditions)};
}

inline subject_info subject_named(std::string name,
                                  subject_kind kind = subject_kind::baseline) {
  return {.name = std::move(name),
          .kind = kind,
          .description = "A subject.",
          .source = "none"};
}

}  // namespace tussle::harness
