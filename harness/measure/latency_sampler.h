// latency_sampler.h: times some of a worker's operations.
//
// Each operation from the start of a step to its end: service time in a closed loop, for
// the thread begins the next operation only after this one. About one operation in
// `every` is timed, at random distances of 1 to 2 * every - 1, because a fixed distance
// could lock onto a pattern of the workload and time always the same kind of operation.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/case/worker.h"
#include "harness/measure/latency_histogram.h"
#include "harness/measure/sample_clock.h"

namespace tussle::harness {

// One per thread of a team, on cache lines of its own.
class alignas(padding) latency_sampler {
 public:
  // Samples are taken while `counting`, which outlives this. `operations`: kinds that
  // steps can name.
  latency_sampler(const sample_clock& clock, std::uint64_t every, std::size_t operations,
                  std::uint64_t seed, const std::atomic<bool>& counting)
      : clock_(clock),
        spread_(2 * every - 1),
        random_(seed),
        counting_(counting),
        recorded_(operations) {
    left_ = distance();
  }

  // Called before each operation: whether it is to be timed. An operation that has begun
  // while samples are taken counts however late it ends; otherwise the longest would be
  // the ones left out.
  bool due() {
    if (--left_ != 0) return false;
    left_ = distance();
    // Relaxed: a statistic; histograms become visible through the join.
    return counting_.load(std::memory_order_relaxed);
  }

  std::uint64_t now() const { return clock_.ticks(); }

  // Throws: std::out_of_range for an operation that the workload has not named.
  void record(std::uint64_t began, std::size_t operation) {
    const std::uint64_t ended = now();
    recorded_.at(operation).record(clock_.ns_between(began, ended));
  }

  const std::vector<latency_histogram>& recorded() const { return recorded_; }

 private:
  std::uint64_t distance() { return 1 + random_() % spread_; }

  const sample_clock clock_;
  const std::uint64_t spread_;
  std::uint64_t left_ = 0;
  generator random_;
  const std::atomic<bool>& counting_;
  std::vector<latency_histogram> recorded_;
};

}  // namespace tussle::harness
