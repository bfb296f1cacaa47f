// one_shot.h: something that happens once, and threads that wait for it.
//
//              claim()                 settle()
//   open ─────────────────▶ claimed ─────────────▶ settled, for good
//
// Exactly one claim succeeds; whoever has it writes the result and settles. What it did
// before settle() is visible to whoever sees that the shot is settled.
//
// Blocking: only wait and wait_until. They look at the word for a while before they sleep: on
// virtual machines waking a thread takes tens of microseconds.
// Thread safety: all functions from any threads at once.
#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/sync/clock.h"
#include "primitives/sync/wait_word.h"
#include "primitives/task/blocking_region.h"

namespace tussle::detail {

class one_shot {
 public:
  one_shot() = default;
  one_shot(const one_shot&) = delete;
  one_shot& operator=(const one_shot&) = delete;

  // True for one caller only, who must settle.
  [[nodiscard]] bool claim() noexcept {
    // Relaxed: the claim orders nothing; what is handed over goes by settle().
    std::uint32_t seen = word_.load(std::memory_order_relaxed);
    while ((seen & claimed) == 0) {
      if (word_.compare_exchange(seen, seen | claimed, std::memory_order_relaxed,
                                 std::memory_order_relaxed))
        return true;
    }
    return false;
  }

  void settle() noexcept {
    // (1) release; pairs with (2): the result.
    const std::uint32_t before =
        word_.exchange(settled | claimed, std::memory_order_release);
    if ((before & waited_for) != 0) word_.wake_all();
  }

  bool is_settled() const noexcept {
    // (2) acquire; pairs with (1).
    return (word_.load(std::memory_order_acquire) & settled) != 0;
  }

  void wait() noexcept {
    if (is_settled()) return;
    if (!comes_in_sight([this] { return is_settled(); }))
      static_cast<void>(sleep(nullptr));
  }

  // For those who have looked in their own way.
  void wait_asleep() noexcept {
    if (!is_settled()) static_cast<void>(sleep(nullptr));
  }

  // False: the deadline passed before.
  bool wait_until(sync::time_point deadline) noexcept {
    // Not beyond the deadline.
    if (look_within(look::shortest, [this] { return is_settled(); })) return true;
    return sleep(&deadline);
  }

 private:
  static constexpr std::uint32_t settled = 1;
  static constexpr std::uint32_t claimed = 2;
  static constexpr std::uint32_t waited_for = 4;

  // False: the deadline (null: none) passed.
  bool sleep(const sync::time_point* deadline) noexcept {
    blocking_region here;
    for (std::uint32_t seen = about_to_wait(); seen != 0; seen = about_to_wait()) {
      const sync::time_point* const by = here.wake_by(deadline);
      if (by == nullptr) {
        word_.wait(seen);
      } else if (!word_.wait_until(seen, *by) && by == deadline) {
        return is_settled();
      }
    }
    return true;
  }

  // Leaves word that there is somebody to wake. Returns what to sleep on; 0: it is settled.
  std::uint32_t about_to_wait() noexcept {
    // (3) acquire; pairs with (1): it may be settled already.
    std::uint32_t seen = word_.load(std::memory_order_acquire);
    for (;;) {
      if ((seen & settled) != 0) return 0;
      if ((seen & waited_for) != 0) return seen;
      // Acquire as (3), for when it fails; that it succeeds says only that a wake is wanted.
      if (word_.compare_exchange(seen, seen | waited_for, std::memory_order_acquire,
                                 std::memory_order_acquire))
        return seen | waited_for;
    }
  }

  sync::wait_word word_;
};

}  // namespace tussle::detail
