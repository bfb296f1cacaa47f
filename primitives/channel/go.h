// go.h: processes that park instead of blocking.
//
//   tussle::channel<int> sums = tussle::go(
//       [](tussle::channel<int> in) -> tussle::go_block<int> {
//         int sum = 0;
//         while (auto element = co_await in.async_take()) sum += *element;
//         co_return sum;
//       },
//       numbers);
//   std::optional<int> sum = sums.take();
//
// The body is a coroutine that returns go_block<T>. It begins on the runtime's pool for
// computing, runs until it waits at a channel, and goes on, perhaps on another thread, when it
// is served: what is thread-local does not follow it. A hundred thousand of them wait without
// a thread. Inside, co_await the async forms only: blocking ones hold up others, and throw
// blocking_in_go_error where the runtime is checked (runtime_options::checked).
//
// Result:   a channel that gives the body's value and then closes; without a value (void, or
//           a null one) it closes. When it does, the frame, what was passed to the body, and
//           the body itself have been destroyed.
// Errors:   what the body throws goes to the uncaught hook, once; the result channel closes.
// Stack:    operations in a row that need not wait, and hand-overs from one to the next, take
//           none, whatever the compiler makes of them. After 256 in a row others get a turn.
// Lifetime: go() keeps the body itself, captures and all, until the frame is gone; arguments
//           are the coroutine's own parameters: what they refer to must live as long.
//           A frame that is parked is destroyed, without being resumed, when the channels
//           that it is parked at lose their last owners, or when the runtime ends. So a frame
//           that owns the channel it is parked at lives until then. Its result channel then
//           closes.
// Frames:   are aligned to a cache line. Elements that ask for more do not compile where a go
//           block would wait for them; locals and arguments must not, either.
// g++ 12:   has destroyed temporaries in co_await expressions twice, lambdas with captures
//           above all. What the forms here return holds elements only, and is made in place;
//           give what you pass to them a name where it is more than a move or a number.
// Contract: CONTRACT.md section 10 (GO-1 ... GO-8).
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "primitives/channel/block_memory.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go_scheduler.h"
#include "primitives/channel/process.h"
#include "primitives/reference/errors.h"
#include "primitives/task/runtime.h"

namespace tussle {

template <typename T>
class go_block;

namespace detail {

template <typename T>
using result_element = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <typename T>
class go_promise;

// What of a promise depends on whether there is a value.
template <typename T>
class go_value : public process {
  static_assert(
      fits_in_frames<T>,
      "a go block's value is aligned to a cache line at most: put others behind a "
      "pointer");

 public:
  template <typename U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }

 protected:
  ~go_value() = default;
  std::optional<T> value_;
};
template <>
class go_value<void> : public process {
 public:
  void return_void() noexcept {}

 protected:
  ~go_value() = default;
};

template <typename T>
class go_promise final : public go_value<T> {
 public:
  using result_channel = channel<result_element<T>>;

  go_block<T> get_return_object() noexcept;
  std::suspend_always initial_suspend() const noexcept { return {}; }

  struct last_suspension {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<go_promise> over) const noexcept {
      over.promise().ended();
    }
    void await_resume() const noexcept {}
  };
  last_suspension final_suspend() const noexcept { return {}; }

  void unhandled_exception() noexcept {
    this->home_->report_uncaught(std::current_exception());
  }

  // NOLINTNEXTLINE(misc-new-delete-overloads): the one that takes the size belongs to it
  static void* operator new(std::size_t size) { return allocate_block(size); }
  static void operator delete(void* frame, std::size_t size) noexcept {
    deallocate_block(frame, size);
  }

  // Of a block that begins now: whoever has its process destroys the frame.
  static go_promise& of(go_block<T> begun, std::unique_ptr<go_body> body,
                        const result_channel& result) noexcept;

 private:
  void begins(std::unique_ptr<go_body> body, const result_channel& result) noexcept {
    body_ = std::move(body);
    result.state().acquire_owner();
    result_ = &result.state();
  }
  std::coroutine_handle<go_promise> frame() noexcept {
    return std::coroutine_handle<go_promise>::from_promise(*this);
  }
  void resume() noexcept override { frame().resume(); }

  void end_frame() noexcept override {
    const result_channel result(result_);
    std::unique_ptr<go_body> body = std::move(body_);
    if constexpr (std::is_void_v<T>) {
      frame().destroy();
      body.reset();
    } else {
      std::optional<T> value = std::move(this->value_);
      frame().destroy();
      body.reset();
      if (value && !is_null(*value))
        static_cast<void>(result.state().put(*value, nullptr));
    }
    result.close();
  }

  std::unique_ptr<go_body> body_;
  typename result_channel::state_type* result_ = nullptr;  // owned
};

template <typename F>
class go_body_of final : public go_body {
 public:
  explicit go_body_of(F&& f) : called(std::move(f)) {}
  F called;
};

// Calls of it refer to nothing that would have to be kept.
template <typename F>
inline constexpr bool same_wherever_it_is =
    std::is_empty_v<F> || std::is_function_v<std::remove_pointer_t<F>> ||
    std::is_member_function_pointer_v<F>;

template <typename Block>
struct go_element;
template <typename T>
struct go_element<go_block<T>> {
  using type = T;
};

}  // namespace detail

// What a body returns: a go block that has not begun. Destroyed unless go() takes it.
template <typename T = void>
class go_block {
 public:
  using promise_type = detail::go_promise<T>;

  go_block(go_block&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  go_block& operator=(go_block&&) = delete;
  ~go_block() {
    if (frame_ != nullptr) frame_.destroy();
  }

 private:
  friend promise_type;

  explicit go_block(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

template <typename T>
go_block<T> detail::go_promise<T>::get_return_object() noexcept {
  return go_block<T>(frame());
}

template <typename T>
detail::go_promise<T>& detail::go_promise<T>::of(go_block<T> begun,
                                                 std::unique_ptr<go_body> body,
                                                 const result_channel& result) noexcept {
  go_promise& first = std::exchange(begun.frame_, nullptr).promise();
  first.begins(std::move(body), result);
  return first;
}

namespace detail {

// `called` lives as long as `body`, or is the same wherever it is.
template <typename F, typename... Args>
auto start_process(runtime& on, std::unique_ptr<go_body> body, F& called,
                   Args&&... args) {
  using value = typename go_element<std::invoke_result_t<F&, Args...>>::type;
  channel<result_element<value>> result(on, fixed(1));
  go_scheduler& scheduler = go_scheduler::of(on);
  go_promise<value>& first = go_promise<value>::of(
      std::invoke(called, std::forward<Args>(args)...), std::move(body), result);
  first.begins_in(scheduler);
  if (scheduler.start(first)) return result;
  go_scheduler::drop_process(first);
  throw executor_rejected_error();
}

}  // namespace detail

// Starts f(args...) as a process; returns its result channel. Does not wait.
// Throws: executor_rejected_error if the runtime was shut down; std::bad_alloc; what copying
//         throws. Nothing has begun then.
template <typename F, typename... Args>
auto go(runtime& on, F f, Args&&... args) {
  if constexpr (detail::same_wherever_it_is<F>) {
    return detail::start_process(on, nullptr, f, std::forward<Args>(args)...);
  } else {
    auto body = std::make_unique<detail::go_body_of<F>>(std::move(f));
    F& called = body->called;
    return detail::start_process(on, std::move(body), called,
                                 std::forward<Args>(args)...);
  }
}
template <typename F, typename... Args>
requires(!std::is_same_v<std::remove_cvref_t<F>, runtime>) auto go(F f, Args&&... args) {
  return go(default_runtime(), std::move(f), std::forward<Args>(args)...);
}

}  // namespace tussle
