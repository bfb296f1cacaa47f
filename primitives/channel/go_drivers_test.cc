// What comes while drivers are neither at work nor idle.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <semaphore>
#include <string_view>
#include <thread>
#include <vector>

#include "primitives/channel/go.h"
#include "primitives/sync/hooks.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/schedulers_testing.h"

namespace tussle {
namespace {

// Holds threads at two points, where others let them go one by one, and counts those that
// come to a third.
class driver_stops final : public tests::scoped_scheduler {
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
  stop callers;   // who has added something and is about to call a watcher
  stop watchers;  // whose watch is over, and who are not idle yet
  stop idle;

  void before(const sync::visible_operation& next) noexcept override {
    if (next.kind != sync::operation::named_point) return;
    const std::string_view point = next.name;
    if (point == "go.inject.before_call") callers.come();
    if (point == "go.watcher.has_ended") watchers.come();
    if (point == "go.driver.is_idle") idle.count();
  }
};

go_block<int> give(int n) { co_return n; }

// Those that were called to watch while one worked come when none does any more, and stand,
// all that there are, between their last look and being idle. Nobody is there to be called.
TEST(go_drivers, GO_1_what_comes_as_all_have_just_ended_their_watch_runs) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "needs schedule points";
  driver_stops stops;
  const int drivers = static_cast<int>(usual_width());
  std::latch busy(1);
  std::latch go_on(1);
  runtime on;
  const auto works = go(
      on,
      [](std::latch& is_busy, std::latch& may_end) -> go_block<> {
        is_busy.count_down();
        may_end.wait();
        co_return;
      },
      std::ref(busy), std::ref(go_on));
  busy.wait();
  stops.callers.hold();
  std::vector<std::thread> callers;
  callers.reserve(usual_width());
  for (int i = 0; i < drivers; ++i)
    callers.emplace_back([&] { static_cast<void>(go(on, give, 0)); });
  stops.callers.wait_until(drivers);
  stops.callers.hold_no_more();
  go_on.count_down();
  stops.idle.wait_until(1);
  stops.watchers.hold();
  for (int i = 1; i <= drivers; ++i) {
    stops.callers.let_go(1);
    stops.watchers.wait_until(i);
  }
  for (std::thread& each : callers) each.join();

  const auto late = go(on, give, 7);
  stops.watchers.hold_no_more();
  stops.watchers.let_go(drivers);
  stops.idle.wait_until(1 + drivers);

  EXPECT_EQ(late.try_take().value, 7);
}

}  // namespace
}  // namespace tussle
