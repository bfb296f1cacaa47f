#include "harness/measure/fairness.h"

#include <algorithm>

namespace tussle::harness {

fairness fairness_of(const std::vector<std::uint64_t>& operations) {
  double sum = 0;
  double squares = 0;
  for (const std::uint64_t x : operations) {
    sum += static_cast<double>(x);
    squares += static_cast<double>(x) * static_cast<double>(x);
  }
  if (sum == 0) return {0, 0, 0};
  const auto [least, most] = std::minmax_element(operations.begin(), operations.end());
  return {sum * sum / (static_cast<double>(operations.size()) * squares),
          static_cast<double>(*least) / sum, static_cast<double>(*most) / sum};
}

}  // namespace tussle::harness
