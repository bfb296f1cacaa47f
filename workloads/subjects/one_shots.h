// one_shots.h (subjects): a value that is handed over once.
//
// promise_shot:      this project's promise.
// std_promise_shot:  std::promise, with a std::shared_future, as many may wait.
// notification_shot: a value beside an absl::Notification, and a flag for who is the first.
// condition_shot:    a std::optional behind a std::mutex, with a condition variable.
// atomic_wait_shot:  a value beside a word that receivers wait for.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "harness/case/case_info.h"
#include "primitives/task/promise.h"

namespace tussle::workloads::subjects {

inline harness::subject_info shot_info(std::string name, harness::subject_kind kind,
                                       std::string description) {
  return {.name = std::move(name),
          .kind = kind,
          .description = std::move(description),
          .source = "workloads/subjects/one_shots.h"};
}

struct promise_shot {
  static harness::subject_info info() {
    return shot_info("promise_shot", harness::subject_kind::ours, "A tussle::promise.");
  }

  class shot {
   public:
    bool deliver(std::int64_t value) { return value_.deliver(value); }
    std::int64_t get() { return value_.get(); }

   private:
    promise<std::int64_t> value_;
  };
};

struct std_promise_shot {
  static harness::subject_info info() {
    return shot_info("std_promise_shot", harness::subject_kind::baseline,
                     "A std::promise with a std::shared_future.");
  }

  class shot {
   public:
    bool deliver(std::int64_t value) {
      try {
        promise_.set_value(value);
        return true;
      } catch (const std::future_error&) {  // somebody else was first
        return false;
      }
    }
    std::int64_t get() { return future_.get(); }

   private:
    std::promise<std::int64_t> promise_;
    std::shared_future<std::int64_t> future_{promise_.get_future()};
  };
};

struct notification_shot {
  static harness::subject_info info() {
    harness::subject_info told =
        shot_info("notification_shot", harness::subject_kind::baseline,
                  "A value and an absl::Notification, with a flag for the first.");
    told.not_race_checkable =
        "the distribution's Abseil is not instrumented: what its Notification orders is "
        "invisible to ThreadSanitizer, which reports correct reads";
    return told;
  }

  class shot {
   public:
    shot() {
      // As in absl_mutex.h: it would measure the distribution's assertions.
      absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    }

    bool deliver(std::int64_t value) {
      // Relaxed: only decides who is the first; the notification publishes.
      if (taken_.exchange(true, std::memory_order_relaxed)) return false;
      value_ = value;
      there_.Notify();
      return true;
    }
    std::int64_t get() {
      there_.WaitForNotification();
      return value_;
    }

   private:
    std::atomic<bool> taken_{false};
    std::int64_t value_ = 0;
    absl::Notification there_;
  };
};

struct condition_shot {
  static harness::subject_info info() {
    return shot_info("condition_shot", harness::subject_kind::baseline,
                     "A std::optional behind a std::mutex, and a condition variable.");
  }

  class shot {
   public:
    bool deliver(std::int64_t value) {
      // Under the lock also to the end: who waits destroys it when it has the value.
      const std::lock_guard held(lock_);
      if (value_) return false;
      value_ = value;
      there_.notify_all();
      return true;
    }
    std::int64_t get() {
      std::unique_lock held(lock_);
      there_.wait(held, [this] { return value_.has_value(); });
      return *value_;
    }

   private:
    std::mutex lock_;
    std::condition_variable there_;
    std::optional<std::int64_t> value_;
  };
};

struct atomic_wait_shot {
  static harness::subject_info info() {
    return shot_info("atomic_wait_shot", harness::subject_kind::baseline,
                     "A value and a std::atomic that receivers wait for.");
  }

  class shot {
   public:
    bool deliver(std::int64_t value) {
      int nothing = empty;
      // Relaxed: only decides who is the first; (1) publishes.
      if (!state_.compare_exchange_strong(nothing, taken, std::memory_order_relaxed))
        return false;
      value_ = value;
      state_.store(there, std::memory_order_release);  // (1)
      state_.notify_all();
      return true;
    }
    std::int64_t get() {
      // (2) acquire; pairs with (1): makes value_ visible.
      for (int now; (now = state_.load(std::memory_order_acquire)) != there;)
        state_.wait(now, std::memory_order_relaxed);
      return value_;
    }

   private:
    enum : int { empty, taken, there };
    std::atomic<int> state_{empty};
    std::int64_t value_ = 0;
  };
};

}  // namespace tussle::workloads::subjects
