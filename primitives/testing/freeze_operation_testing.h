// freeze_operation_testing.h: holds a thread just before one of its operations on the seam.
//
// For places that have no name of their own. Works in modes with schedule points.
#pragma once

#include <atomic>
#include <functional>
#include <latch>
#include <thread>
#include <utility>

#include "primitives/testing/schedulers_testing.h"

namespace tussle::tests {

// Holds the thread that called `watch_this_thread` before its first operation from then on
// that `wanted` picks, until it is told to let go.
class freeze_operation final : public scoped_scheduler {
 public:
  using predicate = std::function<bool(const sync::visible_operation&)>;

  explicit freeze_operation(predicate wanted) : wanted_(std::move(wanted)) { install(); }
  ~freeze_operation() { uninstall(); }
  freeze_operation(const freeze_operation&) = delete;
  freeze_operation& operator=(const freeze_operation&) = delete;

  // Relaxed: a thread compares with its own id, which it stored itself.
  void watch_this_thread() noexcept {
    watched_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  }
  void wait_until_reached() { reached_.wait(); }
  void let_go() { let_go_.count_down(); }

  void before(const sync::visible_operation& next) noexcept override {
    if (watched_.load(std::memory_order_relaxed) != std::this_thread::get_id()) return;
    if (!wanted_(next)) return;
    watched_.store({}, std::memory_order_relaxed);  // the first one only
    reached_.count_down();
    let_go_.wait();
  }

 private:
  const predicate wanted_;
  std::atomic<std::thread::id> watched_{};
  std::latch reached_{1};
  std::latch let_go_{1};
};

}  // namespace tussle::tests
