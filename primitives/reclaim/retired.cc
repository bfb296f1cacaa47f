#include "primitives/reclaim/retired.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "primitives/sync/per_thread.h"

namespace tussle::reclaim {
namespace {

using addresses = retired_list::addresses;

// Nodes that slots name, so many at a time that they fit on the stack.
class named_nodes {
 public:
  bool full() const { return size_ == all_.size(); }
  void add(const node_base* node) { all_[size_++] = node; }

  // Moves those of [begin, end) that are among them to its end; returns where they begin.
  addresses::iterator split(addresses::iterator begin, addresses::iterator end) {
    if (size_ == 0) return end;
    const auto last = std::next(all_.begin(), static_cast<std::ptrdiff_t>(size_));
    size_ = 0;
    if (last - all_.begin() <= few) {
      return std::partition(begin, end, [&](const node_base* node) {
        bool found = false;
        for (auto each = all_.begin(); each != last; ++each) found |= *each == node;
        return !found;
      });
    }
    std::sort(all_.begin(), last);
    return std::partition(begin, end, [&](const node_base* node) {
      return !std::binary_search(all_.begin(), last, node);
    });
  }

 private:
  static constexpr std::ptrdiff_t few = 8;

  std::array<const node_base*, 256> all_;
  std::size_t size_ = 0;
};

template <typename Visit>
void for_each_named(Visit visit) {
  for (const hazard_row* row = first_row(); row != nullptr; row = row->next) {
    for (const hazard_slot& slot : row->slots) {
      // (4) seq_cst; pairs with (1), and with (1') through a heavy barrier: sees the slot of
      // whoever did not see that the node was replaced. Its acquire part pairs with (5):
      // uses of a node that a slot no longer names happened before.
      if (const node_base* const node = slot.load(std::memory_order_seq_cst)) visit(node);
    }
  }
}

// Moves the nodes that slots name to the end; returns where they begin.
addresses::iterator split_by_name(addresses& all) {
  named_nodes some;
  auto end = all.end();
  for_each_named([&](const node_base* node) {
    if (some.full()) end = some.split(all.begin(), end);
    some.add(node);
  });
  return some.split(all.begin(), end);
}

// Whether the next reading of all slots has to be preceded by a heavy barrier. This thread
// sees its own stores anyway.
bool others_read_lightly(const hazard_row& own) noexcept {
  for (const hazard_row* row = first_row(); row != nullptr; row = row->next) {
    // seq_cst; pairs with the store in enter_reading: a row that is not seen to be light
    // makes its light stores later, and finds what was replaced before this scan. Acquire:
    // a row that is light no more shows its slots.
    if (row != &own && row->lightly.load(std::memory_order_seq_cst)) return true;
  }
  return false;
}

// This thread's next light read announces itself anew: a thread that only updates from now
// on costs nobody a heavy barrier.
void stop_reading_lightly(hazard_row& own) noexcept {
  detail::this_thread::mine().light_row = nullptr;
  // Relaxed look: only this thread writes it.
  if (own.lightly.load(std::memory_order_relaxed)) {
    own.lightly.store(false, std::memory_order_release);  // its slots come before
  }
}

// Moves what ended threads left into this thread's list. Throws: std::bad_alloc.
void adopt_left_references(hazard_row& own) {
  for (hazard_row* row = first_row(); row != nullptr; row = row->next) {
    bool taken = false;
    // Relaxed looks: hints. (7) acquire; pairs with (8).
    if (!row->left_references.load(std::memory_order_relaxed) ||
        row->taken.load(std::memory_order_relaxed) ||
        !row->taken.compare_exchange_strong(taken, true, std::memory_order_acquire,
                                            std::memory_order_relaxed)) {
      continue;
    }
    const std::size_t left = row->retired->size(*row);
    try {
      own.retired->reserve(own, own.retired->size(own) + left);
    } catch (...) {
      row->taken.store(false, std::memory_order_release);  // (8)
      throw;
    }
    for (std::size_t i = 0; i < left; ++i) retire(own, row->retired->waiting[i]);
    row->retired_end = row->retired->waiting.data();
    row->left_references.store(false, std::memory_order_relaxed);
    row->taken.store(false, std::memory_order_release);  // (8)
  }
}

std::size_t count_rows() noexcept {
  std::size_t rows = 0;
  for (const hazard_row* row = first_row(); row != nullptr; row = row->next) ++rows;
  return rows;
}

// Puts one reference to each node of [named, end) back into the list, and gives all others
// up. Returns how many were put back.
std::size_t give_up_unnamed(hazard_row& own, addresses::iterator named) noexcept {
  addresses& examined = own.retired->examined;
  std::sort(named, examined.end());
  for (auto each = named; each != examined.end(); ++each) {
    if (each != named && *each == *(each - 1)) continue;
    retire(own, *each);
  }
  const std::size_t kept = own.retired->size(own);
  // One of several references to a named node: the one that was put back keeps it alive.
  for (auto each = named; each != examined.end(); ++each) {
    if (each != named && *each == *(each - 1)) (*each)->release();
  }
  // A destructor may retire more.
  std::for_each(examined.begin(), named, [](const node_base* node) { node->release(); });
  examined.clear();
  return kept;
}

// One pass over everything that is retired. Throws: std::bad_alloc, with nothing lost.
void examine(hazard_row& own) {
  retired_list& list = *own.retired;
  adopt_left_references(own);
  list.examined.reserve(list.waiting.size());
  stop_reading_lightly(own);
  const bool heavily = others_read_lightly(own);
  if (heavily) sync::heavy_barrier();
  list.examined.assign(list.waiting.data(), own.retired_end);
  own.retired_end = list.waiting.data();
  const std::size_t kept = give_up_unnamed(own, split_by_name(list.examined));
  const std::size_t more =
      (heavily ? scan_at_with_light_readers : scan_at) + more_for_each_row * count_rows();
  list.reserve(own, std::max(more + 2 * kept, list.size(own) + 1));
}

void scan(hazard_row& own) {
  retired_list& list = *own.retired;
  list.scanning = true;
  try {
    examine(own);
  } catch (...) {
    list.scanning = false;
    throw;
  }
  list.scanning = false;
}

bool is_named(const node_base* node) noexcept {
  bool found = false;
  for_each_named([&](const node_base* other) { found = found || other == node; });
  return found;
}

bool retire_if_there_is_room(const node_base* node) noexcept {
  try {
    hazard_row& own = own_row();
    make_room(own);
    retire(own, node);
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

void retired_list::reserve(hazard_row& row, std::size_t limit) {
  const std::size_t used = row.retired_end == nullptr ? 0 : size(row);
  if (limit > waiting.size()) waiting.resize(limit);
  row.retired_end = waiting.data() + used;
  row.retired_limit = waiting.data() + limit;
}

namespace detail {

void make_room_slowly(hazard_row& row) {
  retired_list& list = *row.retired;
  if (!list.scanning) return scan(row);
  // Inside a destructor that a scan runs: the scan goes on until there is room again.
  list.reserve(row, 2 * list.size(row) + 1);
}

}  // namespace detail

void retire_with_cell(const node_base* node) noexcept {
  // The cell's readers are done with it and that happened before, so their slots are
  // visible without a barrier.
  if (!is_named(node)) return node->release();
  while (!retire_if_there_is_room(node)) {
    if (!is_named(node)) return node->release();
    sync::yield();  // no memory: wait for the slot
  }
}

void clean_up() noexcept {
  try {
    hazard_row& own = own_row();
    if (!own.retired->scanning) scan(own);
  } catch (...) {
    // No memory for the scan itself: everything stays for the next one.
  }
}

void abandon(hazard_row& own) noexcept {
  clean_up();
  // Relaxed: a hint; (8) publishes the list.
  own.left_references.store(own.retired->size(own) > 0, std::memory_order_relaxed);
}

std::size_t most_retired(std::size_t rows) noexcept {
  return scan_at_with_light_readers + (more_for_each_row + 2 * slots_per_row) * rows;
}

}  // namespace tussle::reclaim
