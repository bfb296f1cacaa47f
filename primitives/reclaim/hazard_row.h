// hazard_row.h: which nodes each thread is using, in a place that others can read.
//
// Hazard pointers (Michael 2004, "Hazard pointers: safe memory reclamation for lock-free
// objects"): before a thread uses a node that it found in a cell, it writes the node's
// address into a slot of its own row and looks whether the cell still holds it. Who takes a
// node out of a cell does not destroy it while a slot names it (retired.h). A slot that
// stands for a reference, so that a count need not be touched, is from Anderson, Blelloch
// and Wei 2021, "Concurrent deferred reference counting with constant-time overhead".
//
// A slot is in one of two states: free (null) or naming a node. Only the row's thread takes
// a free slot; whoever holds the reference that it stands for frees it, on any thread.
//
// The store into the slot must be ordered before the second look at the cell. A row is read
// in one of two ways:
//
//   lightly   the store is a plain one, and `lightly` says so to those who scan: they then
//             run a heavy barrier first (asymmetric_barrier.h)
//   heavily   the store is a locked instruction: for threads that update, and where there is
//             no heavy barrier
//
// Rows are never freed: a thread that ends leaves its row to the next one that begins.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include "primitives/reclaim/node.h"
#include "primitives/sync/asymmetric_barrier.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/per_thread.h"

namespace tussle::reclaim {

using hazard_slot = sync::atomic<const node_base*>;

// One cache line of slots: first those of handles, which may be kept for long; then those
// of reads that last as long as a call; and one for nodes that are counted up at once, so
// that there is always a way to protect one more.
inline constexpr std::size_t slots_per_row = 8;
inline constexpr std::size_t handle_slots = 5;
inline constexpr std::size_t spare_slot_index = slots_per_row - 1;

struct retired_list;

// Aligned to two cache lines: neighbours are fetched together.
struct alignas(128) hazard_row {
  // This line is all that a reader writes.
  std::array<hazard_slot, slots_per_row> slots{};

  // True from before the first light store until a store of false that follows all of them.
  alignas(64) sync::atomic<bool> lightly{false};
  sync::atomic<bool> taken{true};
  sync::atomic<bool> left_references{
      false};                        // by a thread that ended: somebody should look
  hazard_row* next = nullptr;        // set before the row is published
  bool ends_with_execution = false;  // likewise: of a simulator

  // The rest is its thread's own. References that it retired: see retired.h.
  alignas(64) const node_base** retired_end = nullptr;
  const node_base** retired_limit = nullptr;
  retired_list* retired = nullptr;  // made with the row

  // A free slot of its kind; null if all are in use. For the row's thread. The one at
  // `first` is looked at first: callers that need two slots at a time begin at different
  // ones.
  hazard_slot* free_handle_slot(std::size_t first) noexcept {
    if (is_free(slots[first])) [[likely]]
      return &slots[first];
    return find_free(0, handle_slots);
  }
  hazard_slot* free_read_slot() noexcept {
    if (is_free(slots[handle_slots])) [[likely]]
      return &slots[handle_slots];
    return find_free(handle_slots, spare_slot_index);
  }
  hazard_slot& spare_slot() noexcept { return slots[spare_slot_index]; }

 private:
  static bool is_free(const hazard_slot& slot) noexcept {
    // (0) acquire; pairs with (5): what was done with the node that was in the slot happens
    // before whatever this thread writes there.
    return slot.load(std::memory_order_acquire) == nullptr;
  }
  hazard_slot* find_free(std::size_t begin, std::size_t end) noexcept;
};

// Frees a slot. Any thread that holds the reference that the slot stands for.
inline void clear(hazard_slot& slot) noexcept {
  // (5) release; pairs with (0) and with (4) in retired.cc: uses of the node come before its
  // destruction.
  slot.store(nullptr, std::memory_order_release);
}

// All rows, newest first. (6) acquire inside; pairs with the release of a row's
// publication.
hazard_row* first_row() noexcept;

namespace detail {

// What a thread knows of its row: where it is, and where it is if it reads lightly.
struct own_rows {
  hazard_row* row = nullptr;
  hazard_row* light_row = nullptr;
};
using this_thread = sync::per_thread<own_rows, own_rows>;

// Has what this thread retired given up when the process ends, after the destruction of the
// static objects that are complete later than this call.
void clean_up_at_exit() noexcept;

// Takes a row for the calling thread. Throws: std::bad_alloc.
hazard_row& enter();
// The same, and announces light reading if there are heavy barriers.
hazard_row& enter_reading();

}  // namespace detail

// The calling thread's row. Throws: std::bad_alloc, if the thread has none yet.
inline hazard_row& own_row() {
  hazard_row* const row = detail::this_thread::mine().row;
  if (row == nullptr) [[unlikely]]
    return detail::enter();
  return *row;
}

// The same, for light reading. Where there are no heavy barriers, only `protect` itself
// knows.
inline hazard_row& own_reading_row() {
  hazard_row* const row = detail::this_thread::mine().light_row;
  if (row == nullptr) [[unlikely]]
    return detail::enter_reading();
  return *row;
}

// Names in `slot` the node that `source` holds, and returns it. Lock-free: begins again only
// if another thread changed the source in between.
template <typename Node>
Node* protect(hazard_slot& slot, const sync::atomic<Node*>& source) noexcept {
  // Relaxed: a guess that (2) confirms or replaces.
  Node* guess = source.load(std::memory_order_relaxed);
  for (;;) {
    // (1) seq_cst; pairs with (4): either the scan sees the slot, or (2) sees that the node
    // was replaced.
    slot.store(guess, std::memory_order_seq_cst);
    // (2) seq_cst; pairs with the replacement (3), which precedes the scan: as (1). Its
    // acquire part shows the node's value.
    Node* const present = source.load(std::memory_order_seq_cst);
    if (present == guess) [[likely]]
      return present;
    guess = present;
  }
}

// The same, for a slot of own_reading_row().
template <typename Node>
Node* protect_lightly(hazard_slot& slot, const sync::atomic<Node*>& source) noexcept {
  if (!sync::light_barriers()) [[unlikely]]
    return protect(slot, source);
  // Relaxed: as in protect.
  Node* guess = source.load(std::memory_order_relaxed);
  for (;;) {
    // (1') release, and a light barrier; pairs with the heavy barrier before (4): as (1).
    // Release: the slot may have been freed by another thread, whose use of the former node
    // this store hands on to the scan.
    slot.store(guess, std::memory_order_release);
    sync::light_barrier();
    Node* const present = source.load(std::memory_order_seq_cst);  // (2)
    if (present == guess) [[likely]]
      return present;
    guess = present;
  }
}

}  // namespace tussle::reclaim
