// timeline.h: a history as text.
#pragma once

#include <string>

#include "harness/history/operation.h"

namespace tussle::history {

// A row for each operation: number, thread, call with outcome, and the places of its
// invocation and response among all events.
std::string table(const history& operations);

// A line for each thread; events are a column apart, however far they were in time.
//   thread 0 |[#0=====]
//   thread 1 |     [#1====]    [#2==>      (pending)
std::string timeline(const history& operations);

}  // namespace tussle::history
