// time_limits.h (subjects): UC-9 with a future, with std::async, and with a thread.
//
// future_limit: waits for the future for as long as it may, and cancels it then.
// async_limit:  std::async; asks the call to stop, and waits for it: its future's destructor
//               does. As good as the call is obedient.
// thread_limit: a thread that is left to itself, and a result behind a mutex.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/task/future.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/timeout_wrapper.h"

namespace tussle::workloads::subjects {

struct future_limit {
  static harness::subject_info info() {
    return {
        .name = "future_limit",
        .kind = harness::subject_kind::ours,
        .description = "get_for of a tussle::future, which is cancelled if it is late.",
        .source = "workloads/subjects/time_limits.h"};
  }

  class limited {
   public:
    explicit limited(runtime& on) : on_(on) {}

    use_cases::timed_value call(std::chrono::nanoseconds limit,
                                const use_cases::timed_call& call,
                                use_cases::timed_value fallback) {
      const auto result =
          future_call(on_, [call](const std::stop_token& stop) { return call(stop); });
      if (result.is_done()) return result.get();
      const use_cases::timed_value found = result.get_for(limit, fallback);
      result.cancel();  // if it is not done; its late result goes nowhere
      return found;
    }

   private:
    runtime& on_;
  };
};

struct async_limit {
  static harness::subject_info info() {
    return {
        .name = "async_limit",
        .kind = harness::subject_kind::baseline,
        .description = "wait_for of a std::async, which is asked to stop if it is late.",
        .source = "workloads/subjects/time_limits.h"};
  }

  class limited {
   public:
    explicit limited(runtime& /*on*/) {}

    use_cases::timed_value call(std::chrono::nanoseconds limit,
                                const use_cases::timed_call& call,
                                use_cases::timed_value fallback) {
      std::stop_source stop;
      std::future<use_cases::timed_value> result = std::async(
          std::launch::async, [&call, token = stop.get_token()] { return call(token); });
      if (result.wait_for(limit) == std::future_status::ready) return result.get();
      stop.request_stop();
      return fallback;
    }
  };
};

struct thread_limit {
  static harness::subject_info info() {
    return {.name = "thread_limit",
            .kind = harness::subject_kind::baseline,
            .description =
                "A std::thread that is left to itself when it is late, and a result "
                "behind a std::mutex.",
            .source = "workloads/subjects/time_limits.h"};
  }

  class limited {
   public:
    explicit limited(runtime& /*on*/) {}
    // Nothing that a late thread uses must go before it.
    ~limited() {
      std::unique_lock held(threads_->lock);
      threads_->ended.wait(held, [this] { return threads_->count == 0; });
    }

    use_cases::timed_value call(std::chrono::nanoseconds limit,
                                const use_cases::timed_call& call,
                                use_cases::timed_value fallback) {
      auto one = std::make_shared<shared>();
      threads_->enter();
      std::thread([one, call = call, threads = threads_]() mutable {
        one->settle(call);
        call = nullptr;
        one = nullptr;
        threads->leave();
      }).detach();
      std::unique_lock held(one->lock);
      const bool in_time = one->settled.wait_for(
          held, std::min<std::chrono::nanoseconds>(limit, std::chrono::hours(24)),
          [&] { return one->is_settled; });
      if (!in_time) {
        held.unlock();
        one->stop.request_stop();
        return fallback;
      }
      if (one->error) std::rethrow_exception(one->error);
      return *one->value;
    }

   private:
    struct shared {
      void settle(const use_cases::timed_call& call) {
        std::optional<use_cases::timed_value> found;
        std::exception_ptr thrown;
        try {
          found = call(stop.get_token());
        } catch (...) {
          thrown = std::current_exception();
        }
        const std::lock_guard held(lock);
        value = found;
        error = thrown;
        is_settled = true;
        settled.notify_one();
      }

      std::stop_source stop;
      std::mutex lock;
      std::condition_variable settled;
      bool is_settled = false;
      std::optional<use_cases::timed_value> value;
      std::exception_ptr error;
    };
    struct counted_threads {
      void enter() {
        const std::lock_guard held(lock);
        ++count;
      }
      void leave() {
        const std::lock_guard held(lock);
        if (--count == 0) ended.notify_all();
      }
      std::mutex lock;
      std::condition_variable ended;
      std::int64_t count = 0;
    };

    std::shared_ptr<counted_threads> threads_ = std::make_shared<counted_threads>();
  };
};

}  // namespace tussle::workloads::subjects
