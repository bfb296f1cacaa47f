// moodycamel_queue.h (subject): moodycamel's concurrent queue, with a semaphore for its room.
//
// The queue itself has no bound: who wants one counts, as here. It keeps the order of what one
// thread puts in.
#pragma once

#if defined(TUSSLE_HAS_MOODYCAMEL)
#include <concurrentqueue/blockingconcurrentqueue.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#endif

#include "harness/case/case_info.h"

namespace tussle::workloads::subjects {

struct moodycamel_queue {
  static constexpr const char* needs = "libconcurrentqueue-dev";

  static harness::subject_info info() {
    return {
        .name = "moodycamel_queue",
        .kind = harness::subject_kind::baseline,
        .description =
            "A moodycamel::BlockingConcurrentQueue, and its LightweightSemaphore for "
            "the room that is left.",
        .source = "workloads/subjects/moodycamel_queue.h",
        .not_race_checkable =
            "moodycamel's queue orders what it hands over by standalone fences, which "
            "ThreadSanitizer does not model: it reports correct hand-overs"};
  }

#if defined(TUSSLE_HAS_MOODYCAMEL)
  class queue {
   public:
    explicit queue(std::size_t capacity)
        : room_(static_cast<moodycamel::LightweightSemaphore::ssize_t>(capacity)) {}

    bool put(std::int64_t element) {
      while (!room_.wait()) {
      }
      elements_.enqueue(element);
      return true;
    }

    // The queue knows no end: whoever waits looks for one now and then.
    std::optional<std::int64_t> take() {
      std::int64_t element = 0;
      for (bool closed = false;;) {
        if (elements_.wait_dequeue_timed(element, between_looks)) {
          room_.signal();
          return element;
        }
        if (closed) return std::nullopt;
        closed = closed_.load();
      }
    }

    void close() { closed_.store(true); }

   private:
    static constexpr std::chrono::milliseconds between_looks{1};

    moodycamel::BlockingConcurrentQueue<std::int64_t> elements_;
    moodycamel::LightweightSemaphore room_;
    std::atomic<bool> closed_{false};
  };
#endif
};

}  // namespace tussle::workloads::subjects
