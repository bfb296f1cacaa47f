// points.h: the global clock of transactions, and what is counted on it.
//
// The clock only grows, by one for each commit that changes something (and for each reader
// that helped one to its point, see version.h). A *point* is a value that it had:
//
//   read point    what a transaction sees: the newest versions whose points are not later
//   commit point  from when on the versions of a commit are the newest
//   era           a run of points; tells whether a version can still be in a reader's hands
#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/sync/atomic.h"
#include "primitives/sync/hooks.h"

namespace tussle::stm {

using point = std::uint64_t;
using era = std::uint64_t;

// Published by a thread that has none.
inline constexpr point no_point = 0;
inline constexpr era no_era = 0;

// The point of a ref's first version: not later than any read point.
inline constexpr point first_point = 1;

// How many points an era has, as a power of two: few where tests want to see eras end.
inline constexpr int era_bits = sync::has_schedule_points ? 1 : 6;
constexpr era era_of(point p) noexcept { return (p >> era_bits) + 1; }

// Alone on its cache lines: every commit writes it.
struct alignas(128) global_clock {
  sync::atomic<point> now{first_point};
};
extern constinit global_clock the_clock;

inline point read_clock() noexcept {
  // (1) seq_cst: orders what a thread published before the look, and what it looks at
  // afterwards, against commits (2) and against those who clear up.
  return the_clock.now.load(std::memory_order_seq_cst);
}

inline point next_point() noexcept {
  // (2) seq_cst; pairs with (1): whoever reads this point or a later one finds the versions of
  // the commit that it was drawn for.
  return the_clock.now.fetch_add(1, std::memory_order_seq_cst) + 1;
}

}  // namespace tussle::stm
