#include "primitives/reclaim/hazard_row.h"

#include <memory>
#include <utility>

#include "primitives/reclaim/retired.h"

namespace tussle::reclaim {
namespace {

constinit sync::atomic<hazard_row*> rows{nullptr};

// A row that a thread left behind; null if there is none.
hazard_row* take_left_row() noexcept {
  for (hazard_row* row = first_row(); row != nullptr; row = row->next) {
    bool taken = false;
    // Relaxed look first: most rows are taken. (7) acquire; pairs with (8): the row is as
    // its last thread left it.
    if (!row->taken.load(std::memory_order_relaxed) &&
        row->taken.compare_exchange_strong(taken, true, std::memory_order_acquire,
                                           std::memory_order_relaxed)) {
      return row;
    }
  }
  return nullptr;
}

void publish(hazard_row& row) noexcept {
  // Relaxed: only a first guess for the exchange.
  row.next = rows.load(std::memory_order_relaxed);
  // (6) seq_cst; pairs with the load in first_row. A scan that does not see the row comes
  // before it in the single order, so that its thread finds every replacement that the scan
  // is about.
  while (!rows.compare_exchange_weak(row.next, &row, std::memory_order_seq_cst,
                                     std::memory_order_relaxed)) {
  }
}

// Relaxed, all of them: nobody else sees the row yet.
hazard_row* make_row() {
  auto row = std::make_unique<hazard_row>();
  auto retired = std::make_unique<retired_list>();
  retired->reserve(*row, scan_at);
  row->retired = retired.release();
  row->ends_with_execution = sync::in_execution();
  publish(*row);
  return row.release();
}

void leave() noexcept {
  detail::own_rows& mine = detail::this_thread::mine();
  if (mine.row == nullptr) return;  // there was no memory for one
  hazard_row& row = *mine.row;
  abandon(row);
  detail::hand_over_free_lists();
  mine = {};
  // Release; pairs with the seq_cst load in retired.cc: whoever sees false sees the slots.
  row.lightly.store(false, std::memory_order_release);
  row.taken.store(false, std::memory_order_release);  // (8) pairs with (7)
}

// The rows that an execution of a simulator made end with it: the next one finds what this
// one found. They are the newest ones.
void forget_rows() noexcept {
  // Relaxed: no other thread is left.
  hazard_row* row = rows.load(std::memory_order_relaxed);
  while (row != nullptr && row->ends_with_execution) {
    const std::unique_ptr<hazard_row> gone(std::exchange(row, row->next));
    delete gone->retired;
  }
  rows.store(row, std::memory_order_relaxed);
}

// Static cells have it made before they are complete, so it is destroyed after them.
struct at_process_exit {
  ~at_process_exit() { clean_up(); }
};

}  // namespace

// Out of line: a thread rarely holds two handles at a time.
[[gnu::noinline]] hazard_slot* hazard_row::find_free(std::size_t begin,
                                                     std::size_t end) noexcept {
  for (std::size_t i = begin; i < end; ++i) {
    if (is_free(slots[i])) return &slots[i];
  }
  return nullptr;
}

hazard_row* first_row() noexcept { return rows.load(std::memory_order_seq_cst); }

namespace detail {

void clean_up_at_exit() noexcept { static const at_process_exit last; }

hazard_row& enter() {
  clean_up_at_exit();
  own_rows& mine = this_thread::mine();
  if (mine.row == nullptr) {
    sync::at_thread_exit(&leave);
    sync::at_execution_end(&forget_rows);
    hazard_row* row = take_left_row();
    mine.row = row != nullptr ? row : make_row();
  }
  return *mine.row;
}

hazard_row& enter_reading() {
  hazard_row& row = enter();
  // seq_cst; pairs with the load in retired.cc: a scan that does not see it comes before all
  // of this row's light stores and the looks that follow them.
  row.lightly.store(sync::light_barriers(), std::memory_order_seq_cst);
  this_thread::mine().light_row = &row;
  return row;
}

}  // namespace detail
}  // namespace tussle::reclaim
