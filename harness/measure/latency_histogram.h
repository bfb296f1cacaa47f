// latency_histogram.h: how long operations took, in bounded memory.
//
// Log-linear, as HdrHistogram's: 64 buckets to each power of two, so that a bucket is at
// most 1/64 of its values wide and its middle at most 1/128 = 0.8 % away from any of them.
// Lengths below 128 ns have a bucket each and are exact. 1984 counters of 32 bits reach to
// 68.7 s: 8 KB, which leaves the first-level cache to what is being measured.
//
// Thread safety: none; a histogram for each thread, merged after the join.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace tussle::harness {

class latency_histogram {
 public:
  static constexpr int sub_bucket_bits = 6;
  static constexpr int range_bits = 36;
  static constexpr std::uint64_t longest = (std::uint64_t{1} << range_bits) - 1;  // ns
  static constexpr std::size_t buckets = (range_bits - sub_bucket_bits + std::size_t{1})
                                         << sub_bucket_bits;

  // What is longer than `longest` counts as that long, and in `too_long`. A counter that
  // is full stays so, and what it had no room for counts in `uncounted`.
  void record(std::uint64_t ns) {
    min_ = std::min(min_, ns);
    max_ = std::max(max_, ns);
    if (ns > longest) {
      ++too_long_;
      ns = longest;
    }
    sum_ += ns;
    add(index_of(ns), 1);
  }

  // Afterwards this holds what both have recorded.
  void merge(const latency_histogram& other);

  std::uint64_t count() const { return count_; }            // without what is uncounted
  std::uint64_t min() const { return empty() ? 0 : min_; }  // exact
  std::uint64_t max() const { return max_; }  // exact, also beyond the range
  std::uint64_t sum() const { return sum_; }
  std::uint64_t too_long() const { return too_long_; }
  std::uint64_t uncounted() const { return uncounted_; }
  std::uint32_t count_in(std::size_t bucket) const { return counts_[bucket]; }

  // The `rank`-th smallest, counted from 1 to count(): the middle of its bucket, at most
  // 1/128 off. 0 when empty.
  double value_at_rank(std::uint64_t rank) const;

  static constexpr std::size_t index_of(std::uint64_t ns) {
    const int shift =
        std::max(0, static_cast<int>(std::bit_width(ns)) - sub_bucket_bits - 1);
    return (static_cast<std::size_t>(shift) << sub_bucket_bits) +
           static_cast<std::size_t>(ns >> shift);
  }
  static constexpr double middle_of(std::size_t bucket) {
    const std::size_t row = bucket >> sub_bucket_bits;
    const std::size_t shift = row == 0 ? 0 : row - 1;
    const std::uint64_t first =
        static_cast<std::uint64_t>(bucket - (shift << sub_bucket_bits)) << shift;
    return static_cast<double>(first) +
           static_cast<double>((std::uint64_t{1} << shift) - 1) / 2;
  }

 private:
  bool empty() const { return count_ == 0; }

  void add(std::size_t bucket, std::uint32_t times) {
    const std::uint32_t room =
        std::numeric_limits<std::uint32_t>::max() - counts_[bucket];
    const std::uint32_t added = std::min(times, room);
    counts_[bucket] += added;
    count_ += added;
    uncounted_ += times - added;
  }

  std::uint64_t count_ = 0;
  std::uint64_t min_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_ = 0;
  // Of lengths cut to the range: 2^28 of the longest fit.
  std::uint64_t sum_ = 0;
  std::uint64_t too_long_ = 0;
  std::uint64_t uncounted_ = 0;
  std::array<std::uint32_t, buckets> counts_{};
};

// The rank, counted from 1, that `parts` of 10 000 of `count` samples do not exceed
// (nearest rank); whole numbers, so that 99.9 % of 1000 is rank 999 and not by rounding
// 1000.
constexpr std::uint64_t rank_of(std::uint64_t parts, std::uint64_t count) {
  const std::uint64_t whole = count / 10'000 * parts;
  const std::uint64_t rest = (count % 10'000 * parts + 9'999) / 10'000;
  return std::max<std::uint64_t>(1, whole + rest);
}

}  // namespace tussle::harness
