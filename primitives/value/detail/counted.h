// counted.h: the count that every node of a value begins with.
//
// A node is born with a count of one, which belongs to whoever made it.
//
// Thread safety: the count may be changed from any threads at once.
#pragma once

#include <cstdint>

#include "primitives/sync/atomic.h"

namespace tussle::value::detail {

// Tests look at which nodes values share (testing/value_nodes_testing.h).
struct node_walk;

class counted {
 public:
  counted() = default;
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;

  // One more reference. Only while something keeps the node alive.
  void acquire() const noexcept {
    // Relaxed: the caller can already use the node, so nothing has to become visible here.
    count_.fetch_add(1, std::memory_order_relaxed);
  }

  // One reference less. True: it was the last, and the caller destroys the node.
  [[nodiscard]] bool drop() const noexcept {
    // (1) acquire; pairs with (2): what the others did with the node happened before, and a
    // locked instruction is saved.
    if (count_.load(std::memory_order_acquire) == 1) return true;
    // (2) acq_rel; pairs with itself, (1) and (3): what every other owner did happens before
    // the destruction by the last, and before edits by the only one that is left.
    return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

  // Whether the caller's reference is the only one.
  bool unique() const noexcept {
    return count_.load(std::memory_order_acquire) == 1;  // (3) pairs with (2)
  }

 private:
  mutable sync::atomic<std::uint32_t> count_{1};
};

}  // namespace tussle::value::detail
