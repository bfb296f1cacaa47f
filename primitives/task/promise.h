// promise.h: a value that is handed over once, from anywhere.
//
// Consistency: the first deliver wins; every get returns that one value, the same object each
//              time. What the deliverer did before is visible to whoever has the value.
// Progress:    deliver and is_realized never wait. get waits, for ever if nobody delivers;
//              get_for is the way out. A promise holds a value only: no error, no cancelling.
// Lifetime:    a promise is a handle: copies denote the same promise. The value lives as long
//              as any of them.
// Contract:    CONTRACT.md section 6.3 (PRM-1 ... PRM-6).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "primitives/reference/counted_ptr.h"
#include "primitives/task/deadline.h"
#include "primitives/task/one_shot.h"

namespace tussle {

// All functions from any threads at once.
template <typename T>
class promise {
 public:
  using value_type = T;

  // Throws: std::bad_alloc.
  promise() : state_(counted_ptr<state>::make()) {}

  // True: this call delivered the value. False: another had, and nothing changed.
  // Throws: what T's move throws and, where it may, std::bad_alloc; the promise is then as it
  // was.
  bool deliver(T value) const {
    state& s = *state_;
    // Nothing may throw between the claim and the end: who comes second is told at once.
    if constexpr (moves_without_throwing) {
      if (!s.shot.claim()) return false;
      s.value.emplace(std::move(value));
    } else {
      if (s.shot.is_settled()) return false;
      auto made = std::make_unique<T>(std::move(value));
      if (!s.shot.claim()) return false;
      s.value = std::move(made);
    }
    s.shot.settle();
    return true;
  }

  // Blocks until there is a value.
  const T& get() const& {
    state_->shot.wait();
    return *state_->value;
  }
  // Of a handle that goes: a copy.
  T get() const&& { return std::as_const(*this).get(); }

  // Blocks for `longest` at most; then returns `otherwise`. A duration that is not positive
  // only looks.
  template <typename Rep, typename Period>
  T get_for(std::chrono::duration<Rep, Period> longest, T otherwise) const {
    if (state_->shot.is_settled() ||
        (longest > longest.zero() &&
         state_->shot.wait_until(detail::deadline_after(longest))))
      return *state_->value;
    return otherwise;
  }

  bool is_realized() const noexcept { return state_->shot.is_settled(); }

  // Whether both handles denote the same promise.
  friend bool operator==(const promise& a, const promise& b) noexcept {
    return a.state_ == b.state_;
  }

 private:
  static constexpr bool moves_without_throwing = std::is_nothrow_move_constructible_v<T>;

  struct state {
    detail::one_shot shot;
    std::conditional_t<moves_without_throwing, std::optional<T>, std::unique_ptr<T>>
        value;
  };

  counted_ptr<state> state_;
};

}  // namespace tussle
