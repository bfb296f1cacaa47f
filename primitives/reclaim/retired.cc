#include "primitives/reclaim/retired.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <thread>

namespace tussle::reclaim {
namespace {

// In an address that a slot names. Nodes are aligned, so the bit is free.
constexpr std::uintptr_t named = 1;

// Addresses that slots name, so many at a time that they fit on the stack.
class named_nodes {
 public:
  bool full() const { return size_ == all_.size(); }
  void add(const node_base* node) {
    all_[size_++] = reinterpret_cast<std::uintptr_t>(node);
  }

  // Marks those of `addresses` that are among them, and forgets them.
  void mark_in(retired_list::addresses& addresses) {
    if (size_ == 0) return;
    const auto end = std::next(all_.begin(), static_cast<std::ptrdiff_t>(size_));
    std::sort(all_.begin(), end);
    for (std::uintptr_t& address : addresses) {
      if (std::binary_search(all_.begin(), end, address)) address |= named;
    }
    size_ = 0;
  }

 private:
  std::array<std::uintptr_t, 256> all_;
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

void mark_named(retired_list::addresses& addresses) {
  named_nodes some;
  for_each_named([&](const node_base* node) {
    if (some.full()) some.mark_in(addresses);
    some.add(node);
  });
  some.mark_in(addresses);
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
    retired_list::addresses& left = row->retired->waiting;
    retired_list::addresses& ours = own.retired->waiting;
    try {
      ours.reserve(ours.size() + left.size());
      ours.insert(ours.end(), left.begin(), left.end());
      left.clear();
      row->left_references.store(false, std::memory_order_relaxed);
    } catch (...) {
      row->taken.store(false, std::memory_order_release);  // (8)
      throw;
    }
    row->taken.store(false, std::memory_order_release);  // (8)
  }
}

// Puts back one reference to each node that a slot names and gives up the others. Returns
// how many were put back.
std::size_t give_up_unnamed(retired_list& list) noexcept {
  for (std::uintptr_t& address : list.examined) {
    if ((address & named) == 0) continue;
    const std::uintptr_t node = address & ~named;
    if (std::find(list.waiting.begin(), list.waiting.end(), node) == list.waiting.end()) {
      list.waiting.push_back(node);
      address = 0;
    } else {
      address = node;  // one of several: the one that waits keeps the node alive
    }
  }
  const std::size_t kept = list.waiting.size();
  // A destructor may retire more, into `waiting`.
  for (const std::uintptr_t address : list.examined) {
    if (address != 0) reinterpret_cast<node_base*>(address)->release();
  }
  list.examined.clear();
  return kept;
}

// One pass over everything that is retired. Throws: std::bad_alloc, with nothing lost.
void examine(hazard_row& own) {
  retired_list& list = *own.retired;
  adopt_left_references(own);
  list.examined.reserve(list.waiting.capacity());
  stop_reading_lightly(own);
  const bool heavily = others_read_lightly(own);
  if (heavily) sync::heavy_barrier();
  std::swap(list.waiting, list.examined);
  mark_named(list.examined);
  const std::size_t kept = give_up_unnamed(list);
  const std::size_t next = (heavily ? scan_at_with_light_readers : scan_at) + 2 * kept;
  list.waiting.reserve(next);
  list.threshold = next;
}

void scan(hazard_row& own) {
  retired_list& list = *own.retired;
  list.scanning = true;
  try {
    do {
      examine(own);
    } while (list.waiting.size() >= list.threshold);
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

bool retire_if_there_is_room(node_base* node) noexcept {
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

std::unique_ptr<retired_list> retired_list::make() {
  auto list = std::make_unique<retired_list>();
  list->waiting.reserve(list->threshold);
  list->examined.reserve(list->threshold);
  return list;
}

namespace detail {

void make_room_slowly(hazard_row& row) {
  retired_list& list = *row.retired;
  if (!list.scanning) return scan(row);
  // Inside a destructor that a scan runs: the scan goes on until there is room again.
  list.waiting.reserve(2 * list.threshold);
  list.threshold *= 2;
}

}  // namespace detail

void retire_with_cell(node_base* node) noexcept {
  // The cell's readers are done with it and that happened before, so their slots are
  // visible without a barrier.
  if (!is_named(node)) return node->release();
  while (!retire_if_there_is_room(node)) {
    if (!is_named(node)) return node->release();
    std::this_thread::yield();  // no memory: wait for the slot
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
  own.left_references.store(!own.retired->waiting.empty(), std::memory_order_relaxed);
}

std::size_t most_retired(std::size_t rows) noexcept {
  return scan_at_with_light_readers + 2 * slots_per_row * rows;
}

}  // namespace tussle::reclaim
