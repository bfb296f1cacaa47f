// sample_clock.h: the clock that single operations are timed with.
//
// Operations take tens of nanoseconds, and so does reading a clock. Where the processor
// says that its time-stamp counter runs at one rate in every state, and the kernel itself
// keeps time by it, the counter is read directly, at about a third of the cost of
// std::chrono::steady_clock. Elsewhere steady_clock is read. Either way the cost is
// measured and recorded; it is part of every sample and never subtracted.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace tussle::harness {

class sample_clock {
 public:
  using source = std::uint64_t (*)();

  // A clock that calls `reading`.
  sample_clock(std::string name, source reading, double ns_per_tick)
      : name_(std::move(name)), source_(reading), ns_per_tick_(ns_per_tick) {}

  // The best one here. Takes about 10 ms the first time.
  static const sample_clock& best();
  static sample_clock steady();

  const std::string& name() const { return name_; }
  double ns_per_tick() const { return ns_per_tick_; }

  std::uint64_t ticks() const {
#if defined(__x86_64__)
    // Without fences the reading drifts into the operation, and the operation out of it.
    if (source_ == nullptr) {
      __builtin_ia32_lfence();
      const std::uint64_t now = __builtin_ia32_rdtsc();
      __builtin_ia32_lfence();
      return now;
    }
#endif
    return source_();
  }

  // 0 for an end before its beginning: counters of two cores may differ by a few ticks.
  std::uint64_t ns_between(std::uint64_t began, std::uint64_t ended) const {
    if (ended <= began) return 0;
    return static_cast<std::uint64_t>(
        std::llround(static_cast<double>(ended - began) * ns_per_tick_));
  }

 private:
  std::string name_;
  source source_;  // null: the time-stamp counter
  double ns_per_tick_;
};

// What timing adds to a sample and to the loop around it.
struct clock_cost {
  double read_ns = 0;   // one reading, in a row of readings: each timed step pays two
  double empty_ns = 0;  // the median of two readings with nothing between
  // The smallest difference between two lengths: a virtual machine's counter may go in
  // steps that are coarser than the histogram's buckets.
  double step_ns = 0;
};

// Takes about 1 ms.
clock_cost cost_of(const sample_clock& clock);

}  // namespace tussle::harness
