#include "harness/measure/latency_pass.h"

namespace tussle::harness {

latency_pass::latency_pass(const std::vector<std::string>& operations, int threads,
                           std::uint64_t seed, const latency_options& options) {
  const sample_clock& clock =
      options.clock != nullptr ? *options.clock : sample_clock::best();
  for (int i = 0; i < threads; ++i) {
    // Another seed than the worker's own generator has: the distances must not follow the
    // workload's draws.
    const std::uint64_t distances = ~(seed * 1024 + static_cast<std::uint64_t>(i));
    samplers_.push_back(std::make_unique<latency_sampler>(
        clock, options.every, operations.size(), distances, counting_));
  }
}

void latency_pass::add_to(std::vector<operation_latency>& sums) const {
  for (const auto& each : samplers_) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i].lengths.merge(each->recorded()[i]);
    }
  }
}

std::vector<operation_latency> no_samples(const std::vector<std::string>& operations) {
  std::vector<operation_latency> sums;
  sums.reserve(operations.size());
  for (const std::string& name : operations) sums.push_back({name, {}});
  return sums;
}

}  // namespace tussle::harness
