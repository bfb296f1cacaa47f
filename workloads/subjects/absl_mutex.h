// absl_mutex.h (subject): absl::Mutex around a plain value, its locking announced to
// ThreadSanitizer.
//
// The distribution's Abseil is not instrumented: without the announcements every correct
// critical section would be reported as a race. They compile to nothing in other builds.
// It is also built with assertions, and then looks for deadlocks through a global graph
// at every lock, which its users' optimised builds do not: switched off here, because it
// would measure the distribution's build and not the lock (about 35 ns instead of 8
// alone, and two private mutexes contend for the graph).
#pragma once

#include "absl/synchronization/mutex.h"
#include "harness/case/case_info.h"
#include "workloads/subjects/locked_cell.h"

#if defined(TUSSLE_MODE_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace tussle::workloads::subjects {

class announced_absl_mutex {
 public:
  announced_absl_mutex() {
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    created();
  }
  ~announced_absl_mutex() { destroyed(); }
  announced_absl_mutex(const announced_absl_mutex&) = delete;
  announced_absl_mutex& operator=(const announced_absl_mutex&) = delete;

  void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    before_lock(exclusive);
    mutex_.Lock();
    after_lock(exclusive);
  }
  void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    before_unlock(exclusive);
    mutex_.Unlock();
    after_unlock(exclusive);
  }
  void lock_shared() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    before_lock(shared);
    mutex_.ReaderLock();
    after_lock(shared);
  }
  void unlock_shared() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    before_unlock(shared);
    mutex_.ReaderUnlock();
    after_unlock(shared);
  }

 private:
#if defined(TUSSLE_MODE_TSAN)
  static constexpr unsigned exclusive = 0;
  static constexpr unsigned shared = __tsan_mutex_read_lock;

  void created() { __tsan_mutex_create(&mutex_, __tsan_mutex_not_static); }
  void destroyed() { __tsan_mutex_destroy(&mutex_, __tsan_mutex_not_static); }
  void before_lock(unsigned how) { __tsan_mutex_pre_lock(&mutex_, how); }
  void after_lock(unsigned how) { __tsan_mutex_post_lock(&mutex_, how, 0); }
  void before_unlock(unsigned how) { __tsan_mutex_pre_unlock(&mutex_, how); }
  void after_unlock(unsigned how) { __tsan_mutex_post_unlock(&mutex_, how); }
#else
  static constexpr unsigned exclusive = 0;
  static constexpr unsigned shared = 1;

  void created() {}
  void destroyed() {}
  void before_lock(unsigned /*how*/) {}
  void after_lock(unsigned /*how*/) {}
  void before_unlock(unsigned /*how*/) {}
  void after_unlock(unsigned /*how*/) {}
#endif

  absl::Mutex mutex_;
};

struct absl_mutex {
  static harness::subject_info info() {
    return {.name = "absl_mutex",
            .kind = harness::subject_kind::baseline,
            .description =
                "absl::Mutex around a plain value: readers share, updates exclude.",
            .source = "workloads/subjects/absl_mutex.h"};
  }

  template <typename T>
  using cell = locked_cell<T, announced_absl_mutex>;
};

}  // namespace tussle::workloads::subjects
