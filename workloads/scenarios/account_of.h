// account_of.h (scenarios): what a subject counted on the way, beside the verdict.
#pragma once

#include <utility>

#include "harness/case/verdict.h"

namespace tussle::workloads {

// Adds the words of `account()` to the message, and `counts()` for the report's tables,
// where the subject has them.
template <typename Object>
harness::verdict with_account_of(const Object& subject, harness::verdict found) {
  if constexpr (requires { subject.account(); })
    found.message += "; " + subject.account();
  if constexpr (requires { subject.counts(); }) found.counts = subject.counts();
  return found;
}

}  // namespace tussle::workloads
