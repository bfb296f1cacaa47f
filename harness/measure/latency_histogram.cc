#include "harness/measure/latency_histogram.h"

namespace tussle::harness {

void latency_histogram::merge(const latency_histogram& other) {
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    add(bucket, other.counts_[bucket]);
  }
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
  too_long_ += other.too_long_;
  uncounted_ += other.uncounted_;
}

double latency_histogram::value_at_rank(std::uint64_t rank) const {
  if (empty()) return 0;
  std::uint64_t reached = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    reached += counts_[bucket];
    if (reached < rank) continue;
    // The ends are known exactly, so no value is shown outside of them.
    return std::clamp(middle_of(bucket), static_cast<double>(min_),
                      static_cast<double>(max_));
  }
  return static_cast<double>(max_);
}

}  // namespace tussle::harness
