// race_collector.h: which races has the ThreadSanitizer runtime reported in this process?
//
// Linking this library into a ThreadSanitizer build installs the report hook, the
// runtime's default options and its suppressions; nothing needs to be called for that. In
// other builds the functions exist and have nothing to tell, so that callers need no
// #ifdef.
//
// A process whose reports were all taken ends with its own exit code; one with reports
// that nobody took ends with the runtime's (66).
//
// Thread safety: all functions, also while races are being reported.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/race/race_record.h"

namespace tussle::race {

// Whether this process runs under ThreadSanitizer. Without it an empty take_races means
// nothing.
bool sanitizer_active() noexcept;

// Returns the distinct races reported since the last call, in the order of their first
// report, and forgets them: a race that goes on is told again by the next call, with its
// further count. Blocks while debug information is read: some milliseconds per race.
// Throws std::bad_alloc only. Not to be called from a signal handler.
std::vector<race_record> take_races();

// Returns how many reports since the last call were not kept because too many distinct
// ones were waiting, and forgets the number. When it is not zero, take_races was
// incomplete.
std::uint64_t take_dropped_reports() noexcept;

}  // namespace tussle::race
