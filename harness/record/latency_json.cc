#include <nlohmann/json.hpp>

#include "harness/record/json.h"

namespace tussle::harness {
namespace {

// So few samples beyond a percentile, and it says more about luck than about the subject.
constexpr std::uint64_t fewest_beyond = 10;

struct percentile {
  const char* name;
  std::uint64_t parts;  // of 10 000
};

constexpr percentile percentiles[] = {
    {"p50", 5'000}, {"p90", 9'000}, {"p99", 9'900}, {"p99_9", 9'990}, {"p99_99", 9'999}};

// Adds the percentiles that have samples enough, and why the others are null.
void add_percentiles(json& value, const latency_histogram& lengths) {
  bool all = true;
  for (const percentile& each : percentiles) {
    const std::uint64_t rank = rank_of(each.parts, lengths.count());
    const bool enough = lengths.count() >= rank + fewest_beyond;
    value[std::string(each.name) + "_ns"] =
        enough ? json(lengths.value_at_rank(rank)) : json(nullptr);
    all = all && enough;
  }
  value["null_because"] = all ? json(nullptr) : json("too few samples");
}

// Index and count of the buckets that hold something.
json filled_buckets(const latency_histogram& lengths) {
  json filled = json::array();
  for (std::size_t i = 0; i < latency_histogram::buckets; ++i) {
    if (lengths.count_in(i) != 0) filled.push_back({i, lengths.count_in(i)});
  }
  return filled;
}

json to_json(const operation_latency& operation) {
  const latency_histogram& lengths = operation.lengths;
  const bool any = lengths.count() != 0;
  json value = {{"name", operation.name},
                {"samples", lengths.count()},
                {"min_ns", any ? json(lengths.min()) : json(nullptr)},
                {"max_ns", any ? json(lengths.max()) : json(nullptr)},
                {"mean_ns", any ? json(static_cast<double>(lengths.sum()) /
                                       static_cast<double>(lengths.count()))
                                : json(nullptr)},
                {"sum_ns", lengths.sum()},
                {"too_long", lengths.too_long()},
                {"uncounted", lengths.uncounted()}};
  add_percentiles(value, lengths);
  value["buckets"] = filled_buckets(lengths);
  return value;
}

}  // namespace

json latency_json(const case_result& result) {
  const latency_options& asked = result.options.latency;
  const sample_clock& clock =
      asked.clock != nullptr ? *asked.clock : sample_clock::best();
  const clock_cost cost = cost_of(clock);
  json operations = json::array();
  for (const operation_latency& each : result.latency)
    operations.push_back(to_json(each));
  return {{"measures", "service time"},
          {"every", asked.every},
          {"clock",
           {{"name", clock.name()},
            {"read_ns", cost.read_ns},
            {"empty_ns", cost.empty_ns},
            {"step_ns", cost.step_ns}}},
          {"sub_bucket_bits", latency_histogram::sub_bucket_bits},
          {"operations", std::move(operations)}};
}

}  // namespace tussle::harness
