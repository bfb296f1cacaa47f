// permits.h: tussle::sync::permits, a semaphore that nobody waits for.
//
// For what costs others time when too many do it at once, and changes nothing else: whoever
// finds no permit does without. No scheduler hears of it, in no mode: nothing is published
// through it, and no interleaving of it is worth exploring.
#pragma once

#include <atomic>

namespace tussle::sync {

// All functions from any threads at once.
class permits {
 public:
  // False: `most` are given out. Whoever has one releases it.
  [[nodiscard]] bool try_acquire(unsigned most) noexcept {
    // Relaxed throughout: a count that nothing is read by.
    unsigned given = given_.load(std::memory_order_relaxed);
    while (given < most) {
      if (given_.compare_exchange_weak(given, given + 1, std::memory_order_relaxed))
        return true;
    }
    return false;
  }
  void release() noexcept { given_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<unsigned> given_{0};
};

}  // namespace tussle::sync
