// command_line.h: reads a benchmark binary's arguments.
#pragma once

#include <string>
#include <vector>

#include "harness/measure/measure.h"

namespace tussle::harness {

struct command_line {
  bool catalog = false;
  bool help = false;
  std::string case_name;      // run exactly this one, without Google Benchmark
  std::string out;            // file for its result; empty: standard output
  std::uint64_t perturb = 0;  // seed of the perturbation; 0: none
  double stall_seconds = 0;   // until the watchdog looks closely; 0: there is none
  measure_options options;

  bool list = false;   // --benchmark_list_tests
  std::string filter;  // --benchmark_filter: regular expression on undecorated names
  std::string format = "console";
  std::string benchmark_out;           // --benchmark_out: JSON file
  std::vector<std::string> passed_on;  // flags that Google Benchmark itself obeys
};

// Throws: usage_error (case_name.h) for an unknown flag, a bad value, or a flag of Google
// Benchmark that can mean nothing here.
command_line read_command_line(int argc, char** argv);

// The text of --help.
std::string usage();

}  // namespace tussle::harness
