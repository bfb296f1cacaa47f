// driver_stops_testing.h: holds threads where drivers of go blocks are neither at work nor
// idle (channel/go_scheduler.h).
//
// Works in modes with schedule points.
#pragma once

#include <atomic>
#include <semaphore>
#include <string_view>

#include "primitives/sync/hooks.h"
#include "primitives/testing/schedulers_testing.h"

namespace tussle::tests {

// Holds threads at one point, where others let them go one by one, and counts those that come
// to another.
class driver_stops final : public scoped_scheduler {
 public:
  driver_stops() { install(); }
  ~driver_stops() { uninstall(); }
  driver_stops(const driver_stops&) = delete;
  driver_stops& operator=(const driver_stops&) = delete;

  class stop {
   public:
    void come() {
      if (!holds_.load()) return;
      count();
      go_on_.acquire();
    }
    void count() {
      ++reached_;
      reached_.notify_all();
    }
    void wait_until(int wanted) const {
      for (int seen = reached_; seen < wanted; seen = reached_) reached_.wait(seen);
    }
    void hold() { holds_ = true; }
    void hold_no_more() { holds_ = false; }
    void let_go(int threads) { go_on_.release(threads); }

   private:
    std::atomic<bool> holds_{false};
    std::atomic<int> reached_{0};
    std::counting_semaphore<> go_on_{0};
  };
  stop watchers;  // whose watch is over, and who have not gone to work or idle yet
  stop idle;

  void before(const sync::visible_operation& next) noexcept override {
    if (next.kind != sync::operation::named_point) return;
    const std::string_view point = next.name;
    if (point == "go.watcher.ends") watchers.come();
    if (point == "go.driver.is_idle") idle.count();
  }
};

}  // namespace tussle::tests
