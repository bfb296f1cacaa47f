// route_stats.h: what is known of the requests of one route.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace tussle::workloads::use_cases {

struct request {
  bool failed;
  std::int64_t microseconds;
};

struct route_stats {
  std::int64_t count = 0;
  std::int64_t errors = 0;
  std::int64_t total = 0;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = 0;

  // With one request more.
  route_stats with(const request& r) const {
    return {count + 1, errors + (r.failed ? 1 : 0), total + r.microseconds,
            std::min(least, r.microseconds), std::max(most, r.microseconds)};
  }

  // Whether there can be requests of which this is true.
  bool possible() const {
    return count > 0 && errors <= count && least * count <= total &&
           total <= most * count;
  }

  friend bool operator==(const route_stats&, const route_stats&) = default;
};

}  // namespace tussle::workloads::use_cases
