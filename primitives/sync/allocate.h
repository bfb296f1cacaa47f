// allocate.h: memory for the nodes of lock-free structures.
//
// operator new and delete. In mode sim such memory is watched: it stays out of use until
// the execution ends, so that atomics and plain variables (plain.h) used after it was given
// back, blocks given back twice and blocks never given back are findings.
#pragma once

#include <cstddef>
#include <new>

#include "primitives/sync/hooks.h"
#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

// Throws: std::bad_alloc.
inline void* allocate(std::size_t size, std::size_t alignment) {
  if (simulator* s = detail::simulated()) return s->allocate(size, alignment);
  if constexpr (has_schedule_points) {
    scheduler* const s = installed_scheduler();
    if (s != nullptr && s->fails_allocation()) throw std::bad_alloc();
  }
  return ::operator new (size, std::align_val_t{alignment});
}

inline void deallocate(void* memory, std::size_t alignment) noexcept {
  if (simulator* s = detail::simulated(); s != nullptr && s->deallocate(memory)) {
    return;
  }
  ::operator delete (memory, std::align_val_t{alignment});
}

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
