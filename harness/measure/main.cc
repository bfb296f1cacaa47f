#include "harness/measure/main.h"

#include <unistd.h>

#include <cerrno>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>

#include "harness/case/case_name.h"
#include "harness/measure/allocator.h"
#include "harness/measure/benchmark_front.h"
#include "harness/measure/command_line.h"
#include "harness/record/json.h"
#include "harness/record/whole_file.h"
#include "harness/schedule/perturbation.h"
#include "harness/watchdog/wait_notes.h"
#include "harness/watchdog/watchdog.h"

namespace tussle::harness {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_usage = 2;
constexpr int exit_broken = 3;
constexpr int exit_failed = 4;

// What stands still cannot be asked to stop: its record is written, and the process ends.
[[noreturn]] void end_stalled(const selected_case* selected, const command_line& line,
                              const watchdog::stall& found) {
  std::cerr << "tussle: " << watchdog::to_text(found) << std::flush;
  if (selected != nullptr && !line.out.empty()) {
    case_result result{*selected, line.options, {}, {}, {}, {}, {}, {}, found};
    result.error = watchdog::summary(found);
    result.verdict = verdict::fail(result.error);
    try {
      write_whole_file(line.out, case_text(result));
    } catch (const std::exception& e) {
      std::cerr << "tussle: " << e.what() << '\n' << std::flush;
    }
  }
  _exit(exit_failed);
}

// Watches for as long as it lives; nothing where it was not asked for.
class watch {
 public:
  watch(const selected_case* selected, const command_line& line) {
    if (line.stall_seconds <= 0) return;
    if constexpr (sync::has_schedule_points) notes_.emplace();
    watchdog_.emplace(line.stall_seconds,
                      [selected, &line](const watchdog::stall& found) {
                        end_stalled(selected, line, found);
                      });
  }

 private:
  std::optional<watchdog::wait_notes> notes_;
  std::optional<watchdog::watchdog> watchdog_;
};

int run_one_case(const registry& all, const command_line& line) {
  const selected_case selected = all.find(line.case_name);
  require_allocator(selected);
  if (!line.out.empty()) require_writable(line.out);
  const watch watched(&selected, line);
  const case_result result = measure(selected, line.options);
  const std::string text = case_text(result);
  if (line.out.empty()) {
    std::cout << text;
  } else {
    write_whole_file(line.out, text);
  }
  // A broken invariant is the graver of the two, also where a later repetition failed.
  for (const case_sample& sample : result.samples) {
    if (!sample.verdict.passed) return exit_broken;
  }
  return result.error.empty() ? exit_ok : exit_failed;
}

int obey(const registry& all, const command_line& line) {
  if (line.help) {
    std::cout << usage();
    return exit_ok;
  }
  if (line.catalog) {
    std::cout << catalog_text(all);
    return exit_ok;
  }
  std::optional<perturbation> perturbed;
  if (line.perturb != 0) perturbed.emplace(line.perturb);
  if (!line.case_name.empty()) return run_one_case(all, line);
  const watch watched(nullptr, line);
  return run_benchmarks(all, line);
}

// Output that did not arrive is a failure: a full disk must not look like success.
int delivered(int code) {
  std::cout.flush();
  if (!std::cout)
    throw std::system_error(errno, std::generic_category(), "standard output");
  return code;
}

// One line, whatever the arguments that it quotes contain.
int complain(std::string text, int code) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  std::cerr << "tussle: " << text << '\n';
  return code;
}

}  // namespace

int run_main(const registry& all, int argc, char** argv) {
  try {
    return delivered(obey(all, read_command_line(argc, argv)));
  } catch (const usage_error& e) {
    return complain(e.what(), exit_usage);
  } catch (const std::system_error& e) {
    return complain(std::string("cannot write ") + e.what(), exit_usage);
  } catch (const std::exception& e) {
    return complain(e.what(), exit_failed);
  }
}

}  // namespace tussle::harness
