// atomic_queue.h (subject): Egorushkin's atomic_queue, a ring of atomics. Nobody sleeps: who
// waits spins, giving his core to others in between.
#pragma once

#if defined(TUSSLE_HAS_ATOMIC_QUEUE)
#include <atomic_queue/atomic_queue.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <thread>
#endif

#include "harness/case/case_info.h"

namespace tussle::workloads::subjects {

struct atomic_queue {
  static constexpr const char* needs = "libatomic-queue-dev";

  static harness::subject_info info() {
    return {
        .name = "atomic_queue",
        .kind = harness::subject_kind::baseline,
        .description =
            "An atomic_queue::AtomicQueueB; who waits spins and yields: see the "
            "processor time. Room for other than a power of two from 64 on is counted "
            "beside it. Elements may change places: who has drawn a number and sleeps "
            "for a whole turn of the ring finds a later element in its slot.",
        .source = "workloads/subjects/atomic_queue.h",
        .not_race_checkable =
            "it takes elements out by exchanges that release and do not acquire: between "
            "a put and its take there is no order that ThreadSanitizer could see"};
  }

  // A slot does not know whose turn it is. Seen under perturbation with room for 1024.
  static constexpr bool may_overtake = true;

#if defined(TUSSLE_HAS_ATOMIC_QUEUE)
  class queue {
   public:
    explicit queue(std::size_t capacity)
        : elements_(static_cast<unsigned>(capacity)),
          room_(static_cast<std::int64_t>(capacity)),
          counts_(elements_.capacity() != capacity) {}

    bool put(std::int64_t element) {
      while (!has_room()) std::this_thread::yield();
      while (!elements_.try_push(element)) std::this_thread::yield();
      return true;
    }
    std::optional<std::int64_t> take() {
      std::int64_t element = 0;
      for (;;) {
        const bool closed = closed_.load();
        if (elements_.try_pop(element)) break;
        if (closed) return std::nullopt;
        std::this_thread::yield();
      }
      // Relaxed: a count; the element has come already.
      if (counts_) room_.fetch_add(1, std::memory_order_relaxed);
      return element;
    }
    void close() { closed_.store(true); }

   private:
    static constexpr std::int64_t nothing = std::numeric_limits<std::int64_t>::min();

    // Takes a place, where they are counted. The ring is larger then: it has one, too.
    bool has_room() {
      if (!counts_) return true;
      // Relaxed: nothing is read because of it.
      if (room_.fetch_sub(1, std::memory_order_relaxed) > 0) return true;
      room_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }

    ::atomic_queue::AtomicQueueB<std::int64_t, std::allocator<std::int64_t>, nothing>
        elements_;
    std::atomic<std::int64_t> room_;
    const bool counts_;
    std::atomic<bool> closed_{false};
  };
#endif
};

}  // namespace tussle::workloads::subjects
