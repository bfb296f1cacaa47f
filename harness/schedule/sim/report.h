// report.h: a finding and its execution, for people.
#pragma once

#include <string>

#include "harness/schedule/sim/execution.h"
#include "harness/schedule/sim/finding.h"

namespace tussle::sim {

// The finding with its notes, then a numbered table: step, thread, operation, object,
// values, source line. Source lines take some tenths of a second to find.
std::string render(const outcome& shown, bool with_lines = true);

}  // namespace tussle::sim
