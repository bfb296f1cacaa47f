// clh_lock.h (subject): a queue lock whose waiters each watch the one before them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "workloads/subjects/locked_cell.h"
#include "workloads/subjects/queue_nodes.h"
#include "workloads/subjects/spin_wait.h"

namespace tussle::workloads::subjects {

// Craig, "Building FIFO and priority-queuing spin locks from atomic swap", University of
// Washington TR 93-02-02, 1993; Magnusson, Landin and Hagersten, "Queue locks on cache
// coherent multiprocessors", IPPS 1994.
//
//   tail_ → the node of the last arrival; at first one that nobody stands on
//   lock:   put a busy node at the tail, and wait until the one before it is not busy
//   unlock: own node not busy; keep the node of the one before instead, which nobody
//           watches any more
//
// So each acquisition leaves one node in the line and takes one out, and release is a
// single store, also when somebody is just arriving.
class clh_queue_lock {
 public:
  clh_queue_lock() = default;
  clh_queue_lock(const clh_queue_lock&) = delete;
  clh_queue_lock& operator=(const clh_queue_lock&) = delete;
  // Relaxed: nobody may use a lock that dies.
  ~clh_queue_lock() { delete tail_.load(std::memory_order_relaxed); }

  void lock() {
    node* const mine = queue_nodes<node>::mine().take();
    mine->busy.store(true, std::memory_order_relaxed);  // relaxed: (1) hands it over
    // (1) release: whoever comes next finds the node busy; acquire: pairs with that
    // release of the one before, whose node this thread now watches.
    node* const before = tail_.exchange(mine, std::memory_order_acq_rel);
    spin_wait wait;
    while (before->busy.load(std::memory_order_acquire)) wait.turn();  // (2) ← (3)
    owner_ = mine;
    before_owner_ = before;
  }

  void unlock() {
    node* const mine = owner_;
    queue_nodes<node>::mine().give_back(before_owner_);
    mine->busy.store(false, std::memory_order_release);  // (3) → (2)
  }

  // The end of the line: another value after each arrival. For tests.
  std::uintptr_t last_place() const {
    // Relaxed: only compared.
    return reinterpret_cast<std::uintptr_t>(tail_.load(std::memory_order_relaxed));
  }

 private:
  struct alignas(harness::padding) node {
    std::atomic<bool> busy{false};
  };

  alignas(harness::padding) std::atomic<node*> tail_{std::make_unique<node>().release()};
  // Used by the owner only.
  alignas(harness::padding) node* owner_ = nullptr;
  node* before_owner_ = nullptr;
};

struct clh_lock {
  static harness::subject_info info() {
    return {.name = "clh_lock",
            .kind = harness::subject_kind::baseline,
            .description =
                "A CLH queue lock around a plain value: first come, first "
                "served; each waiter watches the one before it.",
            .source = "workloads/subjects/clh_lock.h"};
  }

  template <typename T>
  using cell = locked_cell<T, clh_queue_lock>;
};

}  // namespace tussle::workloads::subjects
