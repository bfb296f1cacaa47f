// mcs_lock.h (subject): a queue lock whose waiters each watch a line of their own.
#pragma once

#include <atomic>
#include <cstdint>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "workloads/subjects/locked_cell.h"
#include "workloads/subjects/queue_nodes.h"
#include "workloads/subjects/spin_wait.h"

namespace tussle::workloads::subjects {

// Mellor-Crummey and Scott, "Algorithms for scalable synchronization on shared-memory
// multiprocessors", ACM TOCS 9(1), 1991, section 2.4.
//
//   tail_ → last of the line, null when the lock is free
//   lock:   put a node at the tail; if somebody was there, tell him and wait to be called
//   unlock: call the next one; if there is none, empty the line, unless somebody comes in
//           between, who then is about to say so
//
// A node belongs to the thread that stands on it from lock to unlock. Its neighbour behind
// writes `next`, once, before unlock ends; nobody touches it after that.
class mcs_queue_lock {
 public:
  void lock() {
    node* const mine = queue_nodes<node>::mine().take();
    // Relaxed: (1) hands the node over.
    mine->next.store(nullptr, std::memory_order_relaxed);
    mine->called.store(false, std::memory_order_relaxed);
    // (1) acquire; pairs with the release (5) that left the lock free. Release; pairs with
    // the acquire of the next arrival's (1), which then writes to this node.
    node* const before = tail_.exchange(mine, std::memory_order_acq_rel);
    if (before != nullptr) {
      before->next.store(mine, std::memory_order_release);  // (2) → (4)
      spin_wait wait;
      while (!mine->called.load(std::memory_order_acquire)) wait.turn();  // (3) ← (6)
    }
    owner_ = mine;
  }

  void unlock() {
    node* const mine = owner_;
    node* next = mine->next.load(std::memory_order_acquire);  // (4) ← (2)
    if (next == nullptr) next = leave_or_await_next(mine);
    if (next != nullptr)
      next->called.store(true, std::memory_order_release);  // (6) → (3)
    queue_nodes<node>::mine().give_back(mine);
  }

  // The end of the line: another value after each arrival. For tests.
  std::uintptr_t last_place() const {
    // Relaxed: only compared.
    return reinterpret_cast<std::uintptr_t>(tail_.load(std::memory_order_relaxed));
  }

 private:
  struct alignas(harness::padding) node {
    std::atomic<node*> next{nullptr};
    std::atomic<bool> called{false};
  };

  // Null if the line is empty now.
  node* leave_or_await_next(node* mine) {
    node* expected = mine;
    // (5) release; pairs with the acquire (1) of whoever finds the lock free. Relaxed on
    // failure: only says that somebody is coming, whom (4) then finds.
    if (tail_.compare_exchange_strong(expected, nullptr, std::memory_order_release,
                                      std::memory_order_relaxed)) {
      return nullptr;
    }
    spin_wait wait;
    for (;;) {
      node* const next = mine->next.load(std::memory_order_acquire);  // (4) ← (2)
      if (next != nullptr) return next;
      wait.turn();
    }
  }

  alignas(harness::padding) std::atomic<node*> tail_{nullptr};
  alignas(harness::padding) node* owner_ = nullptr;  // used by the owner only
};

struct mcs_lock {
  static harness::subject_info info() {
    return {.name = "mcs_lock",
            .kind = harness::subject_kind::baseline,
            .description =
                "An MCS queue lock around a plain value: first come, first "
                "served; each waiter watches a line of its own.",
            .source = "workloads/subjects/mcs_lock.h"};
  }

  template <typename T>
  using cell = locked_cell<T, mcs_queue_lock>;
};

}  // namespace tussle::workloads::subjects
