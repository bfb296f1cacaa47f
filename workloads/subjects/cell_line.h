// cell_line.h (subject): an endless line of cells, of which the part in use is in memory.
//
// Segments of cells, each with a reference to the next one. Who operates on a cell holds a
// *place*, a mark in the line that moves forward, by a hazard pointer: so its segment lives,
// and by the references all segments behind it do. A mark holds one reference, which is
// retired when the mark moves on. Who waits in a cell holds one, too, if it may leave the
// cell on its own account.
//
//   mark ──▶ segment ──▶ segment ──▶ segment ──▶ null: appended by whoever needs it first
//
// Order: a place is taken before its number is drawn from a counter, and marks move only to
//        segments of numbers that were drawn: so the segment of the number is never before
//        the place.
// ABA:   a mark is compared with a segment that the caller protects.
// What it gives up: a segment in which somebody waits keeps all behind it; memory that
//        cannot be had ends the process.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "primitives/reclaim/hazard_row.h"
#include "primitives/reclaim/node.h"
#include "primitives/reclaim/node_pool.h"
#include "primitives/reclaim/retired.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/per_thread.h"

namespace tussle::workloads::subjects {

template <typename T>
struct line_cell {
  sync::atomic<std::uintptr_t> state{0};
  alignas(T) std::array<std::byte, sizeof(T)> element;

  void keep(T& from) noexcept { new (element.data()) T(std::move(from)); }
  T& kept() noexcept { return *std::launder(reinterpret_cast<T*>(element.data())); }
  void give_back(T& to) noexcept {
    std::destroy_at(&to);
    new (&to) T(std::move(kept()));
    drop();
  }
  void drop() noexcept { std::destroy_at(&kept()); }
};

#if defined(TUSSLE_MODE_BENCH)
inline constexpr std::uint64_t cells_a_segment = 64;
#else
inline constexpr std::uint64_t cells_a_segment = 2;
#endif

template <typename T>
class line_segment final : public reclaim::node_base {
 public:
  static line_segment* make(std::uint64_t number) {
    return new (memory::allocate()) line_segment(number);
  }
  // One that nobody else has seen.
  void unmake() noexcept {
    this->~line_segment();
    memory::deallocate(this);
  }

  const std::uint64_t number;
  sync::atomic<line_segment*> next{nullptr};
  std::array<line_cell<T>, cells_a_segment> cells;

 private:
  using memory = reclaim::node_pool<sizeof(std::uint64_t) * 5 + sizeof(cells), 64>;

  explicit line_segment(std::uint64_t n) noexcept : node_base(&destroy), number(n) {
    static_assert(sizeof(line_segment) <= sizeof(std::uint64_t) * 5 + sizeof(cells));
  }
  ~line_segment() = default;

  // Those that go because one goes: one after the other, not one within the other.
  struct own_ends {
    bool under_way = false;
    line_segment* first = nullptr;
  };
  using here = sync::per_thread<own_ends, own_ends>;

  static void destroy(const node_base* base) noexcept {
    auto* self = const_cast<line_segment*>(static_cast<const line_segment*>(base));
    own_ends& mine = here::mine();
    if (mine.under_way) {
      mine.first = self;  // one at most: each has one next
      return;
    }
    mine.under_way = true;
    while (self != nullptr) {
      // Relaxed: whoever has the last reference is alone with it.
      line_segment* const next = self->next.load(std::memory_order_relaxed);
      self->unmake();
      mine.first = nullptr;
      if (next != nullptr) next->release();
      self = mine.first;
    }
    mine.under_way = false;
  }
};

// A mark that moves forward. It holds a reference.
template <typename T>
using line_mark = sync::atomic<line_segment<T>*>;

// The calling thread's, for one operation; at most two at once.
template <typename T>
class line_place {
 public:
  explicit line_place(line_mark<T>& mark) noexcept
      : row_(reclaim::own_reading_row()), slot_(free_slot(row_)), mark_(mark) {
    from_ = reclaim::protect_lightly(slot_, mark_);
    at_ = from_;
  }
  line_place(const line_place&) = delete;
  line_place& operator=(const line_place&) = delete;
  ~line_place() { reclaim::clear(slot_); }

  // Of a number that is not before the place.
  line_cell<T>& cell(std::uint64_t number) noexcept {
    const std::uint64_t segment = number / cells_a_segment;
    if (at_->number != segment) [[unlikely]]
      go_to(segment);
    return at_->cells[number % cells_a_segment];
  }
  line_segment<T>* segment() const noexcept { return at_; }

  // Moves the mark as far as there are segments, for who has nothing to do there.
  void pass(std::uint64_t number) noexcept {
    const std::uint64_t segment = number / cells_a_segment;
    while (at_->number < segment) {
      line_segment<T>* const next = at_->next.load(std::memory_order_acquire);
      if (next == nullptr) break;
      at_ = next;
    }
    move_mark();
  }

 private:
  static reclaim::hazard_slot& free_slot(reclaim::hazard_row& row) noexcept {
    reclaim::hazard_slot* const free = row.free_read_slot();
    return free == nullptr ? row.spare_slot() : *free;
  }

  [[gnu::noinline]] void go_to(std::uint64_t segment) noexcept {
    while (at_->number < segment) at_ = next_of(*at_);
    move_mark();
  }

  static line_segment<T>* next_of(line_segment<T>& one) noexcept {
    // (1) acquire; pairs with (2): the segment's number and cells.
    line_segment<T>* next = one.next.load(std::memory_order_acquire);
    if (next != nullptr) return next;
    line_segment<T>* const made = line_segment<T>::make(one.number + 1);
    // (2) release, and acquire as (1) where another one came first.
    if (one.next.compare_exchange_strong(next, made, std::memory_order_acq_rel,
                                         std::memory_order_acquire))
      return made;
    made->unmake();
    return next;
  }

  // One attempt: where another one moved it, it has moved.
  void move_mark() noexcept {
    if (at_ == from_) return;
    reclaim::make_room(row_);
    at_->acquire();
    line_segment<T>* expected = from_;
    // seq_cst, as reclaim's (3): a scan that follows sees who protects what was there.
    if (mark_.compare_exchange_strong(expected, at_, std::memory_order_seq_cst,
                                      std::memory_order_relaxed)) {
      reclaim::retire(row_, from_);
    } else {
      at_->release();  // not the last: the one before it has one
    }
  }

  reclaim::hazard_row& row_;
  reclaim::hazard_slot& slot_;
  line_mark<T>& mark_;
  line_segment<T>* from_;
  line_segment<T>* at_;
};

}  // namespace tussle::workloads::subjects
