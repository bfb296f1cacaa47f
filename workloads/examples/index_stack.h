// index_stack.h (example): hands numbers out without a lock, each to one owner at a time.
//
// A stack of free numbers, linked through an array (Treiber 1986). Whoever pops reads the
// top and its successor and then replaces the one by the other. In between, others may pop
// both and push the first again: the top looks as before, but its successor has an owner.
// That is the ABA problem. A version beside the top, counted up by every push, tells the
// two apart.
//
// Progress:      lock-free.
// Thread safety: all functions from any threads at once; push takes what pop gave.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "primitives/sync/atomic.h"

namespace tussle::workloads::examples {

// `Versioned` false: without the version, and broken. `Publication` relaxed: broken, too,
// where memory is weak.
template <bool Versioned, std::memory_order Publication = std::memory_order_release>
class index_stack {
 public:
  static constexpr std::uint32_t size = 3;

  // All numbers below `size` are free, 0 on top.
  index_stack() {
    // Relaxed: nobody else sees the stack yet.
    for (std::uint32_t i = 0; i < size; ++i) {
      next_[i].store(i + 1, std::memory_order_relaxed);
    }
  }

  // A number that is the caller's until it is pushed; nothing if none is free.
  std::optional<std::uint32_t> pop() {
    // (1) acquire; pairs with (2): the successor is what the last push of it wrote.
    place top = top_.load(std::memory_order_acquire);
    while (top.index < size) {
      // Relaxed: (1), or the failure below, made it visible.
      const std::uint32_t next = next_[top.index].load(std::memory_order_relaxed);
      if (top_.compare_exchange_weak(top, {next, top.version}, std::memory_order_acquire,
                                     std::memory_order_acquire)) {
        return top.index;
      }
    }
    return std::nullopt;
  }

  void push(std::uint32_t index) {
    // Relaxed: only what (2) expects to replace.
    place top = top_.load(std::memory_order_relaxed);
    do {
      next_[index].store(top.index, std::memory_order_relaxed);  // published by (2)
      // (2) release, if it is not weakened; pairs with (1).
    } while (!top_.compare_exchange_weak(top,
                                         {index, top.version + (Versioned ? 1U : 0U)},
                                         Publication, std::memory_order_relaxed));
  }

 private:
  struct alignas(8) place {
    std::uint32_t index;
    std::uint32_t version;
  };

  sync::atomic<place> top_{place{0, 0}};
  std::array<sync::atomic<std::uint32_t>, size> next_;
};

}  // namespace tussle::workloads::examples
