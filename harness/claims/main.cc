#include "harness/claims/main.h"

#include <algorithm>
#include <exception>
#include <iostream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "harness/case/case_name.h"
#include "harness/claims/result.h"
#include "harness/record/whole_file.h"

namespace tussle::claims {
namespace {

using harness::usage_error;

constexpr int exit_ok = 0;
constexpr int exit_usage = 2;
constexpr int exit_surprise = 3;
constexpr int exit_failed = 4;

constexpr const char* usage =
    "Puts what is taught of the primitives to the test.\n"
    "scripts/tussle claims builds, runs and reports with it; directly it takes:\n\n"
    "  --list           print the claims and what decides them\n"
    "  --filter REGEX   only claims whose id it is found in\n"
    "  --json FILE      write the record there\n\n"
    "Exit codes: 0 done, 2 bad usage, 3 a claim came to what it comes to nowhere else,\n"
    "4 some evidence could not be taken.\n";

struct command_line {
  bool help = false;
  bool list = false;
  std::string filter;
  std::string json;
};

command_line read(int argc, const char* const* argv) {
  command_line line;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--help") {
      line.help = true;
    } else if (argument == "--list") {
      line.list = true;
    } else if (argument == "--filter" || argument == "--json") {
      if (++i == argc) throw usage_error("flag " + argument + " needs a value");
      (argument == "--filter" ? line.filter : line.json) = argv[i];
    } else {
      throw usage_error(
          "no flag '" + argument + "'" +
          harness::suggestion(argument, {"--help", "--list", "--filter", "--json"}));
    }
  }
  return line;
}

claims chosen(const claims& all, const std::string& filter) {
  claims found;
  try {
    const std::regex wanted(filter);
    std::copy_if(all.begin(), all.end(), std::back_inserter(found),
                 [&](const claim& each) { return std::regex_search(each.id, wanted); });
  } catch (const std::regex_error&) {
    throw usage_error("flag --filter: '" + filter + "' is no regular expression");
  }
  if (found.empty()) {
    throw usage_error("flag --filter: no claim's id matches '" + filter +
                      "': --list shows them");
  }
  return found;
}

void check_writable(const std::string& json) {
  try {
    harness::require_writable(json);
  } catch (const std::exception& error) {
    throw usage_error("flag --json: " + std::string(error.what()));
  }
}

int run(const claims& wanted, const std::string& json) {
  if (!json.empty()) check_writable(json);
  std::vector<result> results;
  for (const claim& each : wanted) {
    results.push_back(try_claim(each));
    std::cout << to_text(results.back()) << std::flush;
  }
  if (!json.empty()) harness::write_whole_file(json, record_text(results));
  const auto any = [&](auto fits) {
    return std::any_of(results.begin(), results.end(), fits);
  };
  if (any([](const result& each) { return each.is_surprise(); })) return exit_surprise;
  return any([](const result& each) { return !each.error.empty(); }) ? exit_failed
                                                                     : exit_ok;
}

int answer(const claims& all, int argc, const char* const* argv) {
  const command_line line = read(argc, argv);
  if (line.help) {
    std::cout << usage;
    return exit_ok;
  }
  const claims wanted = chosen(all, line.filter);
  if (!line.list) return run(wanted, line.json);
  for (const claim& each : wanted) {
    std::cout << each.id << "  " << each.statement << "\n    decided by: "
              << (each.try_it ? each.threshold : "nothing yet: " + each.untested) << '\n';
  }
  return exit_ok;
}

int complain(const std::exception& error, int code) {
  std::cerr << "tussle_claims: " << error.what() << '\n';
  return code;
}

}  // namespace

int run_main(const claims& all, int argc, const char* const* argv) {
  try {
    return answer(all, argc, argv);
  } catch (const usage_error& error) {
    return complain(error, exit_usage);
  } catch (const std::exception& error) {
    return complain(error, exit_failed);
  }
}

}  // namespace tussle::claims
