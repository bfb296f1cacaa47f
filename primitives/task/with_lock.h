// with_lock.h: one thread at a time, which may come in again.
//
// Progress: with_lock waits while another thread is inside. No fairness is promised.
// Contract: CONTRACT.md section 7 (PAR-10).
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/per_thread.h"

namespace tussle {

class reentrant_lock {
 public:
  reentrant_lock() = default;
  reentrant_lock(const reentrant_lock&) = delete;
  reentrant_lock& operator=(const reentrant_lock&) = delete;

  // Blocks while another thread holds it. Once for each lock(), unlock() by the same thread.
  void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    // Relaxed: only this thread stores its own address.
    if (owner_.load(std::memory_order_relaxed) != here()) {
      mutex_.lock();
      owner_.store(here(), std::memory_order_relaxed);
    }
    ++depth_;
  }
  void unlock() noexcept ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if (--depth_ > 0) return;
    owner_.store(nullptr, std::memory_order_relaxed);  // as above
    mutex_.unlock();
  }

 private:
  // Tells threads apart, and fibers of a simulator.
  static const void* here() noexcept {
    return &sync::per_thread<reentrant_lock, char>::mine();
  }

  sync::mutex mutex_;
  sync::atomic<const void*> owner_{nullptr};
  std::size_t depth_ = 0;  // the owner's
};

// Calls f while no other thread is in a with_lock of this lock; returns what f returns.
// Throws: what f throws. The lock is free again in any case.
template <typename F>
decltype(auto) with_lock(reentrant_lock& m, F&& f) {
  struct holding {
    explicit holding(reentrant_lock& held) : lock(held) { lock.lock(); }
    ~holding() { lock.unlock(); }
    holding(const holding&) = delete;
    holding& operator=(const holding&) = delete;
    reentrant_lock& lock;
  } const held(m);
  return std::invoke(std::forward<F>(f));
}

}  // namespace tussle
