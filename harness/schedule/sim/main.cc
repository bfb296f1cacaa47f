#include "harness/schedule/sim/main.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "harness/case/case_name.h"
#include "harness/schedule/sim/case_program.h"
#include "harness/schedule/sim/command_line.h"
#include "harness/schedule/sim/report.h"

namespace tussle::sim {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_usage = 2;
constexpr int exit_finding = 3;
constexpr int exit_failed = 4;

// One size of a case, explored.
struct attempt {
  harness::selected_case chosen;
  std::uint64_t operations;
  result seen;
};

void list(const harness::registry& all) {
  for (const harness::selected_case& each : all.default_cases()) {
    if (each.subject->on_seam) std::cout << each.name << '\n';
  }
}

attempt try_size(const harness::selected_case& chosen, std::uint64_t operations,
                 options how) {
  require_on_seam(chosen);
  how.name = program_name(chosen, operations);
  return {chosen, operations, explore(how, case_program(chosen, operations))};
}

// The same case on so many threads; nothing where it has no such size.
std::optional<harness::selected_case> with_threads(const harness::registry& all,
                                                   const std::string& name, int threads) {
  constexpr std::string_view condition = "threads:";
  const std::size_t at = name.rfind(condition);
  try {
    return all.find(name.substr(0, at + condition.size()) + std::to_string(threads));
  } catch (const harness::usage_error&) {
    return std::nullopt;
  }
}

// Fewer threads and fewer steps, if they fail alike within a short search.
void shrink_size(const harness::registry& all, attempt& best, options how) {
  constexpr std::uint64_t executions = 3000;
  constexpr double seconds = 2;
  how.executions = executions;
  how.seconds = seconds;
  const finding_kind kind = best.seen.failed->found.kind;
  const int threads = best.chosen.values.threads();
  const std::uint64_t operations = best.operations;
  for (int fewer = 1; fewer <= threads; ++fewer) {
    const auto chosen = with_threads(all, best.chosen.name, fewer);
    if (!chosen) continue;
    // Twice as many each time: few searches, and near enough.
    for (std::uint64_t steps = 1; steps <= operations; steps *= 2) {
      if (fewer == threads && steps == operations) return;
      attempt smaller = try_size(*chosen, steps, how);
      if (!smaller.seen.failed || smaller.seen.failed->found.kind != kind) continue;
      best = std::move(smaller);
      return;
    }
  }
}

void print_rate(const result& seen, const options& how) {
  std::cout << seen.executions << " executions, " << seen.points << " scheduling points, "
            << static_cast<std::uint64_t>(static_cast<double>(seen.points) /
                                          std::max(seen.seconds, 1e-9))
            << " a second" << (seen.complete ? ", all there are" : "");
  if (seen.complete && how.most_preemptions >= 0)
    std::cout << " with at most " << how.most_preemptions << " preemptions";
  std::cout << '\n';
}

void print_failure(const attempt& smallest, const command_line& line) {
  const failure& failed = *smallest.seen.failed;
  std::cout << "\nof " << program_name(smallest.chosen, smallest.operations) << ":\n"
            << render(failed.shown, line.shows_lines) << '\n';
  if (!failed.repeats) {
    std::cout << "it does not repeat: the case is not deterministic\n";
    return;
  }
  std::cout << "token: " << failed.token << "\nagain: scripts/tussle sim --case "
            << program_name(smallest.chosen, smallest.operations) << to_text(line.how)
            << " --replay " << failed.token << '\n';
}

int explore_case(const harness::registry& all, const command_line& line) {
  attempt made = try_size(all.find(line.case_name), line.operations, line.how);
  std::cout << made.chosen.name << ": ";
  print_rate(made.seen, line.how);
  if (!made.seen.failed) return exit_ok;
  std::cout << "found in execution " << made.seen.failed->number << '\n';
  if (line.how.shrinks) shrink_size(all, made, line.how);
  print_failure(made, line);
  return exit_finding;
}

int replay_case(const harness::registry& all, const command_line& line) {
  const harness::selected_case chosen = all.find(line.case_name);
  require_on_seam(chosen);
  options how = line.how;
  how.name = program_name(chosen, line.operations);
  const outcome seen = replay(how, case_program(chosen, line.operations), line.replay);
  std::cout << render(seen, line.shows_lines);
  return seen.failure ? exit_finding : exit_ok;
}

int obey(const harness::registry& all, const command_line& line) {
  if (line.help) {
    std::cout << usage();
    return exit_ok;
  }
  if (line.list) {
    list(all);
    return exit_ok;
  }
  return line.replay.empty() ? explore_case(all, line) : replay_case(all, line);
}

int complain(const std::string& text, int code) {
  std::cerr << "tussle: " << text << '\n';
  return code;
}

}  // namespace

int run_main(const harness::registry& all, int argc, const char* const* argv) {
  try {
    return obey(all, read_command_line(argc, argv));
  } catch (const harness::usage_error& e) {
    return complain(e.what(), exit_usage);
  } catch (const bad_token& e) {
    return complain(e.what(), exit_usage);
  } catch (const std::exception& e) {
    return complain(e.what(), exit_failed);
  }
}

}  // namespace tussle::sim
