// cell.h: one snapshot that many threads load and replace atomically, by identity.
//
// What atoms and volatile cells are made of: no validators, no watches, no retries.
//
//   inline  one lock-free word; wait-free load, store and exchange.
//   boxed   a node handle under a mutex; every operation holds it for a few instructions
//           and runs no code of T under it: what an operation displaces is handed out and
//           dies after the unlock.
//
// Consistency: linearizable, and all operations on all cells fit one total order (inline:
// every operation is seq_cst; boxed: the critical sections of two cells cannot be ordered
// both ways round, because lock order and program order would form a cycle in
// happens-before). What a thread did before it stored a value is visible to whoever loads
// that value.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "primitives/reference/snapshot.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/mutex.h"

namespace tussle {

// Boxed representation.
template <typename T>
class cell {
 public:
  explicit cell(snapshot<T> initial) noexcept : value_(std::move(initial)) {}

  snapshot<T> load() const {
    sync::mutex_lock lock(mutex_);
    return value_;
  }

  // f(v) for the present value v, borrowed until f returns.
  template <typename F>
  std::invoke_result_t<F&, const T&> read(F& f) const {
    const snapshot<T> present = load();
    return std::invoke(f, *present);
  }

  // Installs `next` and returns exactly the value that it replaced.
  snapshot<T> exchange(snapshot<T> next) {
    sync::mutex_lock lock(mutex_);
    std::swap(value_, next);
    return next;
  }

  // Installs `next` if the cell holds `expected`. Never fails spuriously.
  bool compare_exchange_strong(const snapshot<T>& expected, snapshot<T> next) {
    sync::mutex_lock lock(mutex_);
    if (!value_.same_as(expected)) return false;
    std::swap(value_,
              next);  // the displaced value dies with the parameter, after the unlock
    return true;
  }

  // As above; on failure, which may be spurious, makes `expected` the present value.
  bool compare_exchange_weak(snapshot<T>& expected, snapshot<T> next) {
    if (compare_exchange_strong(expected, std::move(next))) return true;
    expected = load();
    return false;
  }

 private:
  mutable sync::mutex mutex_;
  snapshot<T> value_ ABSL_GUARDED_BY(mutex_);
};

namespace detail {

// The unsigned word of a size.
template <std::size_t Bytes>
using word_of = std::conditional_t<
    Bytes == 1, std::uint8_t,
    std::conditional_t<Bytes == 2, std::uint16_t,
                       std::conditional_t<Bytes == 4, std::uint32_t, std::uint64_t>>>;

}  // namespace detail

// Inline representation. Every operation is seq_cst: acquire and release alone would let
// two threads that each store to one cell and load the other both miss the other's store
// (CONTRACT.md, ATOM-14).
//
// The atomic holds the bits of T as an unsigned word: clang calls a library for an atomic
// T that is aligned to less than its size, such as a struct of two int32_t.
template <inline_value T>
class cell<T> {
 public:
  explicit cell(snapshot<T> initial) noexcept : bits_(bits(initial)) {}

  snapshot<T> load() const noexcept {
    return value(bits_.load(std::memory_order_seq_cst));
  }

  // f(v) for the present value v, borrowed until f returns.
  template <typename F>
  std::invoke_result_t<F&, const T&> read(F& f) const {
    const snapshot<T> present = load();
    return std::invoke(f, *present);
  }

  snapshot<T> exchange(snapshot<T> next) noexcept {
    return value(bits_.exchange(bits(next), std::memory_order_seq_cst));
  }

  // Installs `next` if the cell holds `expected`. Never fails spuriously.
  bool compare_exchange_strong(const snapshot<T>& expected, snapshot<T> next) noexcept {
    word present = bits(expected);
    return bits_.compare_exchange_strong(present, bits(next), std::memory_order_seq_cst,
                                         std::memory_order_seq_cst);
  }

  // As above; on failure, which may be spurious, makes `expected` the present value.
  bool compare_exchange_weak(snapshot<T>& expected, snapshot<T> next) noexcept {
    word present = bits(expected);
    if (bits_.compare_exchange_weak(present, bits(next), std::memory_order_seq_cst,
                                    std::memory_order_seq_cst)) {
      return true;
    }
    expected = value(present);
    return false;
  }

 private:
  using word = detail::word_of<sizeof(T)>;
  static_assert(sync::atomic<word>::is_always_lock_free);

  static word bits(const snapshot<T>& s) noexcept { return std::bit_cast<word>(*s); }
  static snapshot<T> value(word w) noexcept { return snapshot<T>(std::bit_cast<T>(w)); }

  sync::atomic<word> bits_;
};

}  // namespace tussle
