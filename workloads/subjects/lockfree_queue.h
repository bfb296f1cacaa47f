// lockfree_queue.h (subject): Boost.Lockfree's queue, of a fixed number of nodes. Nobody sleeps:
// who waits spins, giving his core to others in between.
#pragma once

#if defined(TUSSLE_HAS_LOCKFREE)
#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <thread>
#endif

#include "harness/case/case_info.h"

namespace tussle::workloads::subjects {

struct lockfree_queue {
  static constexpr const char* needs = "libboost-dev";

  static harness::subject_info info() {
    return {
        .name = "lockfree_queue",
        .kind = harness::subject_kind::baseline,
        .description =
            "A boost::lockfree::queue of a fixed number of nodes; who waits spins and "
            "yields: see the processor time.",
        .source = "workloads/subjects/lockfree_queue.h",
        .not_race_checkable =
            "who comes late may look at the plain link of a node that is free again; "
            "a tag makes it try again, but ThreadSanitizer reports the look"};
  }

#if defined(TUSSLE_HAS_LOCKFREE)
  class queue {
   public:
    explicit queue(std::size_t capacity) : elements_(capacity) {}

    bool put(std::int64_t element) {
      while (!elements_.bounded_push(element)) std::this_thread::yield();
      return true;
    }
    std::optional<std::int64_t> take() {
      std::int64_t element = 0;
      for (;;) {
        const bool closed = closed_.load();
        if (elements_.pop(element)) return element;
        if (closed) return std::nullopt;
        std::this_thread::yield();
      }
    }
    void close() { closed_.store(true); }

   private:
    boost::lockfree::queue<std::int64_t> elements_;
    std::atomic<bool> closed_{false};
  };
#endif
};

}  // namespace tussle::workloads::subjects
