// reused_node.h (planted): ABA.
//
// What is wrong: an update compares and exchanges the pointer to a node that it read
// before, and replaced nodes are used again at once. When two other updates land in
// between, the same node is back with another value: the comparison succeeds, and their
// results are overwritten. The fields are atomic and memory is never given back, so neither
// a race detector nor the address sanitizer has anything to say.
// The mend:      protect the node while its address is compared (a hazard pointer, as
// primitives/reclaim does; epochs), or count versions beside the pointer.
// Must be caught by: verification of read_mostly, by chance; planted_subjects_test forces
// it.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/planted/words.h"

namespace tussle::workloads::planted {

struct reused_node {
  static harness::subject_info info() {
    return {
        .name = "reused_node",
        .kind = harness::subject_kind::planted,
        .description = "Nodes are used again while others compare their address: ABA.",
        .source = "workloads/planted/reused_node.h",
        .on_seam = true,
        .breaks_invariant = harness::expectation::yes};
  }

  template <typename T>
  class cell {
   public:
    explicit cell(const T& initial) {
      node* const first = take();
      first->value.write(initial);
      // Relaxed: nobody else sees the cell yet.
      present_.store(first, std::memory_order_relaxed);
    }

    T load() const {
      // (2) acquire; pairs with (1): the node's value.
      return present_.load(std::memory_order_acquire)->value.read();
    }

    template <typename F>
    void update(F f) {
      node* const next = take();
      node* expected = present_.load(std::memory_order_acquire);  // (2)
      do {
        next->value.write(f(expected->value.read()));
        sync::schedule_point("planted.reused_node.before_exchange");
        // (1) acq_rel; pairs with (2) and itself.
      } while (!present_.compare_exchange_strong(
          expected, next, std::memory_order_acq_rel, std::memory_order_acquire));
      give_back(expected);
    }

   private:
    struct node {
      words<T> value;
    };

    // Last in, first out: an address comes back after two updates.
    node* take() {
      sync::mutex_lock lock(mutex_);
      if (free_.empty()) {
        all_.push_back(std::make_unique<node>());
        return all_.back().get();
      }
      node* const found = free_.back();
      free_.pop_back();
      return found;
    }
    void give_back(node* unused) {
      sync::mutex_lock lock(mutex_);
      free_.push_back(unused);
    }

    sync::mutex mutex_;
    std::vector<std::unique_ptr<node>> all_ ABSL_GUARDED_BY(mutex_);
    std::vector<node*> free_ ABSL_GUARDED_BY(mutex_);
    sync::atomic<node*> present_{nullptr};
  };
};

}  // namespace tussle::workloads::planted
