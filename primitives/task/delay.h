// delay.h: a value that is computed at its first use, once.
//
//   unrealised ──first force──▶ running, on that thread ──▶ realised: a value or an error
//
// Consistency: the body runs once at most. What it did is visible to whoever forced.
// Progress:    force waits while another thread runs the body; is_realized never waits.
// Errors:      an exception of the body is kept, and every force throws that same object.
//              Forcing a delay from its own body throws recursive_force_error, which the
//              body may let pass: it is the delay's error then.
// Lifetime:    a delay is a handle: copies denote the same delay. The body and what it has
//              captured go as soon as it has run.
// Contract:    CONTRACT.md section 6.1 (DLY-1 ... DLY-7).
#pragma once

#include <atomic>
#include <concepts>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "primitives/reference/counted_ptr.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/per_thread.h"
#include "primitives/task/errors.h"
#include "primitives/task/one_shot.h"

namespace tussle {

// All functions from any threads at once.
template <typename T>
class delay {
 public:
  using value_type = T;

  // Throws: std::bad_alloc, what moving the body throws.
  template <std::invocable F>
  // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): it hides no copy, as it says
  requires(!std::same_as<std::remove_cvref_t<F>, delay>) explicit delay(F&& body)
      : state_(counted_ptr<state>::make(std::in_place, std::forward<F>(body))) {}

  // The first to come runs the body; others wait for it. Throws: as said above.
  const T& force() const& {
    state& s = *state_;
    if (!s.shot.is_settled()) {
      if (s.shot.claim()) {
        s.run();
      } else {
        if (s.is_run_here()) throw recursive_force_error();
        s.shot.wait();
      }
    }
    if (s.error) std::rethrow_exception(s.error);
    return *s.value;
  }
  T force() const&& { return std::as_const(*this).force(); }

  bool is_realized() const noexcept { return state_->shot.is_settled(); }

  friend bool operator==(const delay& a, const delay& b) noexcept {
    return a.state_ == b.state_;
  }

 private:
  struct state {
    template <typename F>
    state(std::in_place_t /*tag*/, F&& f) : body(std::forward<F>(f)) {}

    void run() noexcept {
      // Relaxed: a thread compares with what is its own.
      runner.store(here(), std::memory_order_relaxed);
      try {
        value.emplace((*body)());
      } catch (...) {
        error = std::current_exception();
      }
      body.reset();
      runner.store(nullptr, std::memory_order_relaxed);
      shot.settle();
    }

    // Relaxed: as above; another thread's address is never this one's.
    bool is_run_here() const noexcept {
      return runner.load(std::memory_order_relaxed) == here();
    }
    // Tells threads apart, and fibers of a simulator.
    static const void* here() noexcept { return &sync::per_thread<state, char>::mine(); }

    detail::one_shot shot;
    sync::atomic<const void*> runner{nullptr};
    std::optional<absl::AnyInvocable<T()>> body;
    std::optional<T> value;
    std::exception_ptr error;
  };

  counted_ptr<state> state_;
};

// A delay of what `body` returns. Runs nothing.
template <std::invocable F>
auto make_delay(F&& body) {
  return delay<std::remove_cvref_t<std::invoke_result_t<F>>>(std::forward<F>(body));
}

namespace detail {
template <typename T>
inline constexpr bool is_delay = false;
template <typename T>
inline constexpr bool is_delay<delay<T>> = true;
}  // namespace detail

// Of a delay its value; it must not go meanwhile. Of anything else that itself: a reference,
// or the value of a temporary.
template <typename X>
decltype(auto) force(X&& x) {
  if constexpr (detail::is_delay<std::remove_cvref_t<X>>) {
    return std::forward<X>(x).force();
  } else {
    return static_cast<X>(std::forward<X>(x));
  }
}

}  // namespace tussle
