// command_line.h: what the arguments of tussle_sim ask for.
#pragma once

#include <cstdint>
#include <string>

#include "harness/schedule/sim/explore.h"

namespace tussle::sim {

struct command_line {
  bool help = false;
  bool list = false;
  std::string case_name;
  std::uint64_t operations = 4;  // of each thread
  std::string replay;            // a token; empty: explore
  options how;
};

// Throws: harness::usage_error, one line.
command_line read_command_line(int argc, const char* const* argv);

std::string usage();

}  // namespace tussle::sim
