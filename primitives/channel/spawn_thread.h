// spawn_thread.h: processes that may block.
//
// Result:   as of a go block (go.h): a channel that gives the value, if there is one, and
//           closes.
// Progress: the runtime's pool for work that may wait has a thread for each.
// Errors:   what f throws goes to the uncaught hook, once; the result channel closes. So it
//           does where the runtime is shut down and discards what waits.
// Lifetime: on somebody else's executors a process goes on when its runtime ends. What it
//           throws then is told to nobody.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "primitives/channel/callback.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/reference/errors.h"
#include "primitives/task/executor.h"
#include "primitives/task/runtime.h"

namespace tussle {

// What the work mostly does: a hint.
enum class workload { mixed, io };

namespace detail {

template <typename T, typename F>
class thread_process final : public task {
 public:
  using result_channel = channel<result_element<T>>;

  thread_process(runtime& on, F&& f, result_channel result)
      : home_(on), f_(std::move(f)), result_(std::move(result)) {}

  void run() noexcept override {
    std::unique_ptr<thread_process> owned(this);
    const result_channel result = result_;
    std::optional<result_element<T>> value = call();
    owned.reset();
    if constexpr (!std::is_void_v<T>) {
      if (value && !is_null(*value))
        static_cast<void>(result.state().put(*value, nullptr));
    }
    result.close();
  }
  void discard() noexcept override {
    const result_channel result = result_;
    delete this;
    result.close();
  }

 private:
  // None: it threw, or has no value.
  std::optional<result_element<T>> call() noexcept {
    try {
      if constexpr (std::is_void_v<T>) {
        std::invoke(f_);
      } else {
        return std::invoke(f_);
      }
    } catch (...) {
      home_.scheduler().report_uncaught(std::current_exception());
    }
    return std::nullopt;
  }

  const callback_home home_;  // the runtime may be gone
  F f_;
  const result_channel result_;
};

}  // namespace detail

// Starts f() on a thread of its own. Does not wait.
// Throws: executor_rejected_error if the runtime takes no work; std::bad_alloc; what moving f
//         throws.
template <typename F>
auto spawn_thread(runtime& on, F f, workload /*hint*/ = workload::mixed) {
  using value = std::remove_cvref_t<std::invoke_result_t<F&>>;
  channel<detail::result_element<value>> result(on, fixed(1));
  auto owned =
      std::make_unique<detail::thread_process<value, F>>(on, std::move(f), result);
  if (!on.blocking().submit(*owned)) throw executor_rejected_error();
  static_cast<void>(owned.release());
  return result;
}
template <typename F>
requires(!std::is_same_v<std::remove_cvref_t<F>, runtime>) auto spawn_thread(
    F f, workload hint = workload::mixed) {
  return spawn_thread(default_runtime(), std::move(f), hint);
}

}  // namespace tussle
