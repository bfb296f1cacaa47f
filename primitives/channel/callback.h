// callback.h: functions that wait for an operation on a channel, and are called once.
//
// Where:    on the calling thread if the operation is done at once; if later, on the thread of
//           the counterpart that completes it, after all locks have been given up; or, as
//           asked, on the runtime's pool for computing in both cases.
// Stack:    calls within calls, on one thread, go eight deep; those beyond wait until the
//           outermost has returned, and then run on the same thread. So do those that a
//           transducer or an ex-handler completes at another channel (users_code.h). The same
//           holds for those that are destroyed because the runtime takes nothing more.
// Errors:   thrown to the caller of the operation where it is called within that; otherwise to
//           the uncaught hook.
// Dropped:  when the channel is abandoned, or the runtime takes nothing more: destroyed
//           without being called. The latter is reported, as executor_rejected_error.
// Outlives: one that waits may outlive its runtime. Then its errors, and that it is dropped,
//           are told to nobody.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "primitives/channel/go_scheduler.h"
#include "primitives/channel/waiter.h"
#include "primitives/task/errors.h"
#include "primitives/task/executor.h"

namespace tussle::detail {

// The calls that are under way on a thread. Not inlined anywhere: a go block may make one, and
// go on on another thread.
class inline_calls {
 public:
  // Whether one more may begin now.
  static bool may_begin() noexcept;
  // Runs it now, or when the outermost has returned.
  static void run(task& call) noexcept;
  // Those that users_code has put off; unless an outer call will.
  static void run_put_off() noexcept;

  // One that the caller makes himself.
  class scope {
   public:
    scope() noexcept;
    ~scope();
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;
  };
};

// Where a callback goes when it is not called inline; also whom its errors are told to.
class callback_home {
 public:
  explicit callback_home(runtime& home) : scheduler_(&go_scheduler::of(home)) {
    scheduler_->acquire();
  }
  callback_home(const callback_home&) = delete;
  callback_home& operator=(const callback_home&) = delete;
  ~callback_home() { scheduler_->release(); }

  go_scheduler& scheduler() const noexcept { return *scheduler_; }

 private:
  go_scheduler* const scheduler_;
};

// `Element` is what lies in the cell while it waits; f gets what result() makes of it.
template <typename Element, typename F>
class callback final : public task, public party {
 public:
  callback(runtime& home, waiter::side which, Element element, F&& f, bool on_caller)
      : party(abandoned::is_dropped),
        entry(which, &cell),
        cell(std::move(element)),
        home_(home),
        f_(std::move(f)),
        on_caller_(on_caller) {
    entry.who = this;
  }

  waiter entry;
  Element cell;

  // It is over, later than at once, or is not to be called inline: owns itself from here on.
  void wake() noexcept override {
    on_caller_ ? inline_calls::run(*this) : home_.scheduler().push(*this);
  }
  void drop() noexcept override { delete this; }

  void run() noexcept override {
    const std::unique_ptr<callback> owned(this);
    try {
      if (error) std::rethrow_exception(std::move(error));
      call();
    } catch (...) {
      home_.scheduler().report_uncaught(std::current_exception());
    }
  }
  void discard() noexcept override {
    error = make_rejected_error();
    inline_calls::run(*this);  // which only reports it, and has it destroyed
  }

  void call() {
    if (entry.puts) {
      if constexpr (std::is_invocable_v<F&, bool>) std::invoke(f_, bool{entry.accepted});
    } else {
      if constexpr (std::is_invocable_v<F&, Element>) std::invoke(f_, std::move(cell));
    }
  }

 private:
  const callback_home home_;
  F f_;
  const bool on_caller_;
};

}  // namespace tussle::detail
