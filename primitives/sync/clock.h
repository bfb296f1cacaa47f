// clock.h: the monotonic clock that deadlines are read from; a virtual one in mode sim.
#pragma once

#include <chrono>
#include <thread>

#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

struct clock {
  using duration = std::chrono::steady_clock::duration;

  static time_point now() noexcept {
    if (simulator* s = detail::simulated()) return s->now();
    return std::chrono::steady_clock::now();
  }
};

// Blocks until the clock has reached `deadline`.
inline void sleep_until(time_point deadline) {
  if (simulator* s = detail::simulated()) return s->sleep_until(deadline);
  std::this_thread::sleep_until(deadline);
}

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
