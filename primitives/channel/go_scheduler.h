// go_scheduler.h: runs go blocks, and callbacks, on a runtime's pool for computing.
//
// A few *drivers*, tasks of the pool, resume what is ready, one after the other, in a loop: so
// a chain of any length needs one frame of the stack, and a hand-over between two go blocks
// no thread.
//
//   idle ──▶ working ◀──▶ watching ──▶ idle
//
// What a driver makes ready stays with it: the newest in its slot, to run next while what it
// is about is in the cache, but three times in a row at most; what was there before, at the
// end of its line. What comes from other threads stands in a line that all drivers look at,
// first of all at every 61st turn. One driver watches: it looks at the others every 50 to 400
// µs, and where a line is longer than what its driver has run since, takes half of it, and
// where a driver has run nothing since, its slot, too. Where more is left than what it goes to
// work with, it calls another one to watch; where all are at work, those that go to the end of
// the pool's line look instead. So work spreads where it is too much for one or where some are
// stuck, and elsewhere costs no other core a wake-up.
//
// Fairness: everything that is ready runs, whatever the rest does, as long as one driver of
//           `cores + 2` is not stuck. After 256 operations in a row that need not wait a go
//           block gives way; after some 200 µs a driver goes to the end of a line of the pool.
// Shutdown: one that drains lets what is ready with drivers run; one that discards has it
//           destroyed, also where its driver is stuck, as long as not all are. What others
//           make ready afterwards is destroyed.
// Lifetime: the runtime ends it (runtime_part), which destroys all frames that are left, each
//           once; a go block that another thread has taken out of its channel is waited for.
// Source:   slots, local lines and a shared one looked at every 61st turn: the scheduler of
//           Go (Vyukov 2012, "Scalable Go scheduler design"), and tokio's cap on the slot. The
//           watcher has the part of Go's monitor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "primitives/channel/process.h"
#include "primitives/channel/timeouts.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/task/executor.h"
#include "primitives/task/runtime.h"
#include "primitives/task/task_line.h"

namespace tussle::detail {

class go_scheduler final : public runtime_part {
 public:
  // Made at its first use. Throws: std::bad_alloc.
  static go_scheduler& of(runtime& home);

  void acquire() noexcept {
    // Relaxed: the caller already owns a reference.
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    // acq_rel; pairs with itself: what every other owner did happens before the end.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  // False: it cannot be run, and is the caller's again.
  [[nodiscard]] bool start(task& first) noexcept;
  // The same; what cannot be run is discarded.
  void push(task& ready) noexcept;
  // Behind what is ready already.
  void push_last(task& ready) noexcept;

  void enlist(process& one) noexcept;
  void end_process(process& one) noexcept;  // by the driver that ran it to its end
  static void drop_process(process& one) noexcept;  // by whoever has taken it out
  // Those that users_code has put off; unless an outer call will.
  static void drop_put_off() noexcept;
  // Of the calling thread: frames that are to be dropped meanwhile go when the outermost ends.
  class drops_wait {
   public:
    drops_wait() noexcept;
    ~drops_wait();
    drops_wait(const drops_wait&) = delete;
    drops_wait& operator=(const drops_wait&) = delete;

   private:
    const bool others_wait_;
  };

  // To the runtime; once that has ended, nobody is told.
  void report_uncaught(const std::exception_ptr& error) noexcept;

  timeouts& open_timeouts() noexcept { return timeouts_; }

  // Go blocks that have begun an operation and whose frames live.
  std::size_t live() const;

  void end() noexcept override;

  // Whether the calling thread is running go blocks that must not block.
  static bool must_not_block() noexcept;

 private:
  struct driver;
  struct shard {
    mutable sync::mutex mutex;
    sync::condition_variable changed;
    process* first ABSL_GUARDED_BY(mutex) = nullptr;
    std::size_t live ABSL_GUARDED_BY(mutex) = 0;
    std::size_t ending ABSL_GUARDED_BY(mutex) = 0;  // taken out of the list, but not gone
  };
#if defined(TUSSLE_MODE_BENCH)
  static constexpr std::size_t shards = 8;
#else
  static constexpr std::size_t shards =
      1;  // which ones share one is a matter of addresses
#endif

  explicit go_scheduler(runtime& home);
  ~go_scheduler();

  bool inject(task& ready) noexcept;
  void push_local(driver& here_now, task& ready) noexcept;
  void add_to_line(driver& here_now, task& ready) noexcept;
  void call_watcher(task_line& left) noexcept;
  void call_watcher() noexcept;
  void recall_watcher() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  driver& idle_driver() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void submit(driver& one, task_line& left) noexcept;
  task_line never_runs(driver& one) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void drive(driver& now) noexcept;
  bool run_ready(driver& now) noexcept;
  bool go_to_the_end(driver& now) noexcept;
  task* next(driver& now) noexcept;
  static task* next_local(driver& now) noexcept;
  static task* take_slot(driver& from) noexcept;
  task* next_injected(driver& now) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool find(driver& now, task*& found) noexcept;
  void look_for_arrivals() const noexcept;
  void stop(driver& now) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool watch(driver& now) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool watch_for_a_while(driver& now) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void take_from_all(driver& now) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void call_next_watcher() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::size_t ready_with_all() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool steal_for(driver& now, bool& moves) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool discards() const noexcept;
  static void discard_all(task_line& line) noexcept;
  static void take_local(driver& from, task_line& into) noexcept;
  void take_all_local(task_line& into) noexcept;
  void was_discarded(driver& one) noexcept;

  shard& shard_of(const process& one) noexcept;
  static void delist(shard& in, process& one) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(in.mutex);
  void drop_one(process& one) noexcept;
  static void drop_first_put_off() noexcept;
  static void drop_all_put_off() noexcept;
  static void end_all(shard& in) noexcept;

  runtime* const home_;
  executor* const runs_;
  const bool own_threads_;  // drivers may wait, and there may be several
  const bool checked_;
  const std::size_t drivers_;
  const std::unique_ptr<driver[]> all_;

  mutable sync::mutex mutex_;
  sync::condition_variable recall_;   // for the watcher
  sync::condition_variable stopped_;  // for whoever ends it
  task_line injected_ ABSL_GUARDED_BY(mutex_);
  std::size_t working_ ABSL_GUARDED_BY(mutex_) = 0;  // will look at it before they leave
  std::size_t driving_ ABSL_GUARDED_BY(mutex_) = 0;  // are on a thread
  std::size_t submitting_ ABSL_GUARDED_BY(mutex_) = 0;  // are on their way there
  bool recalled_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t looked_ ABSL_GUARDED_BY(mutex_) =
      0;  // when all worked; cycles of any thread
  std::size_t reporting_ ABSL_GUARDED_BY(mutex_) = 0;  // use the runtime
  bool is_alone_ ABSL_GUARDED_BY(mutex_) = false;      // it has none any more
  // Written under the lock; read without it, as a hint.
  sync::atomic<bool> watched_{false};
  sync::atomic<bool> ended_{false};
  sync::atomic<std::uint32_t> arrivals_{0};

  std::array<shard, shards> living_;
  timeouts timeouts_;
  sync::atomic<std::uint32_t> references_{1};
};

}  // namespace tussle::detail
