// gate.h: holds threads up where the evidence wants them, and gives up after a while where
// what is tested never lets them get there.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace tussle::workloads::claims {

// How long evidence waits for what a claim says happens at once. Long, because the machine
// may be busy; tests of what never gets there make it shorter.
inline std::chrono::nanoseconds long_enough = std::chrono::seconds(10);

// Closed until it is opened. Any thread.
class gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }
  // False: nobody opened it for so long.
  bool passes_within(std::chrono::nanoseconds longest) {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, longest, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

inline double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace tussle::workloads::claims
