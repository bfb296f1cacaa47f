#include "harness/litmus/main.h"

#include <algorithm>
#include <exception>
#include <iostream>
#include <iterator>
#include <regex>
#include <sstream>

#include "harness/case/case_name.h"
#include "harness/litmus/command_line.h"
#include "harness/record/whole_file.h"

namespace tussle::litmus {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_usage = 2;
constexpr int exit_finding = 3;
constexpr int exit_failed = 4;

programs chosen(const programs& all, const std::string& filter) {
  programs found;
  try {
    const std::regex wanted(filter);
    std::copy_if(
        all.begin(), all.end(), std::back_inserter(found),
        [&](const program& each) { return std::regex_search(each.info.name, wanted); });
  } catch (const std::regex_error&) {
    throw harness::usage_error("flag --filter: '" + filter +
                               "' is no regular expression");
  }
  if (found.empty()) {
    throw harness::usage_error("flag --filter: no program's name matches '" + filter +
                               "': --list shows them");
  }
  return found;
}

void list(const programs& all) {
  for (const program& each : all) {
    std::cout << each.info.name << "  " << each.info.question << '\n';
  }
}

std::string to_text(const search& how) {
  std::ostringstream text;
  if (!how.strategy.empty()) text << " --strategy " << how.strategy;
  if (!how.has_weak_memory) text << " --memory sequential";
  if (how.executions > 0) text << " --executions " << how.executions;
  if (how.spurious_failures > 0) text << " --spurious " << how.spurious_failures;
  return text.str();
}

std::string again(const std::string& binary, const program& what, double seconds,
                  const command_line& line) {
  std::string pattern;
  for (const char c : what.info.name)
    pattern += c == '.' ? std::string("\\.") : std::string(1, c);
  std::ostringstream text;
  text << binary << " --filter '^" << pattern << "$' --seed " << line.seed << " --budget "
       << seconds << to_text(line.how);
  return text.str();
}

int run(const programs& all, const run_program& one, const command_line& line,
        const std::string& binary) {
  const programs wanted = chosen(all, line.filter);
  if (!line.json.empty()) harness::require_writable(line.json);
  const double each_seconds = line.budget / static_cast<double>(wanted.size());
  std::vector<result> results;
  for (const program& each : wanted) {
    results.push_back(one(each, each_seconds, line.seed, line.how));
    results.back().again = again(binary, each, each_seconds, line);
    std::cout << to_text(results.back()) << std::flush;
  }
  if (!line.json.empty()) {
    harness::write_whole_file(line.json, record_text(results, line.seed, line.budget));
  }
  const auto any = [&](auto fits) {
    return std::any_of(results.begin(), results.end(), fits);
  };
  if (any([](const result& each) { return each.is_finding(); })) return exit_finding;
  return any([](const result& each) { return !each.error.empty(); }) ? exit_failed
                                                                     : exit_ok;
}

int answer(const programs& all, const run_program& one, int argc,
           const char* const* argv) {
  const command_line line = read_command_line(argc, argv);
  if (line.help) {
    std::cout << usage();
    return exit_ok;
  }
  if (line.list) {
    list(line.filter.empty() ? all : chosen(all, line.filter));
    return exit_ok;
  }
  return run(all, one, line, argv[0]);
}

int complain(const std::exception& error, int code) {
  std::cerr << "tussle_litmus: " << error.what() << '\n';
  return code;
}

}  // namespace

int run_main(const programs& all, const run_program& run, int argc,
             const char* const* argv) {
  try {
    return answer(all, run, argc, argv);
  } catch (const harness::usage_error& error) {
    return complain(error, exit_usage);
  } catch (const std::exception& error) {
    return complain(error, exit_failed);
  }
}

}  // namespace tussle::litmus
