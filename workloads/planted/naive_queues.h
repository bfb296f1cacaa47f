// naive_queues.h (planted): bounded queues as they are often written first.
//
// element_twice:  looks at the first element under the lock, and removes it under the lock
//                 again: two consumers may have the same one.
// lost_on_close:  closed means that nothing more comes, and what is there is left there.
// newest_first:   a vector, of which the end is the next to be taken.
// one_condition:  producers and consumers wait for one condition and notify one thread: that
//                 may be another producer, and the consumer sleeps on.
// no_bound:       nobody waits for room, nor to be met: memory grows with whoever is faster.
// The mend:       subjects/queues.h.
// Must be caught by: verification of producers_consumers; no_bound by that of history_queue and
//                 history_handover, too.
//
// Nobody sleeps for ever: who could have gone on when he gave up, after some milliseconds,
// says so.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/subjects/queues.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_queue_info(std::string name, std::string description,
                                              harness::expectation caught) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_queues.h",
          .breaks_invariant = caught};
}

struct element_twice {
  static constexpr bool may_be_closed_by_others = true;

  static harness::subject_info info() {
    return naive_queue_info("element_twice",
                            "A first element that is looked at and then removed.",
                            harness::expectation::may);
  }

  class queue : public subjects::condition_queue::queue {
   public:
    using subjects::condition_queue::queue::queue;

    std::optional<std::int64_t> take() {
      std::int64_t first = 0;
      {
        std::unique_lock held(lock_);
        there_.wait(held, [&] { return closed_ || !elements_.empty(); });
        if (elements_.empty()) return std::nullopt;
        first = elements_.front();
      }
      sync::schedule_point("planted.element_twice.looked");
      sync::yield();  // what happens now and then, often
      const std::lock_guard held(lock_);
      if (!elements_.empty()) elements_.pop_front();
      room_.notify_one();
      return first;
    }
  };
};

struct lost_on_close {
  static harness::subject_info info() {
    return naive_queue_info("lost_on_close",
                            "A queue that gives nothing any more once it is closed.",
                            harness::expectation::may);
  }

  class queue : public subjects::condition_queue::queue {
   public:
    using subjects::condition_queue::queue::queue;

    std::optional<std::int64_t> take() {
      {
        const std::lock_guard held(lock_);
        if (closed_) return std::nullopt;
      }
      return subjects::condition_queue::queue::take();
    }
  };
};

struct newest_first {
  static constexpr bool may_be_closed_by_others = true;

  static harness::subject_info info() {
    return naive_queue_info("newest_first", "A stack where a queue is needed.",
                            harness::expectation::may);
  }

  class queue : public subjects::condition_queue::queue {
   public:
    using subjects::condition_queue::queue::queue;

    std::optional<std::int64_t> take() {
      std::unique_lock held(lock_);
      there_.wait(held, [&] { return closed_ || !elements_.empty(); });
      if (elements_.empty()) return std::nullopt;
      const std::int64_t element = elements_.back();
      elements_.pop_back();
      room_.notify_one();
      return element;
    }
  };
};

struct one_condition {
  static harness::subject_info info() {
    return naive_queue_info("one_condition",
                            "Producers and consumers that wait for one condition, of "
                            "which one thread is notified.",
                            harness::expectation::may);
  }

  class queue : public subjects::condition_queue::queue {
   public:
    using subjects::condition_queue::queue::queue;

    bool put(std::int64_t element) {
      std::unique_lock held(lock_);
      wait(held, [&] { return closed_ || elements_.size() < capacity_; });
      if (closed_) return false;
      elements_.push_back(element);
      there_.notify_one();
      return true;
    }
    std::optional<std::int64_t> take() {
      std::unique_lock held(lock_);
      wait(held, [&] { return closed_ || !elements_.empty(); });
      if (elements_.empty()) return std::nullopt;
      const std::int64_t element = elements_.front();
      elements_.pop_front();
      there_.notify_one();
      return element;
    }
    std::int64_t slept_in_vain() const { return slept_in_vain_.load(); }

   private:
    static constexpr std::chrono::milliseconds patience{5};

    template <typename Ready>
    void wait(std::unique_lock<std::mutex>& held, Ready ready) {
      while (!ready()) {
        if (there_.wait_for(held, patience) == std::cv_status::timeout && ready())
          slept_in_vain_.fetch_add(1);
      }
    }

    std::atomic<std::int64_t> slept_in_vain_{0};
  };
};

struct no_bound {
  static constexpr bool may_have_no_room = true;  // as it says
  static constexpr bool may_be_closed_by_others = true;

  static harness::subject_info info() {
    return naive_queue_info("no_bound", "A queue of which nobody waits for room.",
                            harness::expectation::may);
  }

  class queue : public subjects::condition_queue::queue {
   public:
    explicit queue(std::size_t /*capacity*/)
        : subjects::condition_queue::queue(std::numeric_limits<std::size_t>::max()) {}
  };
};

}  // namespace tussle::workloads::planted
