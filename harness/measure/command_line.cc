#include "harness/measure/command_line.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "harness/case/case_name.h"

ABSL_FLAG(bool, catalog, false, "print everything that can be run, as JSON");
ABSL_FLAG(std::string, case, "", "run exactly this case");
ABSL_FLAG(double, window, 0.1, "seconds measured");
ABSL_FLAG(double, ramp, 0.02, "seconds of running before the window opens");
ABSL_FLAG(int, repetitions, 1, "windows, each on a fresh set-up");
ABSL_FLAG(std::uint64_t, seed, 1, "of the workers' generators");
ABSL_FLAG(std::string, out, "",
          "file for the result of --case; standard output if empty");
ABSL_FLAG(std::uint64_t, perturb, 0,
          "seed of schedule perturbation; 0: none (no effect in mode bench)");
ABSL_FLAG(double, stall, 8,
          "seconds without a completed step after which a case is looked at: one that "
          "stands still is told with every thread's stack, exit 4; 0: never");
ABSL_FLAG(std::uint64_t, latency, 0,
          "with --case: time about one operation in so many, each by itself");
ABSL_FLAG(bool, benchmark_list_tests, false, "print the names of the cases");
ABSL_FLAG(std::string, benchmark_filter, "",
          "regular expression on undecorated names; -REGEX excludes");
ABSL_FLAG(double, benchmark_min_time, 0.1, "seconds measured: the same as --window");
ABSL_FLAG(int, benchmark_repetitions, 1, "the same as --repetitions");
ABSL_FLAG(std::string, benchmark_format, "console", "console or json");
ABSL_FLAG(std::string, benchmark_out, "", "file for the results, as JSON");
ABSL_FLAG(std::string, benchmark_out_format, "json", "json is the only one");
ABSL_FLAG(bool, benchmark_enable_random_interleaving, false,
          "windows of all cases in random order");

namespace tussle::harness {
namespace {

constexpr std::string_view meaningless[] = {"benchmark_perf_counters",
                                            "benchmark_counters_tabular",
                                            "benchmark_report_aggregates_only",
                                            "benchmark_display_aggregates_only",
                                            "benchmark_time_unit",
                                            "benchmark_min_warmup_time"};

constexpr std::string_view ours[] = {"catalog",
                                     "case",
                                     "window",
                                     "ramp",
                                     "repetitions",
                                     "seed",
                                     "out",
                                     "perturb",
                                     "stall",
                                     "latency",
                                     "benchmark_list_tests",
                                     "benchmark_filter",
                                     "benchmark_min_time",
                                     "benchmark_repetitions",
                                     "benchmark_format",
                                     "benchmark_out",
                                     "benchmark_out_format",
                                     "benchmark_enable_random_interleaving"};

struct argument {
  std::string name;
  std::string value;
  bool has_value = false;
};

argument split(std::string_view text) {
  if (!absl::StartsWith({text.data(), text.size()}, "--")) {
    throw usage_error(
        absl::StrCat("argument '", std::string(text), "': flags start with --"));
  }
  text.remove_prefix(2);
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {std::string(text), "", false};
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)),
          true};
}

void require_known(const argument& arg) {
  if (std::find(std::begin(meaningless), std::end(meaningless), arg.name) !=
      std::end(meaningless)) {
    throw usage_error("flag --" + arg.name + " can mean nothing here: leave it out");
  }
  if (std::find(std::begin(ours), std::end(ours), arg.name) == std::end(ours)) {
    const std::vector<std::string> known(std::begin(ours), std::end(ours));
    throw usage_error("no flag --" + arg.name + suggestion(arg.name, known));
  }
}

void set(const argument& arg) {
  require_known(arg);
  absl::CommandLineFlag* const flag = absl::FindCommandLineFlag(arg.name);
  const bool boolean = flag->IsOfType<bool>();
  if (!arg.has_value && !boolean) {
    throw usage_error("flag --" + arg.name + " needs a value: --" + arg.name + "=...");
  }
  std::string error;
  if (!flag->ParseFrom(arg.has_value ? arg.value : "true", &error)) {
    throw usage_error("flag --" + arg.name + ": '" + arg.value +
                      "' is not a value for it");
  }
}

double positive(double value, std::string_view name, double most) {
  if (!(value > 0) || value > most) {
    throw usage_error(absl::StrCat("flag --", std::string(name),
                                   ": use more than 0 and at most ", most));
  }
  return value;
}

bool was_given(int argc, char** argv, std::string_view name) {
  return std::any_of(argv + 1, argv + argc,
                     [&](const char* text) { return split(text).name == name; });
}

// Flags that would be obeyed in silence by nothing.
void require_consistent(int argc, char** argv) {
  const bool one_case = was_given(argc, argv, "case");
  if (one_case && absl::GetFlag(FLAGS_case).empty()) {
    throw usage_error("flag --case: name a case, as --benchmark_list_tests prints them");
  }
  if (!one_case && was_given(argc, argv, "out")) {
    throw usage_error(
        "flag --out goes with --case: use --benchmark_out for several cases");
  }
  if (!one_case && was_given(argc, argv, "latency")) {
    throw usage_error("flag --latency goes with --case: it times one case's operations");
  }
  if (was_given(argc, argv, "window") && was_given(argc, argv, "benchmark_min_time")) {
    throw usage_error("flags --window and --benchmark_min_time mean the same: give one");
  }
  for (const std::string_view name : ours) {
    if (one_case && absl::StartsWith({name.data(), name.size()}, "benchmark_") &&
        was_given(argc, argv, name)) {
      throw usage_error(
          absl::StrCat("flag --", std::string(name), " does not go with --case"));
    }
  }
}

std::uint64_t read_latency(int argc, char** argv) {
  constexpr std::uint64_t rarest = 1'000'000;
  const std::uint64_t every = absl::GetFlag(FLAGS_latency);
  if (was_given(argc, argv, "latency") && (every < 1 || every > rarest)) {
    throw usage_error(absl::StrCat("flag --latency: use 1 to ", rarest));
  }
  return every;
}

double read_stall() {
  constexpr double most = 3600;
  const double seconds = absl::GetFlag(FLAGS_stall);
  if (!(seconds >= 0) || seconds > most) {
    throw usage_error(absl::StrCat("flag --stall: use 0 to ", most));
  }
  return seconds;
}

measure_options read_options(int argc, char** argv) {
  constexpr double longest_window = 3600;
  constexpr int most_repetitions = 10'000;
  const bool front = was_given(argc, argv, "benchmark_min_time");
  const bool front_repeats = was_given(argc, argv, "benchmark_repetitions");
  measure_options options;
  options.window.window_seconds =
      front ? positive(absl::GetFlag(FLAGS_benchmark_min_time), "benchmark_min_time",
                       longest_window)
            : positive(absl::GetFlag(FLAGS_window), "window", longest_window);
  options.window.ramp_seconds = absl::GetFlag(FLAGS_ramp);
  if (!(options.window.ramp_seconds >= 0) ||
      options.window.ramp_seconds > longest_window) {
    throw usage_error(absl::StrCat("flag --ramp: use 0 to ", longest_window));
  }
  options.repetitions = front_repeats ? absl::GetFlag(FLAGS_benchmark_repetitions)
                                      : absl::GetFlag(FLAGS_repetitions);
  if (options.repetitions < 1 || options.repetitions > most_repetitions) {
    throw usage_error(absl::StrCat("flag --", front_repeats ? "benchmark_" : "",
                                   "repetitions: use 1 to ", most_repetitions));
  }
  options.seed = absl::GetFlag(FLAGS_seed);
  options.latency.every = read_latency(argc, argv);
  return options;
}

}  // namespace

command_line read_command_line(int argc, char** argv) {
  command_line line;
  for (int i = 1; i < argc; ++i) {
    const argument arg = split(argv[i]);
    if (arg.name == "help") {
      line.help = true;
      return line;
    }
    set(arg);
  }
  require_consistent(argc, argv);
  line.catalog = absl::GetFlag(FLAGS_catalog);
  line.case_name = absl::GetFlag(FLAGS_case);
  line.out = absl::GetFlag(FLAGS_out);
  line.perturb = absl::GetFlag(FLAGS_perturb);
  line.stall_seconds = read_stall();
  line.options = read_options(argc, argv);
  line.list = absl::GetFlag(FLAGS_benchmark_list_tests);
  line.filter = absl::GetFlag(FLAGS_benchmark_filter);
  line.format = absl::GetFlag(FLAGS_benchmark_format);
  line.benchmark_out = absl::GetFlag(FLAGS_benchmark_out);
  if (line.format != "console" && line.format != "json") {
    throw usage_error("flag --benchmark_format: '" + line.format +
                      "': use console or json");
  }
  if (absl::GetFlag(FLAGS_benchmark_out_format) != "json") {
    throw usage_error("flag --benchmark_out_format: json is the only one");
  }
  if (absl::GetFlag(FLAGS_benchmark_enable_random_interleaving)) {
    line.passed_on.emplace_back("--benchmark_enable_random_interleaving=true");
  }
  return line;
}

std::string usage() {
  std::string text =
      "Measures and verifies concurrency primitives, one binary for all cases.\n"
      "scripts/tussle plans, runs and reports with it; directly it takes:\n\n";
  for (const std::string_view name : ours) {
    const absl::CommandLineFlag* const flag =
        absl::FindCommandLineFlag({name.data(), name.size()});
    const std::string shown = absl::StrCat("  --", std::string(name));
    text += shown + std::string(shown.size() < 42 ? 42 - shown.size() : 1, ' ') +
            flag->Help() + "\n";
  }
  return text;
}

}  // namespace tussle::harness
