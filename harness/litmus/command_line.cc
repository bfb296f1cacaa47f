#include "harness/litmus/command_line.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "harness/case/case_name.h"
#include "primitives/sync/hooks.h"

namespace tussle::litmus {
namespace {

using harness::usage_error;

constexpr double longest_budget = 604'800;

[[noreturn]] void refuse(const std::string& name, const std::string& value,
                         const std::string& wanted) {
  throw usage_error("flag --" + name + ": '" + value + "' is not " + wanted);
}

double read_budget(const std::string& value) {
  double seconds = 0;
  if (!absl::SimpleAtod(value, &seconds) || !(seconds > 0) || seconds > longest_budget) {
    refuse("budget", value, "seconds, more than 0, at most 604800");
  }
  return seconds;
}

std::uint64_t read_number(const std::string& name, const std::string& value) {
  std::uint64_t number = 0;
  if (!absl::SimpleAtoi(value, &number)) refuse(name, value, "a whole number from 0");
  return number;
}

std::string one_of(const std::string& name, const std::string& value,
                   const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return value;
  std::string text;
  for (const std::string& each : known) text += (text.empty() ? "" : " or ") + each;
  refuse(name, value, text);
}

void require_sim(const std::string& name) {
  if (std::string_view(sync::mode_name()) == "sim") return;
  throw usage_error("flag --" + name + ": only in mode sim");
}

// False: there is no such flag.
bool set_search(search& how, const std::string& name, const std::string& value) {
  if (name == "strategy") {
    how.strategy = one_of(name, value, {"random", "pct", "pos"});
  } else if (name == "memory") {
    how.has_weak_memory = one_of(name, value, {"sequential", "weak"}) == "weak";
  } else if (name == "executions") {
    how.executions = read_number(name, value);
  } else if (name == "spurious") {
    how.spurious_failures = read_number(name, value);
  } else {
    return false;
  }
  require_sim(name);
  return true;
}

void set(command_line& line, const std::string& name, const std::string& value) {
  if (name == "filter") {
    line.filter = value;
  } else if (name == "budget") {
    line.budget = read_budget(value);
  } else if (name == "seed") {
    line.seed = read_number(name, value);
  } else if (name == "json") {
    line.json = value;
  } else if (!set_search(line.how, name, value)) {
    throw usage_error(
        "no flag --" + name +
        harness::suggestion(name, {"help", "list", "filter", "budget", "seed", "json",
                                   "strategy", "memory", "executions", "spurious"}));
  }
}

}  // namespace

command_line read_command_line(int argc, const char* const* argv) {
  command_line line;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.rfind("--", 0) != 0) {
      throw usage_error("argument '" + argument + "': flags start with --");
    }
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(2, equals - 2);
    if (argument == "--help") {
      line.help = true;
    } else if (argument == "--list") {
      line.list = true;
    } else if (argument == "--no-shrink") {
      require_sim("no-shrink");
      line.how.shrinks = false;
    } else if (equals != std::string::npos) {
      set(line, name, argument.substr(equals + 1));
    } else if (++i < argc) {
      set(line, name, argv[i]);
    } else {
      throw usage_error("flag --" + name + " needs a value");
    }
  }
  return line;
}

std::string usage() {
  return "Runs litmus programs and counts their outcomes.\n"
         "scripts/tussle litmus builds, runs and reports with it; directly it takes:\n\n"
         "  --list             print the programs and their questions\n"
         "  --filter REGEX     only programs whose name it is found in\n"
         "  --budget SECONDS   for all of them together (default: 10)\n"
         "  --seed N           of skews, placements and perturbation, or of schedules\n"
         "  --json FILE        write the record there\n\n"
         "In mode sim also:\n\n"
         "  --strategy S       random, pct or pos, and nothing else (default: all "
         "executions\n"
         "                     first, then random ones)\n"
         "  --memory M         weak, or sequential (default: weak)\n"
         "  --executions N     at most so many of each program, whatever time they take\n"
         "  --no-shrink        shows what fails as it was found, without source lines\n"
         "  --spurious N       so many weak compare-exchanges may fail, or waits end, "
         "for no\n"
         "                     reason (default: 0)\n\n"
         "Exit codes: 0 nothing forbidden, 2 bad usage, 3 a forbidden outcome, 4 a "
         "program "
         "failed.\n";
}

}  // namespace tussle::litmus
