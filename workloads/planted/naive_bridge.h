// naive_bridge.h (planted): UC-10 as it is often written first.
//
// no_predicate:    waits for a condition variable without looking whether the answer is there:
//                  a callback that comes before the wait notifies nobody.
// promise_on_stack: the callbacks hold a reference to what lies on the waiter's stack. After a
//                  timeout a late one writes where another call has its answer. The stack is
//                  simulated by one slot for each thread, so that the write has a place to go
//                  and the behaviour stays defined.
// set_twice:       a std::promise that every callback sets: the second one throws, on the
//                  library's thread.
// The mend:        subjects/bridges.h.
// Must be caught by: verification of callback_bridge.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "harness/case/case_info.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/task/deadline.h"
#include "workloads/use_cases/callback_bridge.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_bridge_info(std::string name,
                                               std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_bridge.h",
          .breaks_invariant = harness::expectation::may};
}

// A place for one answer that a waiter can be told of. The first stays until it is taken.
class answer_slot {
 public:
  void set(use_cases::reply value) {
    const sync::mutex_lock lock(mutex_);
    if (!answer_) answer_ = value;
    there_.notify_all();
  }
  void clear() {
    const sync::mutex_lock lock(mutex_);
    answer_.reset();
  }
  use_cases::reply take(std::chrono::nanoseconds limit, use_cases::reply fallback) {
    const auto until = detail::deadline_after(limit);
    const sync::mutex_lock lock(mutex_);
    while (!answer_ && there_.wait_until(mutex_, until)) {
    }
    return std::exchange(answer_, {}).value_or(fallback);
  }
  // What it would be without looking first.
  use_cases::reply wait_and_take(std::chrono::nanoseconds limit,
                                 use_cases::reply fallback) {
    const auto until = detail::deadline_after(limit);
    const sync::mutex_lock lock(mutex_);
    if (!there_.wait_until(mutex_, until)) return fallback;
    return std::exchange(answer_, {}).value_or(fallback);
  }

 private:
  sync::mutex mutex_;
  sync::condition_variable there_;
  std::optional<use_cases::reply> answer_ ABSL_GUARDED_BY(mutex_);
};

struct no_predicate {
  static harness::subject_info info() {
    return naive_bridge_info("no_predicate",
                             "Waits without looking whether the answer is there.");
  }

  class bridge {
   public:
    use_cases::reply wait_for(const use_cases::start_operation& start,
                              std::chrono::nanoseconds limit, use_cases::reply fallback) {
      const auto slot = std::make_shared<answer_slot>();
      start({.on_success =
                 [slot](std::int64_t v) {
                   slot->set({v, false});
                 },
             .on_error =
                 [slot](std::int64_t code) {
                   slot->set({code, true});
                 }});
      return slot->wait_and_take(limit, fallback);
    }
  };
};

struct promise_on_stack {
  static harness::subject_info info() {
    return naive_bridge_info(
        "promise_on_stack",
        "Callbacks that refer to the waiter's stack, also when it is "
        "another call's.");
  }

  class bridge {
   public:
    use_cases::reply wait_for(const use_cases::start_operation& start,
                              std::chrono::nanoseconds limit, use_cases::reply fallback) {
      answer_slot& slot = stack();
      slot.clear();
      start({.on_success =
                 [&slot](std::int64_t v) {
                   slot.set({v, false});
                 },
             .on_error =
                 [&slot](std::int64_t code) {
                   slot.set({code, true});
                 }});
      return slot.take(limit, fallback);
    }

   private:
    // Calls of one thread lie at one place, one after the other.
    answer_slot& stack() {
      const sync::mutex_lock lock(mutex_);
      return stacks_[std::this_thread::get_id()];
    }

    sync::mutex mutex_;
    std::map<std::thread::id, answer_slot> stacks_ ABSL_GUARDED_BY(mutex_);
  };
};

struct set_twice {
  static harness::subject_info info() {
    return naive_bridge_info("set_twice", "A std::promise that every callback sets.");
  }

  class bridge {
   public:
    use_cases::reply wait_for(const use_cases::start_operation& start,
                              std::chrono::nanoseconds limit, use_cases::reply fallback) {
      const auto answer = std::make_shared<std::promise<use_cases::reply>>();
      std::future<use_cases::reply> found = answer->get_future();
      start({.on_success =
                 [answer](std::int64_t v) {
                   answer->set_value({v, false});
                 },
             .on_error =
                 [answer](std::int64_t code) {
                   answer->set_value({code, true});
                 }});
      if (found.wait_for(limit) == std::future_status::ready) return found.get();
      return fallback;
    }
  };
};

}  // namespace tussle::workloads::planted
