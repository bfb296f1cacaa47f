// simulated_atomic.h: tussle::sync::atomic<T> of mode sim (included by atomic.h).
//
// A std::atomic<T> outside executions; inside, every operation goes to the simulator as a
// word of 64 bits.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

namespace detail {

template <typename T>
std::uint64_t to_word(const T& value) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, &value, sizeof value);
  return word;
}

template <typename T>
T from_word(std::uint64_t word) noexcept {
  T value;
  std::memcpy(&value, &word, sizeof value);
  return value;
}

}  // namespace detail

template <typename T>
class atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8 &&
                (sizeof(T) & (sizeof(T) - 1)) == 0);

 public:
  static constexpr bool is_always_lock_free = std::atomic<T>::is_always_lock_free;

  constexpr atomic() noexcept : atomic(T()) {}
  // NOLINTNEXTLINE(google-explicit-constructor): converts, as std::atomic does
  constexpr atomic(T initial) noexcept : value_(initial) {
    if (simulator* const s = detail::simulated()) s->begin_life(&value_, sizeof value_);
  }
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  T load(std::memory_order order) const noexcept {
    simulator* const s = detail::simulated();
    if (s == nullptr) return value_.load(order);
    return detail::from_word<T>(s->perform(access_of(access::load, order)).value);
  }

  void store(T desired, std::memory_order order) noexcept {
    simulator* const s = detail::simulated();
    if (s == nullptr) return value_.store(desired, order);
    s->perform(access_of(access::store, order, desired));
  }

  T exchange(T desired, std::memory_order order) noexcept {
    simulator* const s = detail::simulated();
    if (s == nullptr) return value_.exchange(desired, order);
    return change(*s, access::exchange, order, desired);
  }

  bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                             std::memory_order failure) noexcept {
    simulator* const s = detail::simulated();
    if (s == nullptr) {
      return value_.compare_exchange_weak(expected, desired, success, failure);
    }
    return compare_exchange(*s, access::compare_exchange_weak, expected, desired, success,
                            failure);
  }

  bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                               std::memory_order failure) noexcept {
    simulator* const s = detail::simulated();
    if (s == nullptr) {
      return value_.compare_exchange_strong(expected, desired, success, failure);
    }
    return compare_exchange(*s, access::compare_exchange_strong, expected, desired,
                            success, failure);
  }

  T fetch_add(T amount, std::memory_order order) noexcept {
    simulator* const s = detail::simulated();
    if (s == nullptr) return value_.fetch_add(amount, order);
    return change(*s, access::add, order, amount);
  }

  T fetch_sub(T amount, std::memory_order order) noexcept {
    simulator* const s = detail::simulated();
    if (s == nullptr) return value_.fetch_sub(amount, order);
    return change(*s, access::subtract, order, amount);
  }

  T fetch_and(T bits, std::memory_order order) noexcept {
    simulator* const s = detail::simulated();
    if (s == nullptr) return value_.fetch_and(bits, order);
    return change(*s, access::bit_and, order, bits);
  }

  T fetch_or(T bits, std::memory_order order) noexcept {
    simulator* const s = detail::simulated();
    if (s == nullptr) return value_.fetch_or(bits, order);
    return change(*s, access::bit_or, order, bits);
  }

  T fetch_xor(T bits, std::memory_order order) noexcept {
    simulator* const s = detail::simulated();
    if (s == nullptr) return value_.fetch_xor(bits, order);
    return change(*s, access::bit_xor, order, bits);
  }

 private:
  // The simulator writes the newest value into the object, of whatever a const member
  // loads.
  memory_access access_of(access kind, std::memory_order order, T operand = T()) const {
    return {.kind = kind,
            .size = sizeof(T),
            .address = const_cast<std::atomic<T>*>(&value_),
            .operand = detail::to_word(operand),
            .order = order,
            .failure_order = order};
  }

  T change(simulator& s, access kind, std::memory_order order, T operand) noexcept {
    return detail::from_word<T>(s.perform(access_of(kind, order, operand)).value);
  }

  bool compare_exchange(simulator& s, access kind, T& expected, T desired,
                        std::memory_order success, std::memory_order failure) noexcept {
    memory_access next = access_of(kind, success, desired);
    next.expected = detail::to_word(expected);
    next.failure_order = failure;
    const memory_result result = s.perform(next);
    if (!result.exchanged) expected = detail::from_word<T>(result.value);
    return result.exchanged;
  }

  std::atomic<T> value_;
};

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
