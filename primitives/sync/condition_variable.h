// condition_variable.h: tussle::sync::condition_variable, for a sync::mutex.
//
// A std::condition_variable, with scheduling points in modes that have them; in mode sim
// the simulator's. Waits may end without a notification: the caller looks at its condition
// again.
//
// Deadlines are absolute (clock.h): a wait that is begun again does not grow longer.
#pragma once

#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

class condition_variable {
 public:
  condition_variable() noexcept {
    if (simulator* s = detail::simulated()) s->begin_life(this, sizeof *this);
  }
  condition_variable(const condition_variable&) = delete;
  condition_variable& operator=(const condition_variable&) = delete;

  // Gives `held` up while it waits, and holds it again afterwards.
  void wait(mutex& held) ABSL_EXCLUSIVE_LOCKS_REQUIRED(held) {
    if (simulator* s = detail::simulated()) {
      s->wait(this, &held, nullptr);
      return;
    }
    detail::announce({operation::wait, this, nullptr});
    std::unique_lock<std::mutex> lock(held.mutex_, std::adopt_lock);
    waiters_.wait(lock);
    lock.release();
  }

  // The same; false if the deadline passed without a notification.
  bool wait_until(mutex& held, time_point deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(held) {
    if (simulator* s = detail::simulated()) return s->wait(this, &held, &deadline);
    detail::announce({operation::wait, this, nullptr});
    std::unique_lock<std::mutex> lock(held.mutex_, std::adopt_lock);
    const std::cv_status status = waiters_.wait_until(lock, deadline);
    lock.release();
    return status == std::cv_status::no_timeout;
  }

  void notify_one() noexcept {
    if (simulator* s = detail::simulated()) return s->notify(this, false);
    detail::announce({operation::notify, this, nullptr});
    waiters_.notify_one();
  }

  void notify_all() noexcept {
    if (simulator* s = detail::simulated()) return s->notify(this, true);
    detail::announce({operation::notify, this, nullptr});
    waiters_.notify_all();
  }

 private:
  std::condition_variable waiters_;
};

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
