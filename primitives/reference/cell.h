// cell.h: one snapshot that many threads load and replace atomically, by identity.
//
// What atoms and volatile cells are made of: no validators, no watches, no retries.
//
//   inline  one lock-free word; wait-free load, store and exchange.
//   boxed   a node, found and replaced without locks (reclaim/node_cell.h). A load begins
//           again only if another thread replaced the node in between.
//
// Consistency: linearizable, and all operations on all cells fit one total order: every
// operation that decides something is seq_cst. Acquire and release alone would let two
// threads that each store to one cell and load the other both miss the other's store
// (CONTRACT.md, ATOM-14). What a thread did before it stored a value is visible to whoever
// loads that value.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "primitives/reclaim/node_cell.h"
#include "primitives/reference/snapshot.h"
#include "primitives/sync/atomic.h"

namespace tussle {

// Boxed representation. Functions throw std::bad_alloc where they may have to find memory
// for bookkeeping, with nothing changed.
template <typename T>
class cell {
 public:
  explicit cell(snapshot<T> initial) noexcept : node_(std::move(initial.node_)) {}

  snapshot<T> load() const { return snapshot<T>(node_.load()); }
  // For threads that are about to replace what they load.
  snapshot<T> load_to_replace() const { return snapshot<T>(node_.load_to_replace()); }

  // f(v) for the present value v, borrowed until f returns.
  template <typename F>
  std::invoke_result_t<F&, const T&> read(F& f) const {
    return node_.read(f);
  }

  // Installs `next` and returns exactly the value that it replaced.
  snapshot<T> exchange(snapshot<T>& next) {
    return snapshot<T>(node_.exchange(next.node_));
  }

  // Installs `next` if the cell holds `expected`. Never fails spuriously.
  bool compare_exchange_strong(const snapshot<T>& expected, snapshot<T>& next) {
    return node_.compare_exchange_strong(expected.node_, next.node_);
  }

  // As above; on failure, which may be spurious, makes `expected` the present value.
  bool compare_exchange_weak(snapshot<T>& expected, snapshot<T>& next) {
    if (node_.compare_exchange_weak(expected.node_, next.node_)) return true;
    expected = load_to_replace();
    return false;
  }

 private:
  reclaim::node_cell<T> node_;
};

namespace detail {

// The unsigned word of a size.
template <std::size_t Bytes>
using word_of = std::conditional_t<
    Bytes == 1, std::uint8_t,
    std::conditional_t<Bytes == 2, std::uint16_t,
                       std::conditional_t<Bytes == 4, std::uint32_t, std::uint64_t>>>;

}  // namespace detail

// Inline representation. The atomic holds the bits of T as an unsigned word: clang calls a library for an atomic
// T that is aligned to less than its size, such as a struct of two int32_t.
template <inline_value T>
class cell<T> {
 public:
  explicit cell(snapshot<T> initial) noexcept : bits_(bits(initial)) {}

  snapshot<T> load() const noexcept {
    return value(bits_.load(std::memory_order_seq_cst));
  }

  snapshot<T> load_to_replace() const noexcept { return load(); }

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
