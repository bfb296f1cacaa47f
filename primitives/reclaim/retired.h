// retired.h: references that are to be given up as soon as nobody looks.
//
// Whoever takes a node out of a cell retires the cell's reference: the decrement of the
// node's count is put off until a scan of all rows finds no slot that names the node.
//
// States of a reference that a cell held:
//
//   held by the cell ─(3) replaced─▶ retired ─scan: no slot names the node─▶ given up
//                                       ▲ │
//                                       └─┘ scan: a slot names it
//
// Why it is safe: a thread uses a node through a slot only if it found the node in a cell
// after its store to the slot was visible ((1) and (2) in hazard_row.h). The reference of
// that cell was held then. If it is retired later, every scan for it sees the slot until it
// is cleared, and so the count stays above zero, and may also be counted up.
// Several retired references to one node: a scan that finds the node in a slot may give up
// all but one of those that it was begun for, because references are alike and the one that
// is left waits for the slot.
//
// ABA: who compares and exchanges a cell holds the expected node by a slot or a count, so
// that its address cannot come back as another node.
//
// Bound: a thread has at most most_retired() retired references; those beyond it are given
// up or held by slots, of which a row has `slots_per_row`. A stalled reader therefore keeps
// no more nodes than it has slots in use, whatever the others do.
#pragma once

#include <cstddef>
#include <vector>

#include "primitives/reclaim/hazard_row.h"

namespace tussle::reclaim {

// A thread scans when it has so many retired references more than twice what slots named at
// its last scan. In proportion to the rows, so that what a scan reads of each is spread over
// as many references (Michael 2004, section 3.2). Early in modes with schedule points, so
// that tests come to every path.
#if defined(TUSSLE_MODE_BENCH)
inline constexpr std::size_t scan_at = 64;
inline constexpr std::size_t scan_at_with_light_readers = 512;
inline constexpr std::size_t more_for_each_row = slots_per_row;
#else
inline constexpr std::size_t scan_at = 4;
inline constexpr std::size_t scan_at_with_light_readers = 8;
inline constexpr std::size_t more_for_each_row = 0;
#endif

// One thread's retired references: [begin of waiting, row.retired_end). Used by that thread
// only.
struct retired_list {
  using addresses = std::vector<const node_base*>;

  addresses waiting;   // filled through row.retired_end up to row.retired_limit
  addresses examined;  // of the scan that is under way
  bool scanning = false;

  std::size_t size(const hazard_row& row) const noexcept {
    return static_cast<std::size_t>(row.retired_end - waiting.data());
  }
  // Makes room for `limit` references in all. Throws: std::bad_alloc.
  void reserve(hazard_row& row, std::size_t limit);
};

namespace detail {
void make_room_slowly(hazard_row& row);
}  // namespace detail

// The next retire will find room. Scans when it is time for that, so it may run destructors
// of values.
// Throws: std::bad_alloc.
inline void make_room(hazard_row& own) {
  if (own.retired_end == own.retired_limit) [[unlikely]]
    detail::make_room_slowly(own);
}

// Takes over a cell's reference to `node`, which the calling thread has just taken out of
// the cell. Requires: make_room before, and no retire since.
inline void retire(hazard_row& own, const node_base* node) noexcept {
  *own.retired_end++ = node;
}

// As retire, of a cell that dies: gives the reference up at once unless a slot names the
// node. Only when every user of the cell is done with it and that happened before.
void retire_with_cell(const node_base* node) noexcept;

// Gives up what this thread retired and nobody uses, and what ended threads left. What slots
// still name, and what other threads retired, stays.
void clean_up() noexcept;

// Leaves the row's retired references to whoever scans next. For a thread that ends.
void abandon(hazard_row& own) noexcept;

// What one thread may have retired at most, with so many rows in the process.
std::size_t most_retired(std::size_t rows) noexcept;

}  // namespace tussle::reclaim
