// executor.h: where work is handed to, to run on another thread.
//
// A task is intrusive: who submits it owns its memory until it runs or is discarded, so that
// handing over allocates nothing. One task is in one executor at a time.
#pragma once

#include <cstdint>

namespace tussle {

// Work that waits in an executor's queue.
class task {
 public:
  // Called once, on a thread of the executor, outside all its locks. May end the task's life.
  // Exceptions end the process: what user code throws is the task's own to keep.
  virtual void run() noexcept = 0;
  // Called instead of run() when the executor is shut down and discards what waits.
  virtual void discard() noexcept = 0;

  // The queue's, while it waits there.
  task* next = nullptr;
  std::uint64_t number = 0;

  task(const task&) = delete;
  task& operator=(const task&) = delete;

 protected:
  task() = default;
  ~task() = default;
};

class executor {
 public:
  // Queues a task; what happened before submit() happens before run(). Never blocks for
  // another task, and never runs it on this thread.
  // Returns: false, with the task untouched, if it cannot be run: once the executor was shut
  // down, or where there is no memory or no thread for it. Does not throw, so that nobody has
  // to give back what hangs on the task.
  // Thread-safe.
  [[nodiscard]] virtual bool submit(task& work) noexcept = 0;

  executor(const executor&) = delete;
  executor& operator=(const executor&) = delete;

 protected:
  executor() = default;
  ~executor() = default;
};

}  // namespace tussle
