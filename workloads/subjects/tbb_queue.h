// tbb_queue.h (subject): oneTBB's bounded queue.
#pragma once

#if defined(TUSSLE_HAS_TBB)
#include <oneapi/tbb/concurrent_queue.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#endif

#include "harness/case/case_info.h"

namespace tussle::workloads::subjects {

struct tbb_queue {
  static constexpr const char* needs = "libtbb-dev";

  static harness::subject_info info() {
    return {.name = "tbb_queue",
            .kind = harness::subject_kind::baseline,
            .description = "A tbb::concurrent_bounded_queue; push and pop block.",
            .source = "workloads/subjects/tbb_queue.h",
            .not_race_checkable =
                "the distribution's oneTBB is not instrumented: the order between push "
                "and pop is invisible to ThreadSanitizer"};
  }

#if defined(TUSSLE_HAS_TBB)
  class queue {
   public:
    explicit queue(std::size_t capacity) {
      elements_.set_capacity(static_cast<std::ptrdiff_t>(capacity));
    }

    bool put(std::int64_t element) {
      elements_.push(element);
      return true;
    }
    // The end is an element, too, that each consumer puts back for the next.
    std::optional<std::int64_t> take() {
      std::int64_t element = 0;
      elements_.pop(element);
      if (element != end) return element;
      elements_.push(end);
      return std::nullopt;
    }
    // After the last put.
    void close() {
      if (!closed_.exchange(true)) elements_.push(end);
    }

   private:
    static constexpr std::int64_t end = std::numeric_limits<std::int64_t>::min();

    tbb::concurrent_bounded_queue<std::int64_t> elements_;
    std::atomic<bool> closed_{false};
  };
#endif
};

}  // namespace tussle::workloads::subjects
