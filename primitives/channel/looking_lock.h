// looking_lock.h: holds a mutex for a scope, and looks for a moment before it sleeps for it: for
// locks under which only a few instructions are done. For this room.
#pragma once

#include "absl/base/thread_annotations.h"
#include "primitives/sync/mutex.h"

namespace tussle::detail {

class ABSL_SCOPED_LOCKABLE looking_lock {
 public:
  explicit looking_lock(sync::mutex& m)
      ABSL_EXCLUSIVE_LOCK_FUNCTION(m) ABSL_NO_THREAD_SAFETY_ANALYSIS : mutex_(m) {
#if defined(TUSSLE_MODE_BENCH)
    constexpr int most_looks = 100;
    for (int i = 0; i < most_looks; ++i) {
      if (mutex_.try_lock()) return;
      for (int n = 0; n < 8; ++n) __builtin_ia32_pause();
    }
#endif
    mutex_.lock();
  }
  ~looking_lock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  looking_lock(const looking_lock&) = delete;
  looking_lock& operator=(const looking_lock&) = delete;

 private:
  sync::mutex& mutex_;
};

}  // namespace tussle::detail
