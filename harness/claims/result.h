// result.h: what claims came to, as text and as a record.
#pragma once

#include <string>
#include <vector>

#include "harness/claims/claim.h"

namespace tussle::claims {

struct result {
  claim what;
  evidence found = {};
  double seconds = 0;
  std::string error = {};  // why the evidence could not be taken to its end; else empty

  // It came to something that it comes to nowhere.
  bool is_surprise() const {
    return error.empty() && what.try_it && what.expected != verdict::not_tested &&
           found.came_to != what.expected;
  }
};

// Takes the evidence of one claim; blocks until it has it.
result try_claim(const claim& what);

// For people, several lines.
std::string to_text(const result& one);

// The record of a run: harness/record/claims.schema.json.
std::string record_text(const std::vector<result>& all);

}  // namespace tussle::claims
