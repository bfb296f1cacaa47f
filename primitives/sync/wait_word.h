// wait_word.h: tussle::sync::wait_word, 32 bits that threads can sleep on.
//
// An atomic<std::uint32_t> whose value a thread can wait to leave behind, without a mutex.
// On Linux a futex; elsewhere, and under ThreadSanitizer, which cannot see into the system
// call, a table of mutexes and condition variables. In mode sim the simulator's.
//
// Who changes the word wakes afterwards. A wait compares and falls asleep in one step: a
// wake that follows a change is never lost on a thread that was about to wait for it. Waits
// may end without a wake: the caller looks at the word again.
#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/sync/atomic.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

namespace detail {
// Sleep until woken, unless the word is not `expected` (relaxed) to begin with. False: the
// deadline (null: none) passed.
bool sleep_on(const atomic<std::uint32_t>& word, std::uint32_t expected,
              const time_point* deadline);
void wake(const atomic<std::uint32_t>& word, bool all) noexcept;
void wake_at(const atomic<std::uint32_t>* address, bool all) noexcept;
}  // namespace detail

class wait_word {
 public:
  constexpr wait_word() noexcept = default;
  explicit constexpr wait_word(std::uint32_t initial) noexcept : word_(initial) {}

  std::uint32_t load(std::memory_order order) const noexcept { return word_.load(order); }
  void store(std::uint32_t desired, std::memory_order order) noexcept {
    word_.store(desired, order);
  }
  std::uint32_t exchange(std::uint32_t desired, std::memory_order order) noexcept {
    return word_.exchange(desired, order);
  }
  bool compare_exchange(std::uint32_t& expected, std::uint32_t desired,
                        std::memory_order success, std::memory_order failure) noexcept {
    return word_.compare_exchange_strong(expected, desired, success, failure);
  }
  std::uint32_t fetch_add(std::uint32_t amount, std::memory_order order) noexcept {
    return word_.fetch_add(amount, order);
  }

  // Sleeps while the word is `expected`, until a wake or, now and then, for no reason.
  void wait(std::uint32_t expected) const { detail::sleep_on(word_, expected, nullptr); }

  // The same; false if the deadline passed before a wake.
  bool wait_until(std::uint32_t expected, time_point deadline) const {
    return detail::sleep_on(word_, expected, &deadline);
  }

  void wake_one() noexcept { detail::wake(word_, false); }
  void wake_all() noexcept { detail::wake(word_, true); }
  // For a word that may be gone since the change: only its address is used. Whatever lies
  // there now may be woken for no reason.
  void wake_one_at_address() noexcept { detail::wake_at(&word_, false); }

 private:
  atomic<std::uint32_t> word_{0};
};

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
