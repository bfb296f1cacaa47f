// short_mutex.h: tussle::sync::short_mutex, for sections of a few instructions.
//
// Four bytes. It spins for about a microsecond before it sleeps: whoever holds it is mostly
// through by then. Not re-entrant, not fair, no condition variables. It may be destroyed by
// whoever holds it last as soon as he has given it up: then nothing of it is touched but its
// address. In mode sim the simulator's.
//
//   free ◀──▶ held ──somebody sleeps──▶ waited for ──unlock──▶ free, one is woken
//
// Source: Drepper, "Futexes are tricky" (2011), the second mutex.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/mode.h"
#include "primitives/sync/simulator.h"
#include "primitives/sync/wait_word.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

namespace detail {

// What it is made of.
class short_mutex_word {
 public:
  constexpr short_mutex_word() noexcept = default;

  void lock() noexcept {
    if (!try_lock()) [[unlikely]]
      lock_slowly();
  }

  bool try_lock() noexcept {
    std::uint32_t seen = free;
    // (1) acquire; pairs with (3): what was done under the lock before. Relaxed on failure:
    // nothing is concluded from it.
    return word_.compare_exchange(seen, held, std::memory_order_acquire,
                                  std::memory_order_relaxed);
  }

  void unlock() noexcept {
    // (3) release; pairs with (1) and (2).
    if (word_.exchange(free, std::memory_order_release) == waited_for) [[unlikely]]
      word_.wake_one_at_address();
  }

 private:
  static constexpr std::uint32_t free = 0;
  static constexpr std::uint32_t held = 1;
  static constexpr std::uint32_t waited_for = 2;

  void lock_slowly() noexcept;

  wait_word word_{free};
};

}  // namespace detail

class ABSL_LOCKABLE short_mutex {
 public:
  constexpr short_mutex() noexcept {
    if (simulator* s = detail::simulated()) s->begin_life(this, sizeof *this);
  }
  short_mutex(const short_mutex&) = delete;
  short_mutex& operator=(const short_mutex&) = delete;

  void lock() noexcept ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    if (simulator* s = detail::simulated()) return s->lock(this);
    word_.lock();
  }
  bool try_lock() noexcept ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) {
    if (simulator* s = detail::simulated()) return s->try_lock(this);
    return word_.try_lock();
  }
  void unlock() noexcept ABSL_UNLOCK_FUNCTION() {
    if (simulator* s = detail::simulated()) return s->unlock(this);
    word_.unlock();
  }

 private:
  detail::short_mutex_word word_;
};

// Holds one for a scope.
class ABSL_SCOPED_LOCKABLE short_lock {
 public:
  explicit short_lock(short_mutex& m) noexcept ABSL_EXCLUSIVE_LOCK_FUNCTION(m)
      : mutex_(m) {
    mutex_.lock();
  }
  ~short_lock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  short_lock(const short_lock&) = delete;
  short_lock& operator=(const short_lock&) = delete;

 private:
  short_mutex& mutex_;
};

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
