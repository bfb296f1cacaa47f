#include "primitives/sync/mode.h"

#define TUSSLE_STRINGIFY_EXPANDED(x) #x
#define TUSSLE_STRINGIFY(x) TUSSLE_STRINGIFY_EXPANDED(x)

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

const char* const library_and_caller_must_be_built_in_the_same_mode =
    TUSSLE_STRINGIFY(TUSSLE_SYNC_MODE);

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync

#if defined(TUSSLE_MODE_CHAOS)

// Defaults of the sanitizers' runtimes, which look for these names; ASAN_OPTIONS and
// UBSAN_OPTIONS have the last word. Here, because every program of this mode links this
// file.
// - detect_stack_use_after_return=1: a thread that looks into another one's frame after
//   that has returned.
// - print_stacktrace=1: where undefined behaviour was reached from.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)
extern "C" const char* __asan_default_options() {
  return "detect_stack_use_after_return=1";
}
extern "C" const char* __ubsan_default_options() { return "print_stacktrace=1"; }
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

#endif
