// manual_executor.h: an executor that does nothing until it is told to: for tests.
//
// Tasks run in the order submitted, one on request, on the thread that asks.
#pragma once

#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/mutex.h"
#include "primitives/task/executor.h"
#include "primitives/task/task_line.h"

namespace tussle {

// All functions from any threads at once.
class manual_executor final : public executor {
 public:
  manual_executor() = default;
  // Discards what waits.
  ~manual_executor() { discard_all(); }

  [[nodiscard]] bool submit(task& work) noexcept override {
    const sync::mutex_lock lock(mutex_);
    if (open_) tasks_.push(work);
    return open_;
  }

  // False: nothing waits.
  bool run_one() {
    task* const work = take();
    if (work == nullptr) return false;
    work->run();
    return true;
  }
  // Also what is submitted meanwhile. Returns how many that were.
  std::size_t run_all() {
    std::size_t count = 0;
    while (run_one()) ++count;
    return count;
  }

  std::size_t pending() const {
    const sync::mutex_lock lock(mutex_);
    return tasks_.length();
  }

  // Accepts nothing from here on; what waits can still be run.
  void close() {
    const sync::mutex_lock lock(mutex_);
    open_ = false;
  }
  void discard_all() {
    while (task* const work = take()) work->discard();
  }

 private:
  task* take() {
    const sync::mutex_lock lock(mutex_);
    return tasks_.pop();
  }

  mutable sync::mutex mutex_;
  detail::task_line tasks_ ABSL_GUARDED_BY(mutex_);
  bool open_ ABSL_GUARDED_BY(mutex_) = true;
};

}  // namespace tussle
