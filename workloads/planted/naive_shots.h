// naive_shots.h (planted): a value that is handed over once, as it is often written first.
//
// notified_shot:   waits for the notification and not for the value: one that comes before the
//                  wait is missed, and one that comes for nothing is believed.
// early_flag_shot: says that the value is there, and stores it then.
// last_one_shot:   every delivery wins; who comes later replaces the value.
// The mend:        subjects/one_shots.h.
// Must be caught by: verification of one_shot.
//
// Nobody waits for ever: who has missed his notification goes on without a value after some
// milliseconds, and the run tells.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_shot_info(std::string name, std::string description,
                                             harness::expectation caught) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_shots.h",
          .breaks_invariant = caught};
}

struct notified_shot {
  static harness::subject_info info() {
    return naive_shot_info("notified_shot",
                           "A condition variable that is waited for without a predicate.",
                           harness::expectation::may);
  }

  class shot {
   public:
    bool deliver(std::int64_t value) {
      const std::lock_guard held(lock_);
      if (std::exchange(delivered_, true)) return false;
      value_ = value;
      notified_.notify_all();
      return true;
    }
    std::int64_t get() {
      sync::schedule_point("planted.notified_shot.before_wait");
      std::unique_lock held(lock_);
      while (notified_.wait_for(held, patience) == std::cv_status::timeout) {
        if (delivered_) return nothing;  // it would wait for ever
      }
      return value_;
    }

   private:
    static constexpr std::chrono::milliseconds patience{2};
    static constexpr std::int64_t nothing = 0;

    std::mutex lock_;
    std::condition_variable notified_;
    bool delivered_ = false;
    std::int64_t value_ = nothing;
  };
};

struct early_flag_shot {
  static harness::subject_info info() {
    return naive_shot_info("early_flag_shot", "A flag that is set before the value is.",
                           harness::expectation::may);
  }

  class shot {
   public:
    bool deliver(std::int64_t value) {
      if (there_.exchange(true)) return false;
      there_.notify_all();
      sync::schedule_point("planted.early_flag_shot.before_value");
      sync::yield();  // what happens now and then, often
      value_.store(value);
      return true;
    }
    std::int64_t get() {
      there_.wait(false);
      return value_.load();
    }

   private:
    std::atomic<bool> there_{false};
    std::atomic<std::int64_t> value_{0};
  };
};

struct last_one_shot {
  static harness::subject_info info() {
    return naive_shot_info("last_one_shot", "A value that every delivery replaces.",
                           harness::expectation::yes);
  }

  class shot {
   public:
    bool deliver(std::int64_t value) {
      value_.store(value);
      value_.notify_all();
      return true;
    }
    std::int64_t get() {
      value_.wait(0);
      return value_.load();
    }

   private:
    std::atomic<std::int64_t> value_{0};
  };
};

}  // namespace tussle::workloads::planted
