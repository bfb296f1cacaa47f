// future.h: the result of a call that runs on another thread.
//
//   pending ──▶ running ──▶ done: a value or an error
//      └───────────┴──────▶ cancelled
//
// Consistency: the body runs once at most, on a thread of the runtime's pool for blocking
//              work, which has room for as many as there are: futures may wait for futures.
//              Done and cancelled are final. What was done before the call is visible to the
//              body; what the body did, to whoever has its result.
// Progress:    get waits; it never runs the body itself (FUT-1). cancel, is_done and
//              is_cancelled never wait.
// Errors:      an exception of the body, of any type, is thrown by every get: the same object.
//              A cancelled future's get throws future_cancelled_error, also where it was
//              waiting. If the runtime was shut down and discards what waits, the error is
//              executor_rejected_error.
// Cancelling:  before the start it prevents the run. Later it asks the body to stop, by the
//              std::stop_token that the body may take; a body that does not look runs to its
//              end, and its result is dropped. Of two cancels at once, or of a cancel and the
//              body's end, the loser may return a moment before is_done says so.
//              std::stop_token's own operations are no scheduling points.
// Lifetime:    a future is a handle: copies denote the same future. Dropping all of them
//              neither cancels nor waits.
// Contract:    CONTRACT.md section 6.2 (FUT-1 ... FUT-12).
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "primitives/reference/errors.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/sync/stop_token.h"
#include "primitives/task/deadline.h"
#include "primitives/task/errors.h"
#include "primitives/task/executor.h"
#include "primitives/task/one_shot.h"
#include "primitives/task/runtime.h"

namespace tussle {

namespace detail {

// What a future denotes, but for its body. Owned by handles and, until it has run or was
// discarded, by the executor.
template <typename T>
class future_state : public task {
 public:
  using stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  future_state() = default;
  virtual ~future_state() = default;

  void acquire() noexcept {
    // Relaxed: the caller already owns a reference.
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    // acq_rel; pairs with itself: what every other owner did happens before the end.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  const stored& result() {
    shot_.wait();
    return settled_result();
  }
  // Null: the time is over.
  template <typename Rep, typename Period>
  const stored* result_within(std::chrono::duration<Rep, Period> longest) {
    const bool there = shot_.is_settled() || (longest > longest.zero() &&
                                              shot_.wait_until(deadline_after(longest)));
    return there ? &settled_result() : nullptr;
  }

  bool cancel() noexcept {
    if (!shot_.claim()) return false;
    cancelled_ = true;
    shot_.settle();
    ask_to_stop();
    return true;
  }

  bool is_done() const noexcept { return shot_.is_settled(); }
  bool is_cancelled() const noexcept { return is_done() && cancelled_; }

  void discard() noexcept final {
    if (shot_.claim()) {
      error_ = make_rejected_error();
      shot_.settle();
    }
    drop_body();
    release();
  }

 protected:
  // `compute` returns the value. After a cancel the result is dropped.
  template <typename Compute>
  void run_and_settle(Compute compute) noexcept {
    std::optional<stored> value;
    std::exception_ptr error;
    try {
      if constexpr (std::is_void_v<T>) {
        compute();
        value.emplace();
      } else {
        value.emplace(compute());
      }
    } catch (...) {
      error = std::current_exception();
    }
    drop_body();
    sync::schedule_point("future.run.before_settle");
    if (!shot_.claim()) return;
    if (value) {
      try {
        value_.emplace(std::move(*value));
      } catch (...) {
        error = std::current_exception();
      }
    }
    error_ = std::move(error);
    shot_.settle();
  }

  virtual void ask_to_stop() noexcept = 0;
  virtual void drop_body() noexcept = 0;

 private:
  const stored& settled_result() {
    if (cancelled_) throw future_cancelled_error();
    if (error_) std::rethrow_exception(error_);
    return *value_;
  }

  one_shot shot_;
  // Written by who has the claim, read after it is settled.
  bool cancelled_ = false;
  std::optional<stored> value_;
  std::exception_ptr error_;
  sync::atomic<std::uint32_t> references_{2};  // the first handle's and the executor's
};

template <typename T, typename F>
class future_call_state final : public future_state<T> {
 public:
  explicit future_call_state(F&& body) : body_(std::move(body)) {}

 private:
  static constexpr bool can_be_stopped = std::is_invocable_v<F&, sync::stop_token>;
  struct no_source {};
  using source = std::conditional_t<can_be_stopped, sync::stop_source, no_source>;

  void run() noexcept override {
    if (this->is_done()) {  // cancelled before the start
      drop_body();
    } else {
      sync::schedule_point("future.run.before_body");
      this->run_and_settle([this]() -> T {
        if constexpr (can_be_stopped) {
          return std::invoke(*body_, stop_.get_token());
        } else {
          return std::invoke(*body_);
        }
      });
    }
    this->release();
  }

  void ask_to_stop() noexcept override {
    if constexpr (can_be_stopped) sync::request_stop(stop_);
  }
  void drop_body() noexcept override { body_.reset(); }

  std::optional<F> body_;  // the executor's alone
  [[no_unique_address]] source stop_;
};

template <typename F>
struct call_result {
  using type = std::invoke_result_t<F&>;
};
template <typename F>
requires std::is_invocable_v<F&, sync::stop_token>
struct call_result<F> {
  using type = std::invoke_result_t<F&, sync::stop_token>;
};

}  // namespace detail

// All functions from any threads at once. T may be void.
template <typename T>
class future {
 public:
  using value_type = T;

  future(const future& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->acquire();
  }
  future(future&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  future& operator=(future other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~future() {
    if (state_ != nullptr) state_->release();
  }

  // Blocks until there is a result. The value lives as long as a handle. Throws: as said
  // above.
  std::add_lvalue_reference_t<const T> get() const& {
    if constexpr (std::is_void_v<T>) {
      static_cast<void>(state_->result());
    } else {
      return state_->result();
    }
  }
  // Of a handle that goes: a copy.
  T get() const&& { return static_cast<T>(std::as_const(*this).get()); }

  // Blocks for `longest` at most; then returns `otherwise`. A duration that is not positive
  // only looks. Throws: as get.
  template <typename Rep, typename Period, typename U = T>
  requires(!std::is_void_v<U>) U get_for(std::chrono::duration<Rep, Period> longest,
                                         std::type_identity_t<U> otherwise)
  const {
    const U* const found = state_->result_within(longest);
    return found == nullptr ? std::move(otherwise) : *found;
  }
  // Of a future without a value: whether it is done. Throws: as get.
  template <typename Rep, typename Period>
  bool wait_for(std::chrono::duration<Rep, Period> longest) const {
    return state_->result_within(longest) != nullptr;
  }

  // True for the one call that cancelled it. Never waits.
  bool cancel() const noexcept { return state_->cancel(); }

  bool is_done() const noexcept { return state_->is_done(); }
  bool is_realized() const noexcept { return state_->is_done(); }
  bool is_cancelled() const noexcept { return state_->is_cancelled(); }

  friend bool operator==(const future& a, const future& b) noexcept {
    return a.state_ == b.state_;
  }

  // For future_call.
  explicit future(detail::future_state<T>* owned) noexcept : state_(owned) {}

 private:
  detail::future_state<T>* state_;
};

// Runs f, or f(std::stop_token), on the runtime's pool for blocking work. Allocates once, and
// a std::stop_source where f takes a token.
// Throws: executor_rejected_error if the runtime was shut down; std::bad_alloc; what moving f
//         throws.
template <typename F>
auto future_call(runtime& on, F f) {
  using result = std::remove_cvref_t<typename detail::call_result<F>::type>;
  auto owned = std::make_unique<detail::future_call_state<result, F>>(std::move(f));
  if (!on.blocking().submit(*owned)) throw executor_rejected_error();
  return future<result>(owned.release());
}
template <typename F>
auto future_call(F f) {
  return future_call(default_runtime(), std::move(f));
}

}  // namespace tussle
