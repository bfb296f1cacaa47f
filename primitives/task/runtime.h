// runtime.h: the pools that agents, futures and the parallel helpers run on.
//
//   compute()    cores + 2 threads, for work that computes and does not wait
//   blocking()   as many threads as there is work, for work that may wait
//   timer()      calls on compute(), at a time; its thread starts with the first one
//
// A runtime is an object like any other: programs that make none use default_runtime(),
// which is made at its first use and never destroyed, so that it serves until the process
// ends; its threads end with the process.
//
// Shutdown: from any thread, the runtime's own too, any number of times. Running tasks go on
//           to their end, nothing new is accepted, and what waits is drained or discarded by
//           the policy of the first call; what is not due yet is dropped. The destructor
//           shuts down by the policy of the options and blocks until all threads have ended;
//           nothing runs after it. On one of the runtime's own threads, which would wait for
//           itself, it ends the process with one line.
// Errors:   what nobody else can be told of goes to the uncaught hook (of deferred sends that
//           an executor refused, for one, and of timed calls); without a hook it is dropped.
// Contract: CONTRACT.md sections 5.2 and 15 (DEV-11).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>

#include "primitives/sync/atomic.h"
#include "primitives/task/executor.h"
#include "primitives/task/thread_pool.h"
#include "primitives/task/timer.h"

namespace tussle {

// Called from any threads at once. What it throws is dropped.
using uncaught_hook = timer::hook;

struct runtime_options {
  std::size_t compute_threads = 0;  // 0: cores + 2
  thread_pool_options blocking = {};
  shutdown_policy at_end = shutdown_policy::discard;
  uncaught_hook uncaught = {};
  // Blocking operations on channels throw on threads that run go blocks (channel/).
  bool checked = false;
};

class runtime;

// What a room above this one keeps for a runtime.
class runtime_part {
 public:
  // Called once, by the runtime's destructor, when none of its own threads is left, or where
  // it was made for nothing. The part's last call: it may destroy itself.
  virtual void end() noexcept = 0;

  runtime_part(const runtime_part&) = delete;
  runtime_part& operator=(const runtime_part&) = delete;

 protected:
  runtime_part() = default;
  ~runtime_part() = default;
};

class runtime {
 public:
  explicit runtime(runtime_options options = {});
  // On executors of somebody else, which must outlive it: for tests. shutdown and the
  // destructor leave them alone, and end the timer only; bodies that may wait, of spawn_thread
  // and pipeline_blocking, go on to their end there, and what they throw is told to nobody.
  runtime(executor& compute, executor& blocking, uncaught_hook uncaught = {},
          bool checked = false);
  ~runtime();
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  executor& compute() noexcept { return *compute_; }
  executor& blocking() noexcept { return *blocking_; }
  tussle::timer& timer() noexcept { return timer_; }

  // Submits a task that one of this runtime's own executors, `where`, had accepted in some way
  // before the shutdown, and that a drain therefore owes a turn. False: it was to discard, or
  // the executor is somebody else's. Not after the destructor has begun, but for its threads
  // and for those that the end of a part waits for.
  [[nodiscard]] bool submit_accepted(executor& where, task& work) noexcept;

  void report_uncaught(const std::exception_ptr& error) noexcept;

  // The part, which make(*this) makes at the first call; always the same `make`. Of two first
  // calls at once, one makes a part in vain.
  runtime_part& part(runtime_part* (*make)(runtime&));

  // Whether its pools are its own, and so not somebody else's executors.
  bool has_own_threads() const noexcept { return own_ != nullptr; }
  bool is_checked() const noexcept { return checked_; }
  // Of its own pools, at this moment; those that have nothing to do end after their idle time.
  std::size_t threads() const;

  void shutdown(shutdown_policy waiting) noexcept;

  // What the first shutdown asked for; nothing before it, nor on executors of somebody else.
  std::optional<shutdown_policy> was_shut_down() const noexcept {
    // (2) acquire; pairs with (1).
    const ending now = ending_.load(std::memory_order_acquire);
    if (now == ending::none) return std::nullopt;
    return now == ending::drain ? shutdown_policy::drain : shutdown_policy::discard;
  }

 private:
  enum class ending : std::uint8_t { none, drain, discard };
  struct pools;

  std::unique_ptr<pools> own_;
  executor* compute_;
  executor* blocking_;
  shutdown_policy at_end_ = shutdown_policy::discard;
  sync::atomic<ending> ending_{ending::none};
  const std::shared_ptr<const uncaught_hook> uncaught_;
  const bool checked_;
  sync::atomic<runtime_part*> part_{nullptr};
  tussle::timer timer_;
};

// The process's. Thread-safe. Throws: std::bad_alloc at its first use.
runtime& default_runtime();

// cores + 2: what a pool for computing has, and how far pmap looks ahead.
std::size_t usual_width() noexcept;

}  // namespace tussle
