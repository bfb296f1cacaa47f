// gate.h: holds threads up where the evidence wants them, and gives up after a while where
// what is tested never lets them get there.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace tussle::workloads::claims {

// How long evidence waits for what a claim says happens at once. Long, because the machine
// may be busy; tests of what never gets there make it shorter.
inline std::chrono::nanoseconds long_enough = std::chrono::seconds(10);

// Closed until it is opened. Any thread.
class gate {
 public:
  void open() {
    open_.store(true);
    open_.notify_all();
  }
  void pass() const { open_.wait(false); }
  // False: nobody opened it for so long.
  bool passes_within(std::chrono::nanoseconds longest) const {
    const auto end = std::chrono::steady_clock::now() + longest;
    while (!open_.load() && std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
    return open_.load();
  }

 private:
  std::atomic<bool> open_{false};
};

inline double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace tussle::workloads::claims
