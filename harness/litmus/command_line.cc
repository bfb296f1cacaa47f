#include "harness/litmus/command_line.h"

#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "harness/case/case_name.h"

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

std::uint64_t read_seed(const std::string& value) {
  std::uint64_t seed = 0;
  if (!absl::SimpleAtoi(value, &seed)) refuse("seed", value, "a whole number from 0");
  return seed;
}

void set(command_line& line, const std::string& name, const std::string& value) {
  if (name == "filter") {
    line.filter = value;
  } else if (name == "budget") {
    line.budget = read_budget(value);
  } else if (name == "seed") {
    line.seed = read_seed(value);
  } else if (name == "json") {
    line.json = value;
  } else {
    throw usage_error(
        "no flag --" + name +
        harness::suggestion(name, {"help", "list", "filter", "budget", "seed", "json"}));
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
         "Exit codes: 0 nothing forbidden, 2 bad usage, 3 a forbidden outcome, 4 a "
         "program "
         "failed.\n";
}

}  // namespace tussle::litmus
