// stall.h: a case that stands still, thread by thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/race/race_record.h"
#include "harness/watchdog/tasks.h"
#include "harness/watchdog/watched.h"

namespace tussle::watchdog {

enum class stall_kind : std::uint8_t {
  blocked,   // nobody moves and nobody uses a core
  spinning,  // nobody completes a step, and cores are used
};

struct stalled_thread {
  task known;
  std::optional<std::uint64_t> steps = {};  // of a worker
  std::string waits_on = {};                // empty: unknown
  bool answered = false;                    // whether `stack` is known
  race::call_stack stack = {};
};

struct stall {
  stall_kind kind = stall_kind::blocked;
  std::string phase;
  double seconds = 0;  // since the last step
  std::vector<stalled_thread> threads;
};

// Asks every thread where it is. Takes seconds.
stall describe(stall_kind kind, const progress& last, double seconds, pid_t except);

// One line: "blocked for 8 s while running: worker 0 waits for lock source, ..."
std::string summary(const stall& found);

// With every stack.
std::string to_text(const stall& found);

// The shape of unit.schema.json#/$defs/stall.
nlohmann::ordered_json to_json(const stall& found);

}  // namespace tussle::watchdog
