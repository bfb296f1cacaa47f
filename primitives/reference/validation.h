// validation.h: the validator of a reference.
//
// A validator is a side-effect-free predicate on a candidate value; at most one per
// reference. It rejects by returning false or by throwing. It may run many times per
// update, on values that are never installed and on several threads at once, and always
// outside internal locks.
//
// Contract: CONTRACT.md section 1.1 (VAL-1 ... VAL-7).
#pragma once

#include <functional>
#include <utility>

#include "primitives/reference/errors.h"
#include "primitives/reference/rule_slot.h"

namespace tussle {

// Empty: no validation.
template <typename T>
using validator = std::function<bool(const T&)>;

template <typename T>
class validation {
 public:
  // False only if there has never been a validator.
  bool used() const noexcept { return rule_.used(); }

  // Returns if the installed validator accepts `candidate` or there is none.
  // Throws: invalid_state_error if it returns false; otherwise what it throws.
  void check(const T& candidate) const {
    if (const auto installed = rule_.get()) check_with(*installed, candidate);
  }

  // Installs `next` if it accepts `present`; an empty one removes validation.
  // Throws: as check; the old validator then stays.
  void set(validator<T> next, const T& present) {
    if (next) check_with(next, present);
    if (!next && !used()) return;  // stays as quick as it is
    rule_.replace([&next](const handle&) {
      return next ? handle::make(std::move(next)) : handle();
    });
  }

  // The installed validator, or an empty one.
  validator<T> get() const {
    const auto installed = rule_.get();
    return installed ? *installed : validator<T>();
  }

 private:
  using handle = typename rule_slot<validator<T>>::handle;

  static void check_with(const validator<T>& accepts, const T& candidate) {
    if (!accepts(candidate)) throw invalid_state_error();
  }

  rule_slot<validator<T>> rule_;
};

}  // namespace tussle
