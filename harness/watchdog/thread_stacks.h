// thread_stacks.h: where is another thread of this process right now?
//
// The thread is sent a real-time signal; its handler walks its stack into a buffer that was
// there before and says that it is done. It neither allocates nor locks, but a thread that
// holds the dynamic linker's lock, or one whose signals a sanitizer holds back, may not
// answer in time: then its stack is unknown.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <vector>

#include "harness/race/race_record.h"

namespace tussle::watchdog {

// Return addresses, innermost first, without the frames of the signal.
using raw_frames = std::vector<void*>;

// Installs the handler; called before a thread can be asked.
void prepare_stacks();

// Blocks until the thread has answered, for at most `longest`.
std::optional<raw_frames> ask_stack(
    pid_t thread, std::chrono::seconds longest = std::chrono::seconds(2));

// Functions, files and lines, by the program addr2line; what it does not know has the
// module and the offset. Files are relative to the repository's root.
race::call_stack symbolized(const raw_frames& frames);

}  // namespace tussle::watchdog
