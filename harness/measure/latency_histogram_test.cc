#include "harness/measure/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace tussle::harness {
namespace {

using lengths = std::vector<std::uint64_t>;

constexpr std::uint64_t all_parts[] = {1,     100,   2'500, 5'000, 7'500,
                                       9'000, 9'900, 9'990, 9'999, 10'000};

latency_histogram histogram_of(const lengths& all) {
  latency_histogram histogram;
  for (const std::uint64_t ns : all) histogram.record(ns);
  return histogram;
}

// What nobody has to trust: the samples themselves, in order.
std::uint64_t exact(const lengths& sorted, std::uint64_t rank) {
  return sorted[static_cast<std::size_t>(rank - 1)];
}

// Every quantile of the histogram against the exact one.
void expect_within_one_percent(lengths all, const std::string& what) {
  const latency_histogram histogram = histogram_of(all);
  std::sort(all.begin(), all.end());
  for (const std::uint64_t parts : all_parts) {
    const std::uint64_t rank = rank_of(parts, all.size());
    const auto wanted = static_cast<double>(exact(all, rank));
    EXPECT_LE(std::abs(histogram.value_at_rank(rank) - wanted), 0.01 * wanted)
        << what << ", " << all.size() << " samples, " << parts
        << " of 10 000: " << wanted;
  }
  EXPECT_EQ(histogram.min(), all.front()) << what;
  EXPECT_EQ(histogram.max(), all.back()) << what;
  EXPECT_EQ(histogram.count(), all.size()) << what;
}

struct distribution {
  const char* name;
  double (*draw)(std::mt19937_64& random);
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const distribution& which, std::ostream* out) { *out << which.name; }

double uniform(std::mt19937_64& random) {
  return std::uniform_real_distribution<>(0, 1)(random);
}

constexpr distribution distributions[] = {
    {"uniform to 1 us", [](auto& r) { return 1e3 * uniform(r); }},
    {"uniform to the end of the range", [](auto& r) { return 6.8e10 * uniform(r); }},
    {"log-uniform over the whole range",
     [](auto& r) { return std::exp(uniform(r) * std::log(6.8e10)); }},
    {"log-normal, as of an operation with interruptions",
     [](auto& r) { return std::lognormal_distribution<>(4, 1.5)(r); }},
    {"two kinds, far apart",
     [](auto& r) { return uniform(r) < 0.99 ? 20 + 5 * uniform(r) : 4e6 + uniform(r); }},
    {"all alike", [](auto& /*r*/) { return 1'234'567.0; }},
    {"heavy tail",
     [](auto& r) { return std::min(6.8e10, 10 / std::pow(uniform(r), 2)); }},
};

class histogram_quantiles : public ::testing::TestWithParam<distribution> {};

TEST_P(histogram_quantiles, are_within_one_percent_of_the_exact_ones) {
  for (const std::size_t size : {1U, 2U, 9U, 100U, 1'001U, 40'000U}) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      std::mt19937_64 random(seed * 1'000'003 + size);
      lengths all(size);
      for (std::uint64_t& ns : all)
        ns = static_cast<std::uint64_t>(GetParam().draw(random));
      expect_within_one_percent(
          all, std::string(GetParam().name) + ", seed " + std::to_string(seed));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(of, histogram_quantiles, ::testing::ValuesIn(distributions));

TEST(latency_histogram, of_lengths_below_128_ns_is_exact) {
  for (std::uint64_t ns = 0; ns < 128; ++ns) {
    EXPECT_EQ(histogram_of({ns, ns, 200}).value_at_rank(1), static_cast<double>(ns));
  }
}

TEST(latency_histogram, buckets_follow_each_other_without_gap_to_the_end_of_the_range) {
  using h = latency_histogram;
  EXPECT_EQ(h::index_of(0), 0U);
  EXPECT_EQ(h::index_of(h::longest), h::buckets - 1);
  for (int power = 0; power < h::range_bits; ++power) {
    for (const std::uint64_t ns :
         {std::uint64_t{1} << power, std::uint64_t{3} << power >> 1}) {
      if (ns == 0) continue;
      const std::size_t step = h::index_of(ns) - h::index_of(ns - 1);
      EXPECT_LE(step, 1U) << ns;
    }
  }
  for (std::size_t i = 0; i < h::buckets; ++i) {
    EXPECT_EQ(h::index_of(static_cast<std::uint64_t>(h::middle_of(i))), i);
  }
}

TEST(latency_histogram, is_small_enough_to_leave_the_cache_alone) {
  EXPECT_LE(sizeof(latency_histogram), 8'192U);
  EXPECT_GE(latency_histogram::longest, 60'000'000'000U);
}

TEST(latency_histogram, without_samples_is_empty) {
  const latency_histogram empty;

  EXPECT_EQ(empty.count(), 0U);
  EXPECT_EQ(empty.min(), 0U);
  EXPECT_EQ(empty.max(), 0U);
  EXPECT_EQ(empty.value_at_rank(1), 0);
}

TEST(latency_histogram, counts_what_is_longer_than_its_range_and_keeps_the_maximum) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const latency_histogram histogram =
      histogram_of({0, latency_histogram::longest, latency_histogram::longest + 1, most});

  EXPECT_EQ(histogram.count(), 4U);
  EXPECT_EQ(histogram.too_long(), 2U);
  EXPECT_EQ(histogram.min(), 0U);
  EXPECT_EQ(histogram.max(), most);
  EXPECT_EQ(histogram.count_in(latency_histogram::buckets - 1), 3U);
  EXPECT_EQ(histogram.sum(), 3 * latency_histogram::longest);
}

TEST(latency_histogram, full_counter_stays_full_and_says_what_it_had_no_room_for) {
  latency_histogram doubled = histogram_of({100});
  // 2^32 samples, by doubling.
  for (int i = 0; i < 32; ++i) doubled.merge(latency_histogram(doubled));

  EXPECT_EQ(doubled.count_in(100), 0xFFFF'FFFFU);
  EXPECT_EQ(doubled.count(), 0xFFFF'FFFFU);
  EXPECT_EQ(doubled.uncounted(), 1U);
  doubled.record(100);
  EXPECT_EQ(doubled.uncounted(), 2U);
  EXPECT_EQ(doubled.value_at_rank(1), 100);
}

TEST(latency_histogram, merged_is_the_histogram_of_all_samples) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<> draw(6, 3);
  lengths all;
  latency_histogram merged;
  for (int part = 0; part < 5; ++part) {
    lengths some(static_cast<std::size_t>(part * 100));  // the first is empty
    for (std::uint64_t& ns : some) ns = static_cast<std::uint64_t>(draw(random));
    all.insert(all.end(), some.begin(), some.end());
    merged.merge(histogram_of(some));
  }
  const latency_histogram at_once = histogram_of(all);

  for (std::size_t i = 0; i < latency_histogram::buckets; ++i) {
    ASSERT_EQ(merged.count_in(i), at_once.count_in(i)) << i;
  }
  EXPECT_EQ(merged.count(), at_once.count());
  EXPECT_EQ(merged.sum(), at_once.sum());
  EXPECT_EQ(merged.min(), at_once.min());
  EXPECT_EQ(merged.max(), at_once.max());
}

TEST(rank, is_the_nearest_one_and_never_off_by_rounding) {
  EXPECT_EQ(rank_of(9'990, 1'000), 999U);
  EXPECT_EQ(rank_of(9'999, 10'000), 9'999U);
  EXPECT_EQ(rank_of(5'000, 1), 1U);
  EXPECT_EQ(rank_of(5'000, 4), 2U);
  EXPECT_EQ(rank_of(5'000, 5), 3U);
  EXPECT_EQ(rank_of(9'000, 0), 1U);
  EXPECT_EQ(rank_of(9'999, 20'001), 19'999U);
  EXPECT_EQ(rank_of(10'000, std::uint64_t{1} << 62), std::uint64_t{1} << 62);
}

}  // namespace
}  // namespace tussle::harness
