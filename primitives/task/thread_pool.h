// thread_pool.h: threads that run tasks, started as they are needed.
//
// A task that is submitted finds a thread: one that is idle, or a new one while there are
// fewer than `most_threads`; beyond that it waits in line. So with a bound it is a pool for
// computing, and without one no task ever waits for another that blocks. A thread that has
// been idle for `idle_time` ends.
//
// Order:    tasks start in the order submitted.
// Blocking: submit takes a lock for a few instructions, and starts a thread where one is
//           needed; while the first is being started, others wait for that. shutdown does not wait; join and the destructor do.
// Shutdown: from any thread, the pool's own too. Running tasks go on to their end. What waits
//           is run or discarded, as asked; once it was asked to discard it stays so.
// Source:   one queue under one lock, and at most one thread woken for a task (README.md has
//           what was measured against it).
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <list>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/thread.h"
#include "primitives/task/executor.h"

namespace tussle {

// What becomes of tasks that wait when an executor is shut down.
enum class shutdown_policy { drain, discard };

struct thread_pool_options {
  std::size_t most_threads = std::numeric_limits<std::size_t>::max();
  std::chrono::nanoseconds idle_time = std::chrono::seconds(60);
};

// All functions from any threads at once; the destructor and join not from its own.
class thread_pool final : public executor {
 public:
  explicit thread_pool(thread_pool_options options);
  // Discards what waits, and blocks until what runs has ended.
  ~thread_pool();

  // False also if it has no thread and the system gives it none. If it has some, and there
  // should be more but cannot be, the task waits for those.
  [[nodiscard]] bool submit(task& work) override;

  // Accepts nothing from here on.
  void shutdown(shutdown_policy waiting) noexcept;

  // Blocks until all threads have ended, which they do after a shutdown.
  void join() noexcept;

  // Threads that are there at this moment.
  std::size_t threads() const;

 private:
  struct member {
    sync::thread thread;
    bool started = false;  // the handle is there
    bool ended = false;    // it will do nothing more
  };
  // First in, first out.
  struct line {
    task* first = nullptr;
    task* last = nullptr;
    std::size_t length = 0;

    void push(task& work) noexcept;
    task* pop() noexcept;
    bool withdraw(task& work) noexcept;  // false: it is not in it
  };

  bool is_left_to_others(task& work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool start(std::list<member>::iterator one, task& work);
  void work(member& self) noexcept;
  task* next_task(member& self);
  bool idle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void join_ended() noexcept;
  void end_if_all_ended() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const thread_pool_options options_;

  mutable sync::mutex mutex_;
  sync::condition_variable wanted_;
  sync::condition_variable all_ended_;
  sync::condition_variable start_ended_;  // a thread is there, or could not be started
  line line_ ABSL_GUARDED_BY(mutex_);
  std::list<member> members_ ABSL_GUARDED_BY(mutex_);
  std::size_t alive_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t starting_ ABSL_GUARDED_BY(mutex_) = 0;  // their handles are not there yet
  std::size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;      // sleep, and were not called
  std::size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;     // made to sleepers, not heard yet
  // Called or started, and without a task so far: at least as many as tasks in line, unless
  // there are as many threads as there may be.
  std::size_t coming_ ABSL_GUARDED_BY(mutex_) = 0;
  bool open_ ABSL_GUARDED_BY(mutex_) = true;
  // Changes whenever something comes: what a thread looks at before it sleeps.
  sync::atomic<std::size_t> arrivals_{0};
};

}  // namespace tussle
