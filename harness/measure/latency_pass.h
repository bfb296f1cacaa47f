// latency_pass.h: the samplers of one team, and what they come to.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/measure/latency_sampler.h"

namespace tussle::harness {

struct latency_options {
  std::uint64_t every = 0;  // about one operation in so many is timed; 0: none
  const sample_clock* clock = nullptr;  // null: the best one here
};

// All samples of one kind of operation.
struct operation_latency {
  std::string name;
  latency_histogram lengths;
};

class latency_pass {
 public:
  latency_pass(const std::vector<std::string>& operations, int threads,
               std::uint64_t seed, const latency_options& options);

  latency_sampler& sampler(int worker) {
    return *samplers_[static_cast<std::size_t>(worker)];
  }

  // The time keeper sets it while the window is open.
  std::atomic<bool>& counting() { return counting_; }

  // Adds the samples of all workers to `sums`, one entry an operation. After the join.
  void add_to(std::vector<operation_latency>& sums) const;

 private:
  alignas(padding) std::atomic<bool> counting_{false};
  std::vector<std::unique_ptr<latency_sampler>> samplers_;
};

// An empty histogram for every operation.
std::vector<operation_latency> no_samples(const std::vector<std::string>& operations);

}  // namespace tussle::harness
