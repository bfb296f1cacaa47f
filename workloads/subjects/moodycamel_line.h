// moodycamel_line.h (subject): moodycamel's concurrent queue before each of a few threads, of
// which each has its share of the targets.
//
// The queue keeps the order of what one thread puts in, which is all that is asked for here.
#pragma once

#if defined(TUSSLE_HAS_MOODYCAMEL)
#include <concurrentqueue/blockingconcurrentqueue.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "workloads/subjects/serial_lines.h"
#endif

#include "harness/case/case_info.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/increments.h"

namespace tussle::workloads::subjects {

struct moodycamel_line {
  static constexpr const char* needs = "libconcurrentqueue-dev";

  static harness::subject_info info() {
    return {
        .name = "moodycamel_line",
        .kind = harness::subject_kind::baseline,
        .description =
            "A few threads, each with a moodycamel::BlockingConcurrentQueue, and each "
            "with its share of the targets.",
        .source = "workloads/subjects/moodycamel_line.h",
        .not_race_checkable =
            "moodycamel's queue orders what it hands over by standalone fences, which "
            "ThreadSanitizer does not model: it reports correct hand-overs"};
  }

#if defined(TUSSLE_HAS_MOODYCAMEL)
  class lines {
   public:
    lines(runtime& /*on*/, std::int64_t targets)
        : values_(static_cast<std::size_t>(targets)), queues_(usual_width()) {
      threads_.reserve(queues_.size());
      for (queue& each : queues_)
        threads_.emplace_back([this, &each] { apply_all(each); });
    }
    ~lines() { finish(); }
    lines(const lines&) = delete;
    lines& operator=(const lines&) = delete;

    void send(std::int64_t target, const increment& one) {
      queues_[static_cast<std::size_t>(target) % queues_.size()].enqueue({target, one});
    }
    void finish() {
      if (threads_.empty()) return;
      for (queue& each : queues_) each.enqueue({});
      threads_.clear();  // joins
    }
    std::int64_t value(std::int64_t target) const {
      return values_[static_cast<std::size_t>(target)];
    }

   private:
    using queue = moodycamel::BlockingConcurrentQueue<sent_increment>;

    // What comes without a target says that all senders have ended; what others sent may come
    // after it, as there is no order between senders.
    void apply_all(queue& from) {
      std::array<sent_increment, 32> taken;
      for (bool ends = false;;) {
        const std::size_t count =
            ends ? from.try_dequeue_bulk(taken.begin(), taken.size())
                 : from.wait_dequeue_bulk(taken.begin(), taken.size());
        if (ends && count == 0) return;
        for (std::size_t i = 0; i < count; ++i) {
          if (taken[i].target < 0) {
            ends = true;
            continue;
          }
          std::int64_t& value = values_[static_cast<std::size_t>(taken[i].target)];
          value = taken[i].what(value);
        }
      }
    }

    std::vector<std::int64_t> values_;
    std::vector<queue> queues_;
    std::vector<std::jthread> threads_;
  };
#endif
};

}  // namespace tussle::workloads::subjects
