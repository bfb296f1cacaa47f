#include "harness/case/verdict.h"

#include <algorithm>
#include <numeric>

namespace tussle::harness {

verdict expect_equal(const std::string& found_name, std::int64_t found,
                     const std::string& expected_name, std::int64_t expected) {
  std::string message = found_name + " " + std::to_string(found);
  message += found == expected ? " = " : ", expected ";
  message += expected_name + " " + std::to_string(expected);
  return {found == expected, std::move(message), {}, {}};
}

verdict first_failure(const std::vector<verdict>& all) {
  if (all.empty()) return verdict::fail("nothing was verified");
  const auto failed =
      std::find_if(all.begin(), all.end(), [](const verdict& v) { return !v.passed; });
  return failed == all.end() ? all.front() : *failed;
}

std::uint64_t tally::total() const {
  return std::accumulate(steps.begin(), steps.end(), std::uint64_t{0});
}

}  // namespace tussle::harness
