#include "harness/history/stamp_clock.h"

#include <thread>

#include "harness/measure/sample_clock.h"

namespace tussle::history {
namespace {

// One turn after another: each thread reads once it has seen what the other read.
class turns {
 public:
  turns(stamp_source source, int count) : clock_(source), count_(count) {}

  bool hold() {
    std::thread other([this] { take_every_second(1); });
    take_every_second(0);
    other.join();
    return in_order_.load(std::memory_order_relaxed);  // after the join
  }

 private:
  void take_every_second(int first) {
    for (int turn = first; turn < count_; turn += 2) {
      // (1) acquire; pairs with the release store (2): `last_` is the other's reading.
      for (int looks = 0; turn_.load(std::memory_order_acquire) != turn; ++looks) {
        // Beside other work, to give the core away costs a time slice.
        if (looks < 1000) {
          __builtin_ia32_pause();
        } else {
          std::this_thread::yield();
        }
      }
      const stamp now = clock_.invocation();
      // Relaxed: read after the join.
      if (now < last_) in_order_.store(false, std::memory_order_relaxed);
      last_ = clock_.response();
      turn_.store(turn + 1, std::memory_order_release);  // (2) pairs with (1)
    }
  }

  stamp_clock clock_;
  const int count_;
  std::atomic<int> turn_{0};
  stamp last_ = 0;  // of the thread whose turn it was
  std::atomic<bool> in_order_{true};
};

}  // namespace

bool never_goes_back(stamp_source source, int count) {
  return turns(source, count).hold();
}

stamp_source stamp_clock::best() {
  constexpr int enough_turns = 500;
  static const stamp_source chosen =
      harness::sample_clock::best().name() == "tsc" &&
              never_goes_back(stamp_source::time_stamp_counter, enough_turns)
          ? stamp_source::time_stamp_counter
          : stamp_source::shared_counter;
  return chosen;
}

std::string to_string(stamp_source source) {
  return source == stamp_source::time_stamp_counter ? "time-stamp counter"
                                                    : "shared counter";
}

}  // namespace tussle::history
