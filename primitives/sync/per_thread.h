// per_thread.h: one T for each thread, and something to do when a thread ends.
//
// T starts as T{} and is never destroyed, so it can be used until the very end of a thread,
// from destructors of other thread-local objects too. What it owns is given back by a
// function that was left with at_thread_exit.
#pragma once

#include <new>
#include <type_traits>

#include "primitives/sync/mode.h"
#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

template <typename Tag, typename T>
class per_thread {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  // The calling thread's. Quick: no guard, no call.
  static T& mine() noexcept {
    if (simulator* s = detail::simulated()) return *static_cast<T*>(s->own(type_));
    return value_;
  }

 private:
  static void construct(void* memory) noexcept { new (memory) T{}; }

  // NOLINTNEXTLINE(readability-identifier-naming): its address tells it from others
  inline static constexpr thread_local_type type_{sizeof(T), alignof(T), &construct};
  inline static constinit thread_local T value_{};  // NOLINT: a private member
};

inline constexpr int most_exit_acts = 4;

// Has `act()` called when the calling thread ends, after its thread-local objects have been
// destroyed; not when the process ends. Asking again for the same function before it was
// called changes nothing; asking again afterwards, while the thread is still ending, has it
// called once more. Different functions are called in the order in which they were asked for;
// at most most_exit_acts of them a process.
// Throws: std::system_error if the system has no room left.
void at_thread_exit(void (*act)() noexcept);

// Lets other threads run: for one that waits for something that happens rarely.
void yield() noexcept;

// In an execution of a simulator: has act() called after its last thread has ended, for
// what the process keeps and the next execution must not find. Does nothing elsewhere.
void at_execution_end(void (*act)() noexcept);

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
