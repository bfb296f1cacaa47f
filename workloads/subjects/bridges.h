// bridges.h (subjects): UC-10 with a promise, with a condition variable, and with std::promise.
//
// promise_bridge:     both callbacks deliver to one promise, which they keep alive.
// condition_bridge:   a reply behind a mutex that callbacks and waiter share.
// std_promise_bridge: likewise a std::promise, and a flag, as it may be set only once.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <optional>

#include "harness/case/case_info.h"
#include "primitives/task/promise.h"
#include "workloads/use_cases/callback_bridge.h"

namespace tussle::workloads::subjects {

struct promise_bridge {
  static harness::subject_info info() {
    return {.name = "promise_bridge",
            .kind = harness::subject_kind::ours,
            .description = "Callbacks that deliver to a tussle::promise.",
            .source = "workloads/subjects/bridges.h"};
  }

  class bridge {
   public:
    use_cases::reply wait_for(const use_cases::start_operation& start,
                              std::chrono::nanoseconds limit, use_cases::reply fallback) {
      const promise<use_cases::reply> answer;
      start({.on_success =
                 [answer](std::int64_t v) {
                   answer.deliver({v, false});
                 },
             .on_error =
                 [answer](std::int64_t code) {
                   answer.deliver({code, true});
                 }});
      return answer.get_for(limit, fallback);
    }
  };
};

struct condition_bridge {
  static harness::subject_info info() {
    return {.name = "condition_bridge",
            .kind = harness::subject_kind::baseline,
            .description =
                "Callbacks that set a std::optional behind a std::mutex and notify a "
                "condition variable.",
            .source = "workloads/subjects/bridges.h"};
  }

  class bridge {
   public:
    use_cases::reply wait_for(const use_cases::start_operation& start,
                              std::chrono::nanoseconds limit, use_cases::reply fallback) {
      const auto here = std::make_shared<shared>();
      start({.on_success =
                 [here](std::int64_t v) {
                   here->set({v, false});
                 },
             .on_error =
                 [here](std::int64_t code) {
                   here->set({code, true});
                 }});
      std::unique_lock held(here->lock);
      here->there.wait_for(held, limit, [&] { return here->answer.has_value(); });
      return here->answer.value_or(fallback);
    }

   private:
    struct shared {
      void set(use_cases::reply value) {
        const std::lock_guard held(lock);
        if (answer) return;
        answer = value;
        there.notify_one();
      }
      std::mutex lock;
      std::condition_variable there;
      std::optional<use_cases::reply> answer;
    };
  };
};

struct std_promise_bridge {
  static harness::subject_info info() {
    return {.name = "std_promise_bridge",
            .kind = harness::subject_kind::baseline,
            .description = "Callbacks of which the first sets a std::promise.",
            .source = "workloads/subjects/bridges.h"};
  }

  class bridge {
   public:
    use_cases::reply wait_for(const use_cases::start_operation& start,
                              std::chrono::nanoseconds limit, use_cases::reply fallback) {
      const auto here = std::make_shared<shared>();
      std::future<use_cases::reply> answer = here->answer.get_future();
      start({.on_success =
                 [here](std::int64_t v) {
                   here->set({v, false});
                 },
             .on_error =
                 [here](std::int64_t code) {
                   here->set({code, true});
                 }});
      if (answer.wait_for(limit) == std::future_status::ready) return answer.get();
      return fallback;
    }

   private:
    struct shared {
      void set(use_cases::reply value) {
        // Relaxed: only decides who is the first; the promise publishes.
        if (!taken.exchange(true, std::memory_order_relaxed)) answer.set_value(value);
      }
      std::atomic<bool> taken{false};
      std::promise<use_cases::reply> answer;
    };
  };
};

}  // namespace tussle::workloads::subjects
