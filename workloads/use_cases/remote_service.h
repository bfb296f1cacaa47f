// remote_service.h: calls that take as long as the slowest of them, simulated without sleeping.
//
// The calls of one step are answered when so many as can be under way are: who starts them one
// after the other waits in vain. After `patience` the service answers nevertheless, notes that
// calls were made one by one, and from then on answers at once.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/task/deadline.h"

namespace tussle::workloads::use_cases {

struct api_error : std::runtime_error {
  api_error() : std::runtime_error("the service refused the call") {}
};

// Shared by all steps of a run.
struct service_patience {
  std::chrono::milliseconds patience{4000};
  std::atomic<bool> is_over{false};
};

// The service as the calls of one step see it. All functions from any threads at once.
class remote_service {
 public:
  // Calls are answered when `at_once` of them are under way.
  remote_service(std::int64_t at_once, service_patience& waits)
      : at_once_(at_once), waits_(waits) {}

  // Blocks as said above.
  // Throws: api_error, if it fails.
  std::int64_t call(std::int64_t request, bool fails) {
    enter();
    leave();
    if (fails) throw api_error();
    return answer_to(request);
  }

  static std::int64_t answer_to(std::int64_t request) { return 3 * request + 1; }

  std::int64_t calls() const {
    const sync::mutex_lock lock(mutex_);
    return calls_;
  }
  // Calls under way, at most.
  std::int64_t peak() const {
    const sync::mutex_lock lock(mutex_);
    return peak_;
  }
  // Whether calls waited in vain for others.
  bool was_called_one_by_one() const {
    const sync::mutex_lock lock(mutex_);
    return one_by_one_;
  }

 private:
  void enter() {
    const sync::mutex_lock lock(mutex_);
    ++calls_;
    peak_ = std::max(peak_, ++under_way_);
    if (under_way_ >= at_once_) {
      open_ = true;
      opened_.notify_all();
    }
    const auto until = detail::deadline_after(waits_.patience);
    // Relaxed: only saves time in a run that has failed.
    while (!open_ && !waits_.is_over.load(std::memory_order_relaxed)) {
      if (opened_.wait_until(mutex_, until) || sync::clock::now() < until) continue;
      one_by_one_ = true;
      waits_.is_over.store(true, std::memory_order_relaxed);
    }
  }
  void leave() {
    const sync::mutex_lock lock(mutex_);
    --under_way_;
  }

  const std::int64_t at_once_;
  service_patience& waits_;
  mutable sync::mutex mutex_;
  sync::condition_variable opened_;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
  bool one_by_one_ ABSL_GUARDED_BY(mutex_) = false;
  std::int64_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t peak_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace tussle::workloads::use_cases
