// own_line.h: tasks that one thread of a pool submits, and runs itself unless others come to
// it first.
//
//   closed ◀──▶ open      Closed, it is empty: what was in it is in the pool's common line.
//
// Order:    first in, first out, whoever takes. Newest first is quicker where tasks fork, but
//           an agent that always has work would starve the others.
// Bound:    `slots` tasks; what does not fit goes to the common line.
// Source:   the local queue of Go's scheduler (Vyukov 2012, "Scalable Go scheduler design"), a
//           ring of one producer and many consumers. That it can be closed is added: push and
//           close look at what the other has written, as in Dekker's algorithm.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "primitives/sync/atomic.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/executor.h"

namespace tussle::detail {

class own_line {
 public:
  enum class kept { yes, no, closed_meanwhile };

#if defined(TUSSLE_MODE_SIM)
  static constexpr std::size_t slots = 2;  // so that an execution comes around
#else
  static constexpr std::size_t slots = 256;
#endif

  // Of the thread whose line it is. `closed_meanwhile`: the task may be in it, or was taken
  // by whoever closed it.
  kept push(task& work) noexcept {
    // Relaxed: a hint.
    if (!open_.load(std::memory_order_relaxed)) return kept::no;
    // Relaxed: its own.
    const std::uint64_t end = end_.load(std::memory_order_relaxed);
    // (1) acquire; pairs with (5): who has taken a task has read its slot.
    if (end - begin_.load(std::memory_order_acquire) == slots) return kept::no;
    // Relaxed: published by (2).
    slots_[end % slots].store(&work, std::memory_order_relaxed);
    // (2) seq_cst, as (3), (4) and (6): either this sees that it was closed, or who closes it
    // sees the task. Release, too; pairs with (4).
    end_.store(end + 1, std::memory_order_seq_cst);
    sync::schedule_point("own_line.push.before_look");
    // (3)
    return open_.load(std::memory_order_seq_cst) ? kept::yes : kept::closed_meanwhile;
  }

  // From any thread. Null: nothing is in it.
  task* pop() noexcept {
    // Acquire, here and below; pairs with (5): who has taken up to here has seen an end beyond
    // it, and so does (4).
    std::uint64_t begin = begin_.load(std::memory_order_acquire);
    for (;;) {
      // (4)
      if (begin == end_.load(std::memory_order_seq_cst)) return nullptr;
      // Relaxed: (2) published it. If it is another one by now, (5) fails.
      task* const first = slots_[begin % slots].load(std::memory_order_relaxed);
      // (5) release; pairs with (1) and with itself.
      if (begin_.compare_exchange_weak(begin, begin + 1, std::memory_order_acq_rel,
                                       std::memory_order_acquire))
        return first;
    }
  }

  // How many are in it, about.
  std::size_t length() const noexcept {
    // Acquire; pairs with (5): the end is no older, and the difference not negative. Relaxed:
    // a number that is out of date at once.
    const std::uint64_t begin = begin_.load(std::memory_order_acquire);
    return static_cast<std::size_t>(end_.load(std::memory_order_relaxed) - begin);
  }

  // Both with the pool's lock held. Whoever closes it empties it then.
  void open() noexcept { open_.store(true, std::memory_order_relaxed); }
  void close() noexcept { open_.store(false, std::memory_order_seq_cst); }  // (6)

 private:
  alignas(64) sync::atomic<std::uint64_t> begin_{0};
  alignas(64) sync::atomic<std::uint64_t> end_{0};
  sync::atomic<bool> open_{false};
  std::array<sync::atomic<task*>, slots> slots_{};
};

}  // namespace tussle::detail
