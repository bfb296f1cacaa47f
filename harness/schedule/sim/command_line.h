// command_line.h: what the arguments of tussle_sim ask for.
#pragma once

#include <cstdint>
#include <string>

#include "harness/schedule/sim/explore.h"

namespace tussle::sim {

// A case has more to do than a test's program.
inline constexpr std::uint64_t usual_points = 1'000'000;

struct command_line {
  bool help = false;
  bool list = false;
  std::string case_name;
  std::uint64_t operations = 4;  // of each thread
  std::string replay;            // a token; empty: explore
  bool shows_lines = true;       // of the source
  options how = {.within = {.most_points = usual_points}};
};

// Throws: harness::usage_error, one line.
command_line read_command_line(int argc, const char* const* argv);

// The options that decide which questions an execution asks, as they are typed.
std::string to_text(const options& how);

std::string usage();

}  // namespace tussle::sim
