// timer.h: calls that happen at a time.
//
//   waiting ──▶ due: in the executor ──▶ run
//      └──────▶ cancelled, or dropped at the end
//
// Consistency: a call runs once at most, on the executor, not before its time by
//              sync::clock, which never goes back. Calls for the same time are handed over in
//              the order they were asked for. What was done before `at` is visible to it.
// Progress:    at and cancel take a lock for O(log n) steps, the first at for as long as the
//              system takes to start a thread; no user code runs under it.
// Errors:      what a call throws goes to the hook, on the executor's thread. One that the
//              executor refuses is dropped, and the hook is given executor_rejected_error, on
//              the timer's thread. What the hook throws is dropped.
// Shutdown:    what has not been handed over is dropped: nobody waits for a time that may be
//              far away.
// Source:      a binary heap whose calls know their place, so that a cancelled one goes at
//              once: timeouts are mostly cancelled. Timing wheels (Varghese and Lauck, SOSP
//              1987) are quicker beyond tens of thousands, and round times up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/thread.h"
#include "primitives/task/executor.h"

namespace tussle {

// All functions from any threads at once.
class timer {
 public:
  class call;

  using hook = std::function<void(const std::exception_ptr& error)>;

  // Calls run on `runs`, which must outlive the timer. `errors`: null, or called from any
  // threads at once, as long as a call that was handed over has not run.
  explicit timer(executor& runs, std::shared_ptr<const hook> errors = nullptr)
      : runs_(&runs), errors_(std::move(errors)) {}
  // Not on its own thread, nor on one that it would wait for.
  ~timer();
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

  // Calls f() once it is `when`. The first call starts the timer's thread.
  // Throws: executor_rejected_error after a shutdown; std::system_error where the system
  //         gives no thread; std::bad_alloc; what moving f throws. Nothing happens then.
  template <typename F>
  call at(sync::time_point when, F f);

  // Drops what it still has, and accepts nothing from here on. Does not wait.
  void shutdown() noexcept;

  // Calls that are not due yet.
  std::size_t waiting() const;

 private:
  class entry;
  template <typename F>
  class entry_of;

  static void tell(const std::shared_ptr<const hook>& errors,
                   const std::exception_ptr& error) noexcept;
  call add(entry* owned);
  bool cancel(entry& one) noexcept;
  void work() noexcept;
  std::optional<sync::time_point> first_time() const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  entry* take_due() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void remove(entry& one) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void put(entry& one, std::size_t place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void move_up(entry& one, std::size_t place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void move_down(entry& one, std::size_t place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  executor* const runs_;
  const std::shared_ptr<const hook> errors_;
  mutable sync::mutex mutex_;
  sync::condition_variable changed_;  // the first one, or whether it is open
  std::vector<entry*> heap_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;
  bool open_ ABSL_GUARDED_BY(mutex_) = true;
  sync::thread thread_ ABSL_GUARDED_BY(mutex_);
};

// What waits: owned by who asked, and by the timer or the executor.
class timer::entry : public task {
 public:
  entry(sync::time_point when, std::shared_ptr<const hook> errors) noexcept
      : when_(when), errors_(std::move(errors)) {}  // NOLINT: a hook, no exception
  virtual ~entry() = default;

  void acquire() noexcept {
    // Relaxed: the caller already owns a reference.
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    // acq_rel; pairs with itself: what every other owner did happens before the end.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  void run() noexcept final;
  // It will not run: its function is destroyed, and the timer's reference given up.
  void discard() noexcept final {
    drop_function();
    release();
  }

 private:
  friend class timer;
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  virtual void call() = 0;
  virtual void drop_function() noexcept = 0;
  bool is_before(const entry& other) const noexcept {
    return when_ != other.when_ ? when_ < other.when_ : turn_ < other.turn_;
  }

  const sync::time_point when_;
  const std::shared_ptr<const hook> errors_;
  std::uint64_t turn_ = 0;       // under the timer's lock, as
  std::size_t place_ = nowhere;  // in the heap
  sync::atomic<std::uint32_t> references_{2};
};

template <typename F>
class timer::entry_of final : public timer::entry {
 public:
  entry_of(sync::time_point when, std::shared_ptr<const hook> errors, F&& f)
      : entry(when, std::move(errors)), f_(std::move(f)) {}

 private:
  void call() override { std::invoke(*f_); }
  void drop_function() noexcept override { f_.reset(); }

  std::optional<F> f_;  // of who runs or drops it
};

// A handle: copies denote the same call. Dropping all of them does not cancel. Must not
// outlive the timer, but for being destroyed.
class timer::call {
 public:
  call(const call& other) noexcept : owner_(other.owner_), entry_(other.entry_) {
    if (entry_ != nullptr) entry_->acquire();
  }
  call(call&& other) noexcept
      : owner_(other.owner_), entry_(std::exchange(other.entry_, nullptr)) {}
  call& operator=(call other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(entry_, other.entry_);
    return *this;
  }
  ~call() {
    if (entry_ != nullptr) entry_->release();
  }

  // True: it was not due yet, and never runs; its function has been destroyed. False: it is
  // with the executor, or over.
  bool cancel() const noexcept { return owner_->cancel(*entry_); }

 private:
  friend class timer;
  call(timer& owner, entry* shared) noexcept : owner_(&owner), entry_(shared) {}

  timer* owner_;
  entry* entry_;
};

template <typename F>
timer::call timer::at(sync::time_point when, F f) {
  auto owned = std::make_unique<entry_of<F>>(when, errors_, std::move(f));
  call added = add(owned.get());
  static_cast<void>(owned.release());  // the timer's, and the handle's
  return added;
}

}  // namespace tussle
