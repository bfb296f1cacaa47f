// spin_wait.h: how the spinning locks wait: a while on their core, then by giving it away.
//
// A lock that only spins stands still when its owner has no core: with more threads than
// cores each waiter would use up its time slice first.
#pragma once

#include <thread>

namespace tussle::workloads::subjects {

inline void pause_core() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

class spin_wait {
 public:
  // One turn of waiting: a pause of the core, or of the thread after many of them.
  void turn() {
    if (spins_ < spins_before_yield) {
      ++spins_;
      pause_core();
    } else {
      std::this_thread::yield();
    }
  }

 private:
#if defined(TUSSLE_MODE_BENCH)
  static constexpr int spins_before_yield = 100;  // a few microseconds
#else
  static constexpr int spins_before_yield = 4;
#endif

  int spins_ = 0;
};

}  // namespace tussle::workloads::subjects
