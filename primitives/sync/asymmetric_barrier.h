// asymmetric_barrier.h: lets a frequent store be ordered before the loads that follow it at
// the cost of a rare system call on the other side.
//
// In a store-then-load handshake (one side stores A and loads B, the other stores B and
// loads A) both sides need a full barrier between store and load, or both can miss the
// other's store. With membarrier(2) the rare side makes every running thread of the process
// pass a full barrier, and the frequent side needs none (Desnoyers et al. 2012, "User-level
// implementations of read-copy update", section 4; C++ proposal P1202).
//
// The light side asks whether it may be light; the answer never changes:
//
//   light_barriers() ?  A.store(x, release); light_barrier();  :  A.store(x, seq_cst);
//   B.load(seq_cst)
//
// and the heavy side: B.store(y, seq_cst); heavy_barrier(); A.load(seq_cst).
//
// Not used under ThreadSanitizer, which knows neither fences nor the system call: there
// light_barriers() is false. In an execution of a simulator it is so unless the program asks
// for heavy barriers. The environment variable TUSSLE_NO_MEMBARRIER has the same effect as the
// sanitizer, for tests and comparisons.
#pragma once

#include <atomic>

#include "primitives/sync/mode.h"
#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

namespace detail {
// Set once, before static objects are initialised, if the kernel takes part.
extern bool membarrier_registered;
}  // namespace detail

inline bool light_barriers() noexcept {
#if defined(TUSSLE_MODE_TSAN)
  return false;
#elif defined(TUSSLE_MODE_SIM)
  const simulator* const s = detail::simulated();
  return s != nullptr && s->has_heavy_barriers();
#else
  return detail::membarrier_registered;
#endif
}

// Has light_barriers() true in what follows of the execution of a simulator. Nothing
// elsewhere. Before any thread reads.
inline void ask_for_heavy_barriers() noexcept {
  if (simulator* s = detail::simulated()) s->ask_for_heavy_barriers();
}

// Between a store and the loads that a heavy barrier elsewhere must order after it. Only the
// compiler is held back.
inline void light_barrier() noexcept {
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

// Every thread of the process has passed a full barrier during this call. A system call:
// 0.4 to 7 microseconds on the machine where it was measured. Does nothing if
// light_barriers() is false.
void heavy_barrier() noexcept;

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
