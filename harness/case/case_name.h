// case_name.h: reads "workload/subject/condition:value/.../threads:N".
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/case/case_info.h"

namespace tussle::harness {

// Bad input from outside: one line that says what, where and how to mend it.
class usage_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct parsed_case_name {
  std::string_view workload;
  std::string_view subject;
  std::vector<std::pair<std::string_view, std::string_view>> values;
};

// Throws: usage_error.
parsed_case_name parse_case_name(std::string_view name);

// The values for `workload`'s conditions; a condition that the name leaves out takes its
// first default.
// Throws: usage_error for an unknown or repeated condition, and for a value that is no
// number or out of range.
conditions read_conditions(const parsed_case_name& name, const workload_info& workload);

// ": did you mean X?" for the candidate nearest to `wrong` by edit distance, or a list of
// all candidates.
std::string suggestion(std::string_view wrong,
                       const std::vector<std::string>& candidates);

}  // namespace tussle::harness
