// waiting_place.h: where threads sleep until somebody else has ended something.
#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/sync/asymmetric_barrier.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/wait_word.h"

namespace tussle::stm {

class waiting_place {
 public:
  constexpr waiting_place() noexcept = default;

  // Wakes all, after something ended by a release store or a stronger one.
  void ended() noexcept {
    // Who waits has had a barrier run here since it counted itself: it is seen, or sees the end.
    if (sync::light_barriers()) [[likely]] {
      sync::light_barrier();
      return ended_in_order();
    }
    wake();
  }
  // The same, after something ended by a seq_cst operation: nothing is written if nobody waits.
  void ended_in_order() noexcept {
    if (is_used()) [[unlikely]]
      wake();
  }

  // While `lasts()`, which looks seq_cst, but no longer than until the deadline (null: none).
  template <typename Condition>
  void wait_while(const Condition& lasts, const sync::time_point* deadline) {
    // (26) seq_cst; pairs with (27) and with is_used: whoever ends it sees the waiter, or the
    // waiter sees that it has ended. Where ends are light the barrier orders them.
    waiters_.fetch_add(1, std::memory_order_seq_cst);
    sync::heavy_barrier();
    for (;;) {
      const std::uint32_t seen = ends_.load(std::memory_order_seq_cst);
      if (!lasts()) break;
      if (deadline == nullptr) {
        ends_.wait(seen);
      } else if (!ends_.wait_until(seen, *deadline)) {
        break;
      }
    }
    // Relaxed would do: a waiter too many costs a wake-up.
    waiters_.fetch_sub(1, std::memory_order_seq_cst);
  }
  bool is_used() const noexcept { return waiters_.load(std::memory_order_seq_cst) != 0; }

  // When no other thread is left.
  void forget() noexcept {
    ends_.store(0, std::memory_order_relaxed);
    waiters_.store(0, std::memory_order_relaxed);
  }

 private:
  [[gnu::noinline]] void wake() noexcept {
    // (27) seq_cst; pairs with (26).
    ends_.fetch_add(1, std::memory_order_seq_cst);
    if (is_used()) [[unlikely]]
      ends_.wake_all();
  }

  sync::wait_word ends_{0};  // counts what has ended
  sync::atomic<std::uint32_t> waiters_{0};
};

}  // namespace tussle::stm
