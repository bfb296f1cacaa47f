// atomic.h: tussle::sync::atomic<T>.
//
// Mode bench: std::atomic<T> itself. Modes chaos and tsan: std::atomic<T> with a
// scheduling point before each operation, and weak compare-exchanges that fail when the
// scheduler says so. Mode sim: simulated_atomic.h.
// The members are those of std::atomic that the primitives use; the memory order is
// always spelled.
#pragma once

#include <atomic>

#include "primitives/sync/mode.h"
#include "primitives/sync/schedule_point.h"

#if defined(TUSSLE_MODE_SIM)
#include "primitives/sync/simulated_atomic.h"
#endif

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

#if defined(TUSSLE_SCHEDULE_POINTS)

template <typename T>
class atomic {
 public:
  static constexpr bool is_always_lock_free = std::atomic<T>::is_always_lock_free;

  constexpr atomic() noexcept = default;
  // NOLINTNEXTLINE(google-explicit-constructor): converts, as std::atomic does
  constexpr atomic(T initial) noexcept : value_(initial) {}
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(std::memory_order order) const noexcept {
    detail::announce({operation::load, this, nullptr, order});
    return value_.load(order);
  }

  void store(T desired, std::memory_order order) noexcept {
    detail::announce({operation::store, this, nullptr, order});
    value_.store(desired, order);
  }

  T exchange(T desired, std::memory_order order) noexcept {
    detail::announce({operation::read_modify_write, this, nullptr, order});
    return value_.exchange(desired, order);
  }

  bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                             std::memory_order failure) noexcept {
    if (detail::announce(
            {operation::compare_exchange, this, nullptr, success, failure})) {
      expected = value_.load(failure);
      return false;
    }
    return value_.compare_exchange_weak(expected, desired, success, failure);
  }

  bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                               std::memory_order failure) noexcept {
    detail::announce({operation::read_modify_write, this, nullptr, success, failure});
    return value_.compare_exchange_strong(expected, desired, success, failure);
  }

  T fetch_add(T amount, std::memory_order order) noexcept {
    detail::announce({operation::read_modify_write, this, nullptr, order});
    return value_.fetch_add(amount, order);
  }

  T fetch_sub(T amount, std::memory_order order) noexcept {
    detail::announce({operation::read_modify_write, this, nullptr, order});
    return value_.fetch_sub(amount, order);
  }

  T fetch_and(T bits, std::memory_order order) noexcept {
    detail::announce({operation::read_modify_write, this, nullptr, order});
    return value_.fetch_and(bits, order);
  }

  T fetch_or(T bits, std::memory_order order) noexcept {
    detail::announce({operation::read_modify_write, this, nullptr, order});
    return value_.fetch_or(bits, order);
  }

  T fetch_xor(T bits, std::memory_order order) noexcept {
    detail::announce({operation::read_modify_write, this, nullptr, order});
    return value_.fetch_xor(bits, order);
  }

 private:
  std::atomic<T> value_;
};

#elif !defined(TUSSLE_MODE_SIM)

template <typename T>
using atomic = std::atomic<T>;

#endif

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
