// schedule_point.h: named places in an algorithm where a scheduler may step in.
//
// Costs nothing in mode bench. Names read "primitive.operation.place", for example
// "atom.swap.before_install".
#pragma once

#include "primitives/sync/hooks.h"
#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

namespace detail {

// Announces an operation of the seam; true when a weak compare-exchange, or the start of a
// thread, must fail.
inline bool announce([[maybe_unused]] const visible_operation& next) noexcept {
  if constexpr (has_schedule_points) {
    if (scheduler* const s = installed_scheduler()) {
      s->before(next);
      if (next.kind == operation::start_thread) return s->fails_thread_start();
      return next.kind == operation::compare_exchange && s->fails_weak_compare_exchange();
    }
  }
  return false;
}

}  // namespace detail

// `name` must have static storage.
inline void schedule_point([[maybe_unused]] const char* name) noexcept {
  if (simulator* s = detail::simulated()) return s->named_point(name);
  detail::announce({operation::named_point, nullptr, name});
}

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
