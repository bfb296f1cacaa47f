#include "harness/measure/benchmark_rows.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "harness/record/json.h"

namespace tussle::harness {
namespace {

double cpu_ns_per_operation(const case_sample& sample) {
  return sample.window.cpu_seconds * 1e9 / static_cast<double>(sample.operations());
}

json common(const case_rows& rows) {
  return {{"name", rows.selected.name},
          {"run_name", rows.selected.name},
          {"threads", rows.selected.values.threads()},
          {"repetitions", rows.samples.size()}};
}

json sample_row(const case_rows& rows, std::size_t index) {
  const case_sample& sample = rows.samples[index];
  json row = common(rows);
  row["run_type"] = "iteration";
  row["repetition_index"] = index;
  row["iterations"] = sample.operations();
  row["real_time"] = number(sample.ns_per_operation());
  row["cpu_time"] = number(cpu_ns_per_operation(sample));
  row["time_unit"] = "ns";
  row["items_per_second"] = number(sample.operations_per_second());
  row["jain"] = sample.served.jain;
  row["overlap"] = sample.window.overlap;
  row["verified"] = sample.verdict.passed;
  if (!sample.verdict.passed) {
    row["error_occurred"] = true;
    row["error_message"] = sample.verdict.message;
  }
  return row;
}

json error_row(const case_rows& rows) {
  json row = common(rows);
  row["run_type"] = "iteration";
  row["repetition_index"] = rows.samples.size();
  // Readers of the format index these in every row.
  row["iterations"] = 0;
  row["real_time"] = 0.0;
  row["cpu_time"] = 0.0;
  row["time_unit"] = "ns";
  row["error_occurred"] = true;
  row["error_message"] = rows.error;
  return row;
}

double mean(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  const std::size_t half = x.size() / 2;
  return x.size() % 2 == 1 ? x[half] : (x[half - 1] + x[half]) / 2;
}

double standard_deviation(const std::vector<double>& x) {
  const double m = mean(x);
  double squares = 0;
  for (const double value : x) squares += (value - m) * (value - m);
  return std::sqrt(squares / static_cast<double>(x.size() - 1));
}

double variation(const std::vector<double>& x) { return standard_deviation(x) / mean(x); }

struct aggregate {
  const char* name;
  const char* unit;
  double (*of)(const std::vector<double>&);
};

constexpr aggregate aggregates[] = {
    {"mean", "time", mean},
    {"median", "time", [](const std::vector<double>& x) { return median(x); }},
    {"stddev", "time", standard_deviation},
    {"cv", "percentage", variation}};

json aggregate_row(const case_rows& rows, const aggregate& kind) {
  std::vector<double> real;
  std::vector<double> cpu;
  for (const case_sample& sample : rows.samples) {
    real.push_back(sample.ns_per_operation());
    cpu.push_back(cpu_ns_per_operation(sample));
  }
  json row = common(rows);
  row["name"] = rows.selected.name + "_" + kind.name;
  row["run_type"] = "aggregate";
  row["aggregate_name"] = kind.name;
  row["aggregate_unit"] = kind.unit;
  row["iterations"] = rows.samples.size();
  row["real_time"] = number(kind.of(real));
  row["cpu_time"] = number(kind.of(cpu));
  row["time_unit"] = "ns";
  return row;
}

void append_rows(json& document, const case_rows& rows) {
  for (std::size_t i = 0; i < rows.samples.size(); ++i)
    document.push_back(sample_row(rows, i));
  if (!rows.error.empty()) document.push_back(error_row(rows));
  if (rows.samples.size() < 2) return;
  for (const aggregate& kind : aggregates) document.push_back(aggregate_row(rows, kind));
}

}  // namespace

std::string console_header() {
  return absl::StrFormat("%-58s %12s %12s %12s %6s  %s\n", "case", "ns/op", "cpu ns/op",
                         "ops/s", "jain", "verdict");
}

std::string console_row(const case_rows& rows) {
  if (!rows.error.empty()) {
    return absl::StrFormat("%-58s failed: %s\n", rows.selected.name, rows.error);
  }
  const case_sample& sample = rows.samples.back();
  return absl::StrFormat(
      "%-58s %12.2f %12.2f %12.4g %6.3f  %s\n", rows.selected.name,
      sample.ns_per_operation(), cpu_ns_per_operation(sample),
      sample.operations_per_second(), sample.served.jain,
      sample.verdict.passed ? "ok" : "BROKEN: " + sample.verdict.message);
}

std::string google_benchmark_json(const std::vector<case_rows>& all) {
  json rows = json::array();
  for (const case_rows& each : all) append_rows(rows, each);
  const json document = {
      {"context",
       {{"date", absl::FormatTime(absl::RFC3339_sec, absl::Now(), absl::LocalTimeZone())},
        {"num_cpus", usable_cores()},
        {"build", build_facts()}}},
      {"benchmarks", std::move(rows)}};
  return to_text(document);
}

}  // namespace tussle::harness
