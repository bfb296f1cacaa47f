// mutex.h: tussle::sync::mutex and the guard that holds it.
//
// A std::mutex with clang's thread-safety annotations, and scheduling points in modes
// that have them; in mode sim the simulator's. Not re-entrant. No user code runs while the primitives hold one.
#pragma once

#include <mutex>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/mode.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

class condition_variable;

class ABSL_LOCKABLE mutex {
 public:
  constexpr mutex() noexcept {
    if (simulator* s = detail::simulated()) s->begin_life(this, sizeof *this);
  }
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    if (simulator* s = detail::simulated()) return s->lock(this);
    detail::announce({operation::lock, this, nullptr});
    mutex_.lock();
  }

  bool try_lock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) {
    if (simulator* s = detail::simulated()) return s->try_lock(this);
    detail::announce({operation::try_lock, this, nullptr});
    return mutex_.try_lock();
  }

  void unlock() ABSL_UNLOCK_FUNCTION() {
    if (simulator* s = detail::simulated()) return s->unlock(this);
    detail::announce({operation::unlock, this, nullptr});
    mutex_.unlock();
  }

 private:
  friend class condition_variable;
  std::mutex mutex_;
};

// Holds a mutex for a scope.
class ABSL_SCOPED_LOCKABLE mutex_lock {
 public:
  explicit mutex_lock(mutex& m) ABSL_EXCLUSIVE_LOCK_FUNCTION(m) : mutex_(m) {
    mutex_.lock();
  }
  ~mutex_lock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  mutex_lock(const mutex_lock&) = delete;
  mutex_lock& operator=(const mutex_lock&) = delete;

 private:
  mutex& mutex_;
};

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
