// history.h: which older versions a ref keeps, and when those that it gave up are freed.
//
// Kept:   the newest version, and each that counts at a published read point (the rule of
//         Steam, Boettcher and others 2019, "Scalable garbage collection for in-memory MVCC
//         systems"). A commit looks when a ref has more older ones than at its last look, by
//         more than half and by `spare_versions`.
// Bound:  a ref keeps at most r + r / 2 + spare_versions older versions, r being the number of
//         read points that were published at its last look.
// Freed:  those that were given up, by the thread that gave them up, as soon as no thread has
//         announced an era in which they lived (reading.h). A thread looks when it has so many
//         more than at its last look.
// Bound:  a stalled reader keeps what was alive in the era that it announced and what its read
//         point needs, whatever the others do meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>

#include "primitives/stm/participant.h"
#include "primitives/stm/points.h"
#include "primitives/stm/ref_core.h"
#include "primitives/sync/hooks.h"

namespace tussle::stm {

// Early where tests want to come to every path.
inline constexpr std::uint32_t spare_versions = sync::has_schedule_points ? 0 : 2;
inline constexpr std::size_t clear_up_at = sync::has_schedule_points ? 4 : 64;

// Unlinks what nobody needs. By the owner of the claim, whose read point is withdrawn, once the
// newest version is stamped.
void prune(ref_core& ref, participant& own) noexcept;

// Counts a new version, and prunes when it is time for that. As prune.
inline void note_older_version(ref_core& ref, participant& own) noexcept {
  const std::uint32_t older = ref.older_count.read() + 1;
  ref.older_count.write(older);
  if (older > ref.prune_at.read()) prune(ref, own);
}

// Frees what the thread, and those that ended, gave up and nobody can be looking at. May run
// destructors of values: not while the thread has claims.
void clear_up(participant& own) noexcept;

inline bool is_time_to_clear_up(const participant& own) noexcept {
  return own.retired_count >= own.clear_up_when;
}

// Has what the main thread gave up freed when the process ends.
void clear_up_at_exit() noexcept;

}  // namespace tussle::stm
