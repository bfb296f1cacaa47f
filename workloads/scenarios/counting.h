// counting.h: what the counting workloads share: their conditions, and how a count is
// verified.
#pragma once

#include <cstdint>

#include "harness/case/case_info.h"
#include "harness/case/roles.h"
#include "harness/case/verdict.h"

namespace tussle::workloads {

inline constexpr double most_work = 1'000'000;

inline harness::condition_info think_condition() {
  return {.name = "think",
          .unit = "work units",
          .description = "Work between two operations of one thread; about 1 ns a unit.",
          .default_values = {0},
          .minimum = 0,
          .maximum = most_work};
}

inline harness::condition_info hold_condition() {
  return {.name = "hold",
          .unit = "work units",
          .description =
              "Work inside the update, while others are kept out or made to retry.",
          .default_values = {0, 100},
          .minimum = 0,
          .maximum = most_work};
}

// Where an update has no inside, there is nothing to hold.
template <harness::counter_subject Subject>
harness::limit hold_limit() {
  if constexpr (harness::holds_inside<Subject>) {
    return {};
  } else {
    return {
        .condition = "hold",
        .only = 0,
        .reason = "its increment is one instruction that has no inside to do work in"};
  }
}

template <typename Subject>
harness::verdict verify_count(std::int64_t found, const harness::tally& done) {
  if (Subject::info().kind == harness::subject_kind::harness) {
    return harness::verdict::pass(
        "counts nothing: it shows what the harness itself costs");
  }
  return harness::expect_equal("final value", found, "increments",
                               static_cast<std::int64_t>(done.total()));
}

}  // namespace tussle::workloads
