#include "harness/schedule/sim/command_line.h"

#include <charconv>
#include <cstddef>
#include <limits>
#include <memory>
#include <string_view>

#include "harness/case/case_name.h"
#include "harness/schedule/sim/weak_memory.h"

namespace tussle::sim {
namespace {

using harness::usage_error;

template <typename Number>
Number number(std::string_view option, std::string_view text, Number least, Number most) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc{} && stop == end && value >= least && value <= most)
    return value;
  throw usage_error(std::string(option) + " is '" + std::string(text) +
                    "' in the command line: use a number from " + std::to_string(least) +
                    " to " + std::to_string(most));
}

std::unique_ptr<memory_system> (*memory_named(std::string_view text))() {
  if (text == "sequential") return &make_sequential_memory;
  if (text == "weak") return &make_weak_memory;
  throw usage_error("--memory is '" + std::string(text) +
                    "' in the command line: use sequential or weak");
}

strategy strategy_named(std::string_view text) {
  if (const auto found = find_strategy(text)) return *found;
  throw usage_error("--strategy is '" + std::string(text) +
                    "' in the command line: use random, pct, pos or exhaustive");
}

// False: there is no such option.
bool set(command_line& line, std::string_view option, std::string_view value) {
  constexpr std::uint64_t many = 1'000'000'000'000;
  const auto whole = [&](std::uint64_t least, std::uint64_t most) {
    return number(option, value, least, most);
  };
  options& how = line.how;
  if (option == "--case") {
    line.case_name = value;
  } else if (option == "--operations") {
    line.operations = whole(1, 1'000'000);
  } else if (option == "--strategy") {
    how.with = strategy_named(value);
  } else if (option == "--depth") {
    how.depth = static_cast<int>(whole(1, 100));
  } else if (option == "--preemptions") {
    how.most_preemptions = static_cast<int>(whole(0, 1000));
  } else if (option == "--executions") {
    how.executions = whole(1, many);
  } else if (option == "--budget") {
    how.seconds = number(option, value, 0.001, 1e6);
  } else if (option == "--memory") {
    how.memory = memory_named(value);
  } else if (option == "--seed") {
    how.seed = whole(0, std::numeric_limits<std::uint64_t>::max());
  } else if (option == "--points") {
    how.within.most_points = whole(1, many);
  } else if (option == "--spurious") {
    how.within.spurious_failures = static_cast<int>(whole(0, 1000));
  } else if (option == "--failing-allocations") {
    how.within.failed_allocations = static_cast<int>(whole(0, 1000));
  } else if (option == "--failing-starts") {
    how.within.failed_starts = static_cast<int>(whole(0, 1000));
  } else if (option == "--replay") {
    line.replay = value;
  } else {
    return false;
  }
  return true;
}

[[noreturn]] void refuse(std::string_view argument) {
  throw usage_error("unknown argument '" + std::string(argument) +
                    "' in the command line: see --help");
}

}  // namespace

command_line read_command_line(int argc, const char* const* argv) {
  command_line line;
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      line.help = true;
    } else if (argument == "--list") {
      line.list = true;
    } else if (argument == "--no-shrink") {
      line.how.shrinks = false;
    } else if (argument == "--no-lines") {
      line.shows_lines = false;
    } else if (const std::size_t equals = argument.find('=');
               equals != std::string_view::npos) {
      const std::string_view value = argument.substr(equals + 1);
      if (!set(line, argument.substr(0, equals), value)) refuse(argument);
    } else if (i + 1 < argc) {
      if (!set(line, argument, argv[i + 1])) refuse(argument);
      ++i;
    } else {
      throw usage_error(
          "'" + std::string(argument) +
          "' is unknown or lacks its value in the command line: see --help");
    }
  }
  if (line.case_name.empty() && !line.list && !line.help) {
    throw usage_error("no --case in the command line: --list shows which there are");
  }
  return line;
}

std::string to_text(const options& how) {
  const limits& within = how.within;
  std::string text;
  if (how.memory == &make_weak_memory) text += " --memory weak";
  if (within.most_points != usual_points) {
    text += " --points " + std::to_string(within.most_points);
  }
  if (within.spurious_failures != 0) {
    text += " --spurious " + std::to_string(within.spurious_failures);
  }
  if (within.failed_allocations != 0) {
    text += " --failing-allocations " + std::to_string(within.failed_allocations);
  }
  if (within.failed_starts != 0) {
    text += " --failing-starts " + std::to_string(within.failed_starts);
  }
  return text;
}

std::string usage() {
  return R"(sim: runs a case under a controlled scheduler, every time otherwise.

usage: tussle_sim --case NAME [OPTIONS]        tussle_sim --list

  --case NAME            workload/subject/condition:value/.../threads:N
  --operations N         steps of each thread (default 4)
  --strategy S           random, pct, pos or exhaustive (default random)
  --depth D              of pct: the depth of the bugs that it looks for (default 3)
  --preemptions N        of exhaustive: at most so many (default: no bound)
  --executions N         at most so many (default 10000)
  --budget SECONDS       at most so long (default: no limit)
  --seed S               draws other executions (default 1)
  --points N             after so many scheduling points threads take turns, and after as
                         many again it is a livelock (default 1000000)
  --memory M             sequential: loads read the newest store; weak: what C++20 allows
                         them (default sequential)
  --spurious N           so many weak compare-exchanges may fail, or waits end, for no reason (default 0)
  --failing-allocations N  so many allocations of nodes may fail (default 0)
  --failing-starts N     so many starts of threads by the code under test may fail (default 0)
  --replay TOKEN         the one execution that was found
  --no-lines             shows it without source lines, which take some tenths of a second
  --no-shrink            shows the failing execution as it was found
  --list                 the cases that can be run

Exit codes: 0 no finding, 2 usage, 3 a finding, 4 could not run.
)";
}

}  // namespace tussle::sim
