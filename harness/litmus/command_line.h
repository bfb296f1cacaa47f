// command_line.h: what was asked of tussle_litmus.
#pragma once

#include <cstdint>
#include <string>

#include "harness/litmus/search.h"

namespace tussle::litmus {

struct command_line {
  bool help = false;
  bool list = false;
  std::string filter;  // regular expression, searched for in names
  double budget = 10;  // seconds, for all programs together
  std::uint64_t seed = 1;
  std::string json;  // file for the record; empty: none
  search how;        // mode sim only
};

// Throws: harness::usage_error for an unknown flag or a bad value.
command_line read_command_line(int argc, const char* const* argv);

// The text of --help.
std::string usage();

}  // namespace tussle::litmus
