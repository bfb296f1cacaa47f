// stamp_clock.h: which came first, on whichever thread?
//
// Two clocks. The time-stamp counter, read between fences, costs some tens of nanoseconds
// and orders nothing else: it is used where the processor counts at one rate, and where
// threads that hand each other the turn never see it go back (asked once, at start). Else a
// counter that all threads share: every reading is an operation on one cache line, which
// slows threads down and *orders* them, so it hides races and some of the very bugs that
// histories are recorded for.
#pragma once

#include <atomic>
#include <string>

#include "harness/history/operation.h"

namespace tussle::history {

enum class stamp_source : std::uint8_t { time_stamp_counter, shared_counter };

class stamp_clock {
 public:
  explicit stamp_clock(stamp_source source) : source_(source) {}
  stamp_clock(const stamp_clock&) = delete;
  stamp_clock& operator=(const stamp_clock&) = delete;

  // What is right here. Takes some milliseconds the first time.
  static stamp_source best();

  stamp_source source() const { return source_; }

  // Before an operation: nothing of it has happened yet.
  stamp invocation() {
#if defined(__x86_64__)
    if (source_ == stamp_source::time_stamp_counter) {
      __builtin_ia32_lfence();
      const stamp now = __builtin_ia32_rdtsc();
      __builtin_ia32_lfence();
      return now;
    }
#endif
    return next();
  }

  // After it: all its stores have left this core, which a thread that is told of its end
  // could rely on. Without the wait, a store that still lies in the store buffer would make
  // a sound object look stale.
  stamp response() {
#if defined(__x86_64__)
    if (source_ == stamp_source::time_stamp_counter) __builtin_ia32_mfence();
#endif
    return invocation();
  }

 private:
  stamp next() {
    // Seq_cst: stamps must agree with the order of all that happens around them.
    return shared_.fetch_add(1, std::memory_order_seq_cst) + 1;
  }

  const stamp_source source_;
  std::atomic<stamp> shared_{0};
};

std::string to_string(stamp_source source);

// Whether two threads on different cores that hand each other the turn `turns` times saw
// every reading come after the one before.
bool never_goes_back(stamp_source source, int turns);

}  // namespace tussle::history
