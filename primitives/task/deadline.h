// deadline.h: when a duration from now ends.
#pragma once

#include <chrono>

#include "primitives/sync/clock.h"

namespace tussle::detail {

// Not earlier than `longest` from now; for durations beyond the clock's range its end; now for
// those that are not positive.
template <typename Rep, typename Period>
sync::time_point deadline_after(std::chrono::duration<Rep, Period> longest) {
  const sync::time_point now = sync::clock::now();
  if (!(longest > longest.zero())) return now;  // and what is no number
  // Compared as numbers of seconds: the conversion itself may not fit.
  const std::chrono::duration<double> room = sync::time_point::max() - now;
  if (std::chrono::duration<double>(longest) >= room * 0.99)
    return sync::time_point::max();
  return now + std::chrono::ceil<sync::clock::duration>(longest);
}

}  // namespace tussle::detail
