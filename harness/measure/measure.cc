#include "harness/measure/measure.h"

#include <sched.h>

#include <chrono>
#include <exception>
#include <limits>
#include <numeric>

#include "harness/case/case_run.h"
#include "harness/measure/placement.h"
#include "harness/race/race_collector.h"
#include "harness/watchdog/watched.h"

namespace tussle::harness {
namespace {

double nanoseconds_of(const std::function<void()>& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() -
                                                  begin)
      .count();
}

}  // namespace

std::vector<std::string> doubts(const window_sample& window, bool oversubscribed) {
  // Below this share of the window in which all threads ran, contention was not what the
  // case says.
  constexpr double least_overlap = 0.95;
  // Share of the window by which its ends may be off.
  constexpr double most_reading_share = 0.01;
  // Share of thread time without a core that cannot be chance when there are cores
  // enough.
  constexpr double most_run_queue_wait = 0.05;
  std::vector<std::string> flags;
  if (!oversubscribed && window.run_queue_wait > most_run_queue_wait) {
    flags.emplace_back("disturbed");
  }
  if (window.overlap < least_overlap) flags.emplace_back("overlap<0.95");
  if (window.reading_seconds > most_reading_share * window.window_seconds) {
    flags.emplace_back("slow-reading");
  }
  for (const std::uint64_t operations : window.operations) {
    if (operations != 0) continue;
    flags.emplace_back("idle-thread");
    break;
  }
  return flags;
}

std::string text_of_current_exception() {
  try {
    throw;
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception that is not derived from std::exception";
  }
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return CPU_COUNT(&set);
}

calibration calibrate() {
  constexpr int reads = 10'000;
  constexpr std::int64_t units = 1'000'000;
  calibration cost;
  cost.clock_overhead_ns = nanoseconds_of([] {
                             for (int i = 0; i < reads; ++i)
                               std::chrono::steady_clock::now();
                           }) /
                           reads;
  cost.work_unit_ns = nanoseconds_of([] { work(units); }) / static_cast<double>(units);
  return cost;
}

std::uint64_t case_sample::operations() const {
  return std::accumulate(window.operations.begin(), window.operations.end(),
                         std::uint64_t{0});
}

double case_sample::ns_per_operation() const {
  if (operations() == 0) return std::numeric_limits<double>::infinity();
  return window.window_seconds * 1e9 / static_cast<double>(operations());
}

double case_sample::operations_per_second() const {
  return static_cast<double>(operations()) / window.window_seconds;
}

namespace {

window_sample run_untimed(case_run& run, const selected_case& selected,
                          const measure_options& options) {
  window_options window = options.window;
  window.cpus = cpus_for(selected.values);
  return run_team(
      selected.values.threads(), options.seed, window,
      [&run](worker& self, const std::atomic<bool>& stop) { run.loop(self, stop); });
}

window_sample run_sampled(case_run& run, const selected_case& selected,
                          const measure_options& options,
                          std::vector<operation_latency>& latency) {
  const std::vector<std::string>& operations = selected.workload->operations;
  latency_pass pass(operations, selected.values.threads(), options.seed, options.latency);
  window_options window = options.window;
  window.open = &pass.counting();
  window.cpus = cpus_for(selected.values);
  window_sample sample =
      run_team(selected.values.threads(), options.seed, window,
               [&](worker& self, const std::atomic<bool>& stop) {
                 run.sampled_loop(self, stop, pass.sampler(self.index()));
               });
  latency = no_samples(operations);
  pass.add_to(latency);
  return sample;
}

// Adds the histograms of one window to those of the case.
void add(const std::vector<operation_latency>& each,
         std::vector<operation_latency>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) all[i].lengths.merge(each[i].lengths);
}

}  // namespace

case_sample measure_once(const selected_case& selected, const measure_options& options) {
  const watchdog::phase setting_up("setting up");
  const auto run = selected.entry->make(selected.values);
  case_sample sample;
  {
    const watchdog::phase running(watchdog::running);
    sample.window = options.latency.every == 0
                        ? run_untimed(*run, selected, options)
                        : run_sampled(*run, selected, options, sample.latency);
  }
  {
    const watchdog::phase settling("settling");
    run->settle();
  }
  const watchdog::phase verifying("verifying");
  sample.verdict = run->verify(sample.window.done);
  sample.served = fairness_of(sample.window.operations);
  sample.oversubscribed = selected.values.threads() > usable_cores();
  sample.flags = doubts(sample.window, sample.oversubscribed);
  return sample;
}

case_result measure(const selected_case& selected, const measure_options& options) {
  case_result result{selected, options, calibrate(), {}, {}, {}, {}, {}, {}};
  if (options.latency.every != 0) {
    result.latency = no_samples(selected.workload->operations);
  }
  std::vector<verdict> verdicts;
  try {
    for (int i = 0; i < options.repetitions; ++i) {
      measure_options each = options;
      each.seed = options.seed + static_cast<std::uint64_t>(i);
      result.samples.push_back(measure_once(selected, each));
      verdicts.push_back(result.samples.back().verdict);
      add(result.samples.back().latency, result.latency);
    }
    result.verdict = first_failure(verdicts);
  } catch (...) {
    result.error = text_of_current_exception();
    result.verdict = verdict::fail("the case ended by an exception: " + result.error);
  }
  result.races = race::take_races();
  if (const std::uint64_t dropped = race::take_dropped_reports(); dropped > 0) {
    result.error = std::to_string(dropped) +
                   " race reports found no room: the races listed are not all";
  }
  return result;
}

}  // namespace tussle::harness
