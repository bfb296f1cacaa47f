// naive_publishers.h (planted): a subscriber is removed, and nobody else hears of it.
//
// held_by_the_gone: removing a subscriber takes him from the list; who waits for room in his
//                   queue waits on, although he reads nothing any more.
// The mend:         subjects/publishers.h: removing ends the waiting.
// Must be caught by: verification of pub_sub where some leave.
//
// Nobody waits for ever: who has waited in vain for some milliseconds gives up, and says so.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "harness/case/case_info.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/pub_sub.h"
#include "workloads/subjects/publishers.h"

namespace tussle::workloads::planted {

struct held_by_the_gone {
  static harness::subject_info info() {
    return {.name = "held_by_the_gone",
            .kind = harness::subject_kind::planted,
            .description =
                "Publishers that wait for room with a subscriber who is removed wait on.",
            .source = "workloads/planted/naive_publishers.h",
            .breaks_invariant = harness::expectation::may};
  }

  class reader : public subjects::threaded_reader {
   public:
    using subjects::threaded_reader::threaded_reader;

    void put(const message& one) {
      std::unique_lock held(lock_);
      while (then_ == no_room::waits && !has_room()) {
        const bool gave_up = room_.wait_for(held, patience) == std::cv_status::timeout;
        if (!gave_up || !has_left_) continue;
        ++held_in_vain_;
        return;
      }
      if (!has_left_) add(one);
    }
    // His thread is told, and nobody else.
    void leave() {
      const std::lock_guard held(lock_);
      has_left_ = true;
      there_.notify_all();
    }
    std::int64_t held_in_vain() {
      const std::lock_guard held(lock_);
      return held_in_vain_;
    }

   private:
    static constexpr std::chrono::milliseconds patience{5};

    std::int64_t held_in_vain_ = 0;
  };

  class publisher : public subjects::listing_publisher<reader, false> {
    using base = subjects::listing_publisher<reader, false>;

   public:
    using base::base;

    void finish() {
      for (const auto& each : all_readers()) held_in_vain_ += each->held_in_vain();
      base::finish();
    }
    std::int64_t held_in_vain() const { return held_in_vain_; }

   private:
    std::int64_t held_in_vain_ = 0;
  };
};

}  // namespace tussle::workloads::planted
