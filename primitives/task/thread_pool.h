// thread_pool.h: threads that run tasks, started as they are needed.
//
//                        called, or started                 takes a task
//   asleep ◀────────────────────────────▶ coming ◀──────────────────────▶ running
//      ▲                                    ▲  │        nothing in line
//      └─ nothing for a while ── lookout ───┘  └─ nothing in line
//
// A task that is submitted is left to a thread that is coming already, and that thread calls
// another if more than its own task is in line: one wake-up at a time, and none while a thread
// is about to look anyway. Beyond as many running threads as there are cores, and where tasks
// have been quick lately, nobody is called at once. Then one thread, the *lookout*, looks at
// the line every `patience`; where no task has been taken since, those that run are taken to be
// blocked, and it brings one more thread, then two, four and so on, until one of them takes
// a task. So every task is started, whatever the others wait for, as long as there may be more
// threads; and many quick tasks cost one thread's time, not a wake-up each.
//
// With a bound it is a pool for computing, and tasks beyond it wait in line. A thread that
// has been idle for `idle_time` ends.
//
// What its own threads submit goes into a line of the thread (own_line.h) as long as there is a
// lookout, and tasks are quick or all cores at work; without a lock. A thread takes from its
// own line, from the common one where that is empty and at every 61st turn (at every second one
// where tasks are slow), and then half of another's. Of a thread that waits, or that stands
// still when the lookout looks, the tasks go to the common line; all threads' do when the
// lookout leaves or the pool is shut down. Pools of more than 256 threads, or without patience,
// have the common line alone.
//
// Order:    tasks start in the order submitted, in each line.
// Blocking: submit takes a lock for a few instructions, and starts a thread where one is
//           needed, after which it joins those that have ended; while all that are there are
//           being started or wait, others wait for that start. shutdown does not wait; join
//           and the destructor do.
// Shutdown: from any thread, the pool's own too. Running tasks go on to their end. What waits
//           is run or discarded, as asked; once it was asked to discard it stays so.
// Source:   one queue under one lock, and local ones from which others steal. One wake-up at a
//           time, handed on by whoever wakes: the scheduler of Go (Vyukov 2012, "Scalable Go
//           scheduler design"), whose monitor also takes the part of the lookout. README.md
//           has what was measured.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/thread.h"
#include "primitives/task/blocking_region.h"
#include "primitives/task/executor.h"
#include "primitives/task/own_line.h"
#include "primitives/task/task_line.h"

namespace tussle {

// What becomes of tasks that wait when an executor is shut down.
enum class shutdown_policy { drain, discard };

struct thread_pool_options {
  std::size_t most_threads = std::numeric_limits<std::size_t>::max();
  std::chrono::nanoseconds idle_time = std::chrono::seconds(60);
  // How long a task may stand in line, untouched, behind others that run, before there is one
  // more thread for it. 0: never, there is a thread for each at once.
  std::chrono::nanoseconds patience = std::chrono::microseconds(50);
};

// All functions from any threads at once; the destructor and join not from its own.
class thread_pool final : public executor {
 public:
  explicit thread_pool(thread_pool_options options);
  // Discards what waits, and blocks until what runs has ended.
  ~thread_pool();

  // False also if all its threads wait (blocking_region.h), or there are none, and the system
  // gives it no other. If there should be more than those at work, but cannot be, the task
  // waits for them; should they wait, they ask the system again.
  [[nodiscard]] bool submit(task& work) noexcept override;

  // The same for a task that was accepted, in some way, before a shutdown: one that drains
  // takes it still. Not after the destructor has begun.
  [[nodiscard]] bool submit_accepted(task& work) noexcept;

  // Accepts nothing from here on.
  void shutdown(shutdown_policy waiting) noexcept;

  // Blocks until all threads have ended, which they do after a shutdown. On one of them, which
  // would wait for itself, also when it is ending, ends the process with one line.
  void join() noexcept;
  // Ends the process if the calling thread is, or was, one of this pool.
  void require_other_thread() const noexcept;

  // Threads that are there at this moment.
  std::size_t threads() const;

 private:
  friend class detail::blocking_region;

  struct member {
    std::unique_ptr<detail::own_line> own;  // null: it has none
    sync::atomic<std::uint32_t> turns{0};   // tasks that it has run
    std::uint32_t seen_turns = 0;           // by the lookout
    bool took_common = false;               // its last task, from the common line
    sync::thread thread;
    bool started = false;                               // the handle is there
    bool ended = false;                                 // it will do nothing more
    std::shared_ptr<const sync::atomic<bool>> is_over;  // its last destructors are, too
    std::list<member>* before = nullptr;  // takes those that were over before it ended
  };
  using member_at = std::list<member>::iterator;
  // A task to run, null for none; and a thread to start first, where one is wanted.
  struct turn {
    task* work = nullptr;
    std::optional<member_at> added = {};
  };

  bool keeps(task& work) noexcept;
  bool submit(task& work, bool was_accepted) noexcept;
  bool is_patient() const { return patience_ > patience_.zero(); }
  bool is_quick() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool line_is_served() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool bring(std::optional<member_at>& added) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool call_idle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool call_lookout() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void leave_lookout() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void close_lines() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void close(detail::own_line& line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void move_to_common(detail::own_line& line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool add(std::optional<member_at>& added) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool somebody_looks() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool is_left_to_others(std::uint64_t number) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool start(member_at one);

  void work(member& self) noexcept;
  turn come(member& self, bool looks);
  turn next_turn(member& self, std::uint64_t cycles);
  turn take(member& self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  task* next_task(member& self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  task* steal() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool idle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool look_out() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool look_at_lines(bool& helps) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool begin_to_wait() noexcept;
  void end_to_wait() noexcept;
  bool leave_line_to_others() noexcept;
  bool bring_for_stuck(std::size_t wanted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static std::shared_ptr<const sync::atomic<bool>> will_be_over() noexcept;
  static void be_over() noexcept;
  void take_those_over(std::list<member>& gone) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void end_if_all_ended() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const thread_pool_options options_;
  const std::chrono::nanoseconds patience_;  // of the options, within bounds
  const std::size_t prompt_;  // so many running threads are brought without patience
  const bool has_own_lines_;

  sync::mutex joining_;  // before mutex_
  mutable sync::mutex mutex_;
  sync::condition_variable wanted_;  // for those asleep
  sync::condition_variable recall_;  // for the lookout
  sync::condition_variable all_ended_;
  sync::condition_variable start_ended_;  // a thread is there, or could not be started
  detail::task_line line_ ABSL_GUARDED_BY(mutex_);
  std::list<member> members_ ABSL_GUARDED_BY(mutex_);
  std::size_t alive_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t starting_ ABSL_GUARDED_BY(mutex_) = 0;    // their handles are not there yet
  std::size_t submitting_ ABSL_GUARDED_BY(mutex_) = 0;  // start a thread, or wait for one
  std::size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;        // asleep, and not called
  std::size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;       // made to sleepers, not heard yet
  std::size_t coming_ ABSL_GUARDED_BY(mutex_) = 0;  // called, started or back from a task
  std::size_t running_ ABSL_GUARDED_BY(mutex_) = 0;  // have a task, and do not wait
  std::size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;  // have a task, and wait
  std::size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;    // tasks so far
  bool looked_out_ ABSL_GUARDED_BY(mutex_) = false;  // there is a lookout
  std::size_t recalls_ ABSL_GUARDED_BY(mutex_) = 0;  // of lookouts to work, not heard yet
  std::uint64_t usual_run_ ABSL_GUARDED_BY(mutex_) = 0;  // of a task, lately; cycles
  bool open_ ABSL_GUARDED_BY(mutex_) = true;
  bool drains_ ABSL_GUARDED_BY(mutex_) = true;  // has not been asked to discard
  // Changes whenever something comes: what a thread looks at before it sleeps.
  sync::atomic<std::size_t> arrivals_{0};
};

}  // namespace tussle
