#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "harness/race/race_collector.h"
#include "harness/record/json.h"
#include "primitives/sync/hooks.h"

namespace tussle::harness {
namespace {

json to_json(const verdict& v, const workload_info& workload) {
  json value = {
      {"passed", v.passed}, {"invariant", workload.invariant}, {"message", v.message}};
  if (!v.counts.empty()) {
    json& counts = value["counts"] = json::object();
    for (const auto& [name, count] : v.counts) counts[name] = number(count);
  }
  return value;
}

json to_json(const conditions& values) {
  json named = json::object();
  for (std::size_t i = 0; i < values.all().size(); ++i) {
    if (values.left_out(i)) continue;
    const auto& [name, value] = values.all()[i];
    if (!values.label(i).empty()) {
      named[name] = values.label(i);
    } else if (value == std::floor(value)) {
      named[name] = static_cast<std::int64_t>(value);
    } else {
      named[name] = value;
    }
  }
  return named;
}

std::int64_t peak_resident_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// A window in which nothing was completed measured nothing: that is not a rate of zero.
json rate(const case_sample& sample) {
  return sample.operations() == 0 ? json(nullptr)
                                  : number(sample.operations_per_second());
}

json to_json(const case_sample& sample, const selected_case& selected) {
  const window_sample& window = sample.window;
  const auto operations = static_cast<double>(sample.operations());
  json value = {{"window_s", window.window_seconds},
                {"operations", sample.operations()},
                {"ops_per_s", rate(sample)},
                {"ns_per_op", number(sample.ns_per_operation())},
                {"cpu_ns_per_op", number(window.cpu_seconds * 1e9 / operations)},
                {"overlap", window.overlap},
                {"run_queue_wait",
                 window.run_queue_wait < 0 ? json(nullptr) : json(window.run_queue_wait)},
                {"per_thread", window.operations},
                {"jain", sample.served.jain},
                {"min_share", sample.served.min_share},
                {"max_share", sample.served.max_share}};
  const bool counts = selected.subject->counts_failed_attempts;
  const auto failed = static_cast<double>(window.failed_attempts);
  value["failed_attempts"] = counts ? json(window.failed_attempts) : json(nullptr);
  value["failed_per_success"] = counts ? number(failed / operations) : json(nullptr);
  const std::uint64_t done = window.done.total();
  value["allocations_per_op"] =
      window.allocations < 0 || done == 0
          ? json(nullptr)
          : number(static_cast<double>(window.allocations) / static_cast<double>(done));
  value["voluntary_switches"] = window.voluntary_switches;
  value["involuntary_switches"] = window.involuntary_switches;
  value["peak_rss_kib"] = peak_resident_kib();
  value["oversubscribed"] = sample.oversubscribed;
  value["flags"] = sample.flags;
  value["verdict"] = to_json(sample.verdict, *selected.workload);
  return value;
}

std::uint64_t total_operations(const case_result& result) {
  std::uint64_t total = 0;
  for (const case_sample& sample : result.samples) total += sample.window.done.total();
  return total;
}

json races(const case_result& result) {
  if (!race::sanitizer_active()) return nullptr;
  json records = json::array();
  for (const race::race_record& record : result.races)
    records.push_back(json(nlohmann::json(record)));
  return records;
}

// Of the windows whose verdict has a history to show.
json histories(const case_result& result) {
  json records = json::array();
  for (const case_sample& sample : result.samples) {
    const std::string& evidence = sample.verdict.evidence;
    if (!evidence.empty()) records.push_back(json::parse(evidence));
  }
  return records;
}

json context(const case_result& result) {
  double load = 0;
  const bool known = getloadavg(&load, 1) == 1;
  return {{"cores", usable_cores()},
          {"clock_overhead_ns", result.cost.clock_overhead_ns},
          {"work_unit_ns", result.cost.work_unit_ns},
          {"load_average_1m", known ? json(load) : json(nullptr)},
          {"pid", getpid()}};
}

}  // namespace

json to_json(const case_result& result) {
  const selected_case& selected = result.selected;
  json samples = json::array();
  for (const case_sample& sample : result.samples)
    samples.push_back(to_json(sample, selected));
  json record = {
      {"schema", 1},
      {"case", selected.name},
      {"workload", selected.workload->name},
      {"subject", selected.subject->name},
      {"kind", to_string(selected.subject->kind)},
      {"role", selected.workload->role},
      {"conditions", to_json(selected.values)},
      {"mode", sync::mode_name()},
      {"seed", result.options.seed},
      {"context", context(result)},
      {"samples", std::move(samples)},
      {"total_operations", total_operations(result)},
      {"verdict",
       {{"passed", result.verdict.passed}, {"message", result.verdict.message}}},
      {"error", result.error.empty() ? json(nullptr) : json(result.error)},
      {"races", races(result)}};
  if (json shown = histories(result); !shown.empty()) {
    record["histories"] = std::move(shown);
  }
  if (result.stall) record["stall"] = watchdog::to_json(*result.stall);
  if (result.options.latency.every != 0) record["latency"] = latency_json(result);
  return record;
}

std::string case_text(const case_result& result) { return to_text(to_json(result)); }

}  // namespace tussle::harness
