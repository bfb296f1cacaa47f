// verdict.h: whether a run kept its workload's invariant.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tussle::harness {

struct verdict {
  bool passed = true;
  std::string message;  // what was compared, with the numbers
  // A history that shows the failure, or what is allowed and still worth a look, as JSON
  // (history.schema.json#/$defs/record); empty: none was recorded.
  std::string evidence = {};
  // What the subject counted on the way, by name; finite.
  std::vector<std::pair<std::string, double>> counts = {};

  static verdict pass(std::string message) { return {true, std::move(message), {}, {}}; }
  static verdict fail(std::string message) { return {false, std::move(message), {}, {}}; }
};

// Passes if found == expected; the message carries both, named.
verdict expect_equal(const std::string& found_name, std::int64_t found,
                     const std::string& expected_name, std::int64_t expected);

// The first that failed; otherwise the first.
verdict first_failure(const std::vector<verdict>& all);

// What the threads of a run did in all: warm-up, window and ramp-down together.
struct tally {
  std::vector<std::uint64_t> steps;  // completed calls of step, by worker

  std::uint64_t total() const;
};

}  // namespace tussle::harness
