// finding.h: what an execution was found to do wrong, and what it did until then.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tussle::sim {

enum class finding_kind : std::uint8_t {
  check_failed,    // sim::require, or the verdict of a case
  exception,       // left a thread
  deadlock,        // all threads are blocked
  lost_wake_up,    // the same, and one of them sleeps and nobody is left to wake it
  livelock,        // goes on for ever although every thread gets its turn
  data_race,       // on a plain variable
  use_after_free,  // of a tracked node
  double_free,
  leak,
  misuse,  // of the seam: a mutex unlocked by another thread, a thread not joined
  crash,   // a signal
};

// "lost wake-up"
const char* to_string(finding_kind kind);

// Return addresses, innermost call first; null where there are no more.
using call_path = std::array<void*, 12>;

// A line of text and where in the program it is about.
struct note {
  std::string text;
  call_path path = {};
};

struct finding {
  finding_kind kind;
  std::string text;         // one line
  std::vector<note> notes;  // who waits for what, what raced with what, ...
};

// One thing that a thread did.
struct step {
  std::uint64_t number;
  int thread;
  std::string operation;  // "compare exchange"
  std::string object;     // "#2", or its name; empty: none
  std::string detail;     // values, memory order
  call_path path = {};
};

}  // namespace tussle::sim
