// mode.h: which build this translation unit belongs to.
//
// A build has one mode: `bench` (the std types as they are), one that announces every
// visible operation to a scheduler first: `tsan` (under ThreadSanitizer) and `chaos` (with
// address, undefined-behaviour and leak checks), or `sim`, in which a controlled scheduler
// carries the operations out itself (simulator.h). Everything that differs between modes
// lives in an inline namespace named after the mode, and every translation unit that
// includes the seam refers to a symbol that only the library of the same mode defines.
// Mixing modes therefore fails to link, with an undefined reference whose name says why.
//
// TUSSLE_SCHEDULE_POINTS is defined where operations are announced, whatever the mode.
#pragma once

#if defined(TUSSLE_MODE_BENCH) + defined(TUSSLE_MODE_CHAOS) +  \
        defined(TUSSLE_MODE_TSAN) + defined(TUSSLE_MODE_SIM) > \
    1
#error "tussle: define one of TUSSLE_MODE_BENCH, _CHAOS, _TSAN and _SIM"
#elif defined(TUSSLE_MODE_TSAN)
#define TUSSLE_SYNC_MODE tsan
#define TUSSLE_SCHEDULE_POINTS 1
#elif defined(TUSSLE_MODE_CHAOS)
#define TUSSLE_SYNC_MODE chaos
#define TUSSLE_SCHEDULE_POINTS 1
#elif defined(TUSSLE_MODE_SIM)
#define TUSSLE_SYNC_MODE sim
#else
#define TUSSLE_SYNC_MODE bench
#endif

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

// "bench", "chaos", "tsan" or "sim". Defined by the library, for its own mode only.
extern const char* const library_and_caller_must_be_built_in_the_same_mode;

namespace detail {
// Emitted in every translation unit, so that the linker has to find the mode's symbol.
[[gnu::used]] inline const char* const* const mode_anchor =
    &library_and_caller_must_be_built_in_the_same_mode;
}  // namespace detail

// True where the seam announces its operations to an installed scheduler (hooks.h).
#if defined(TUSSLE_SCHEDULE_POINTS)
inline constexpr bool has_schedule_points = true;
#else
inline constexpr bool has_schedule_points = false;
#endif

}  // namespace TUSSLE_SYNC_MODE

// The mode of the library that this program is linked with.
inline const char* mode_name() {
  return library_and_caller_must_be_built_in_the_same_mode;
}

}  // namespace tussle::sync
