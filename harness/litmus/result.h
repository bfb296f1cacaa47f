// result.h: what was found of one litmus program, as a table and as a record.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/litmus/program.h"

namespace tussle::litmus {

enum class runner : std::uint8_t { threads, sim };

struct result {
  program_info info;
  int actors = 2;
  std::size_t values = 0;
  runner ran = runner::threads;
  std::vector<counted_outcome> outcomes = {};
  std::uint64_t executions = 0;
  double seconds = 0;
  bool has_core_each = true;  // threads: false: more actors than cores
  bool complete = false;      // sim: every execution that there is was run
  // sim: what was run, in words.
  std::string bound = {};
  std::string shown = {};  // sim: the execution with the forbidden outcome, step by step
  std::string finding =
      {};                  // sim: what went wrong that is no outcome: a race, a deadlock
  std::string error = {};  // why it could not be run to its end; else empty
  std::string again = {};  // the command that tries it again

  double rate() const {
    return seconds > 0 ? static_cast<double>(executions) / seconds : 0;
  }
  bool broken() const { return has_forbidden(outcomes); }
  bool is_noticed() const { return broken() || !finding.empty(); }
  // A forbidden outcome, or another finding, that nobody planted.
  bool is_finding() const { return is_noticed() && info.kind == program_kind::ours; }
  bool all_reached() const;  // every listed outcome that is not forbidden
};

// For people: the table of outcomes, several lines.
std::string to_text(const result& one);

// The record of a run: harness/record/litmus.schema.json.
std::string record_text(const std::vector<result>& all, std::uint64_t seed,
                        double budget_seconds);

}  // namespace tussle::litmus
