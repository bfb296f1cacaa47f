#include "harness/measure/benchmark_front.h"

#include <benchmark/benchmark.h>

#include <iostream>
#include <regex>

#include "harness/case/case_name.h"
#include "harness/measure/allocator.h"
#include "harness/measure/benchmark_rows.h"
#include "harness/race/race_collector.h"
#include "harness/record/whole_file.h"

namespace tussle::harness {
namespace {

constexpr int exit_broken = 3;
constexpr int exit_failed = 4;

// Takes no part in the output: rows come from our own samples.
class silent_reporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& /*context*/) override { return true; }
  void ReportRuns(const std::vector<Run>& /*runs*/) override {}
};

// Console rows appear as the windows end.
void run_window(benchmark::State& state, case_rows& rows, const command_line& line) {
  while (state.KeepRunning()) {
    measure_options options = line.options;
    options.seed += rows.samples.size();
    try {
      rows.samples.push_back(measure_once(rows.selected, options));
      state.SetIterationTime(rows.samples.back().window.window_seconds);
    } catch (...) {
      rows.error = text_of_current_exception();
      state.SkipWithError(rows.error.c_str());
      break;
    }
  }
  if (line.format == "console") std::cout << console_row(rows) << std::flush;
}

void hand_flags_to_benchmark(const command_line& line) {
  // Said outright, because Google Benchmark takes what is not said from the environment.
  std::vector<std::string> texts{"tussle_bench",
                                 "--benchmark_filter=.",
                                 "--benchmark_out=",
                                 "--benchmark_list_tests=false",
                                 "--benchmark_format=console",
                                 "--benchmark_perf_counters="};
  texts.insert(texts.end(), line.passed_on.begin(), line.passed_on.end());
  std::vector<char*> argv;
  argv.reserve(texts.size());
  for (std::string& text : texts) argv.push_back(text.data());
  int argc = static_cast<int>(argv.size());
  benchmark::Initialize(&argc, argv.data());
}

// Races that a ThreadSanitizer build met, a line each; whether there were any.
bool tell_races() {
  const auto races = race::take_races();
  for (const race::race_record& each : races)
    std::cerr << "tussle: race: " << each.text << '\n';
  return !races.empty();
}

int exit_code(const std::vector<case_rows>& all) {
  int code = tell_races() ? exit_broken : 0;
  for (const case_rows& rows : all) {
    if (!rows.error.empty() && code == 0) code = exit_failed;
    for (const case_sample& sample : rows.samples) {
      if (!sample.verdict.passed) code = exit_broken;
    }
  }
  return code;
}

}  // namespace

std::vector<selected_case> matching_cases(const registry& all,
                                          const std::string& filter) {
  const bool excludes = !filter.empty() && filter.front() == '-';
  std::regex pattern;
  try {
    pattern = std::regex(excludes ? filter.substr(1) : filter);
  } catch (const std::regex_error& e) {
    throw usage_error("flag --benchmark_filter: '" + filter +
                      "' is not a regular expression: " + e.what());
  }
  std::vector<selected_case> matching;
  for (selected_case& selected : all.default_cases()) {
    const bool found = filter.empty() || std::regex_search(selected.name, pattern);
    if (found != excludes) matching.push_back(std::move(selected));
  }
  if (matching.empty()) {
    throw usage_error("flag --benchmark_filter: '" + filter +
                      "' matches no case: --benchmark_list_tests prints them");
  }
  return matching;
}

int run_benchmarks(const registry& all, const command_line& line) {
  std::vector<case_rows> rows;
  for (selected_case& selected : matching_cases(all, line.filter)) {
    rows.push_back({std::move(selected), {}, {}});
  }
  if (line.list) {
    for (const case_rows& each : rows) std::cout << each.selected.name << '\n';
    return 0;
  }
  for (const case_rows& each : rows) require_allocator(each.selected);
  if (!line.benchmark_out.empty()) require_writable(line.benchmark_out);
  hand_flags_to_benchmark(line);
  for (case_rows& each : rows) {
    benchmark::RegisterBenchmark(
        each.selected.name.c_str(),
        [&each, &line](benchmark::State& state) { run_window(state, each, line); })
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(line.options.repetitions);
  }
  if (line.format == "console") std::cout << console_header();
  silent_reporter silent;
  benchmark::RunSpecifiedBenchmarks(&silent, ".");
  const std::string text = google_benchmark_json(rows);
  if (line.format == "json") std::cout << text;
  if (!line.benchmark_out.empty()) write_whole_file(line.benchmark_out, text);
  return exit_code(rows);
}

}  // namespace tussle::harness
