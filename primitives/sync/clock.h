// clock.h: the monotonic clock that deadlines are read from; a virtual one in mode sim.
#pragma once

#include <chrono>
#include <cstdint>
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

// A count that grows with time, a few to a nanosecond or one to a few: for telling short from
// long at the cost of some nanoseconds. Not comparable between threads.
inline std::uint64_t cycles() noexcept {
  if (simulator* s = detail::simulated())
    return static_cast<std::uint64_t>(s->now().time_since_epoch().count());
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return static_cast<std::uint64_t>(
      std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

// Blocks until the clock has reached `deadline`.
inline void sleep_until(time_point deadline) {
  if (simulator* s = detail::simulated()) return s->sleep_until(deadline);
  std::this_thread::sleep_until(deadline);
}

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
