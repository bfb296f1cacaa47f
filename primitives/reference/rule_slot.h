// rule_slot.h: a rule of a reference (its validator, its set of watches), absent at the
// cost of one load.
//
// The rule is an immutable value that is replaced as a whole. A reader takes a counted
// handle to it, so that a rule in use outlives its replacement. A slot that never held a
// rule is one null word; the first rule allocates a small shelf with a mutex, which stays
// until the slot dies.
//
// Thread safety: all functions from any threads at once. Blocking: only for the few
// instructions that copy or replace a handle; no user code runs meanwhile.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "primitives/reference/counted_ptr.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/mutex.h"

namespace tussle {

template <typename Rule>
class rule_slot {
 public:
  using handle = counted_ptr<const Rule>;

  rule_slot() = default;
  rule_slot(const rule_slot&) = delete;
  rule_slot& operator=(const rule_slot&) = delete;
  // Relaxed: whoever destroys the slot is its last user.
  ~rule_slot() { delete shelf_.load(std::memory_order_relaxed); }

  // False only if the slot has never held a rule: what a hot path asks before it calls
  // `get` out of line. (2) seq_cst; pairs with (1). A weaker order would let an update of
  // an inline cell look here before its install is visible: a thread that adds a watch
  // and then loads the old value would not be told of the update that follows. On x86 it
  // is the same instruction.
  bool used() const noexcept { return shelf_.load(std::memory_order_seq_cst) != nullptr; }

  // The present rule; null if there is none.
  handle get() const {
    // (3) seq_cst, as (2); pairs with (1): the shelf is constructed.
    shelf* const s = shelf_.load(std::memory_order_seq_cst);
    if (s == nullptr) return handle();
    sync::mutex_lock lock(s->mutex);
    return s->rule;
  }

  // Replaces the present rule r by next(r), both possibly null; `next` must be quick and
  // not call back. Throws what `next` throws, leaving the rule as it was.
  template <typename Next>
  void replace(Next next) {
    shelf& s = find_or_make_shelf();
    handle displaced;  // dies after the unlock: its destruction may run user code
    sync::mutex_lock lock(s.mutex);
    displaced = next(std::as_const(s.rule));
    std::swap(displaced, s.rule);
  }

 private:
  struct shelf {
    sync::mutex mutex;
    handle rule ABSL_GUARDED_BY(mutex);
  };

  shelf& find_or_make_shelf() {
    // (4) acquire; pairs with (1): the shelf is constructed.
    if (shelf* const s = shelf_.load(std::memory_order_acquire)) return *s;
    auto made = std::make_unique<shelf>();
    shelf* present = nullptr;
    // (1) seq_cst; pairs with (2), (3) and (4). Acquire on failure: another's shelf, used
    // at once.
    if (shelf_.compare_exchange_strong(present, made.get(), std::memory_order_seq_cst,
                                       std::memory_order_acquire)) {
      return *made.release();
    }
    return *present;
  }

  sync::atomic<shelf*> shelf_{nullptr};
};

}  // namespace tussle
