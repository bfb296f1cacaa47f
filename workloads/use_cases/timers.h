// timers.h: a service that starts timers, and knows what has become of each.
//
// Simulated: nothing ever fires. What counts is that starting is a side effect, which happens
// once for each call, whatever becomes of the handle.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "primitives/sync/mutex.h"

namespace tussle::workloads::use_cases {

struct timer_error : std::runtime_error {
  timer_error() : std::runtime_error("no timer could be started") {}
};

// 0: none.
using timer_handle = std::int64_t;

// All functions from any threads at once.
class timer_service {
 public:
  // Every `fails_every`th start throws; 0: none does.
  explicit timer_service(std::int64_t fails_every = 0) : fails_every_(fails_every) {}

  // Throws: timer_error; then nothing was started.
  timer_handle start(std::int64_t period) {
    const sync::mutex_lock lock(mutex_);
    if (fails_every_ != 0 && ++asked_ % fails_every_ == 0) {
      ++failed_;
      throw timer_error();
    }
    const timer_handle fresh = ++started_;
    period_of_[fresh] = period;
    if (++live_in_[period] > 1) ++doubled_;
    return fresh;
  }

  void destroy(timer_handle which) {
    const sync::mutex_lock lock(mutex_);
    const auto found = period_of_.find(which);
    if (found == period_of_.end()) {
      ++misused_;
      return;
    }
    if (--live_in_[found->second] == 0) live_in_.erase(found->second);
    period_of_.erase(found);
    ++destroyed_;
  }

  bool runs(timer_handle which, std::int64_t period) const {
    const sync::mutex_lock lock(mutex_);
    const auto found = period_of_.find(which);
    return found != period_of_.end() && found->second == period;
  }

  struct counts {
    std::int64_t started;
    std::int64_t destroyed;
    std::int64_t failed;   // starts that threw
    std::int64_t doubled;  // starts for a period that had a timer
    std::int64_t misused;  // destroyed twice, or never started
  };
  counts counted() const {
    const sync::mutex_lock lock(mutex_);
    return {started_, destroyed_, failed_, doubled_, misused_};
  }

 private:
  const std::int64_t fails_every_;
  mutable sync::mutex mutex_;
  absl::flat_hash_map<timer_handle, std::int64_t> period_of_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::int64_t, std::int64_t> live_in_ ABSL_GUARDED_BY(mutex_);
  std::int64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t started_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t destroyed_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t failed_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t doubled_ ABSL_GUARDED_BY(mutex_) = 0;
  std::int64_t misused_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace tussle::workloads::use_cases
