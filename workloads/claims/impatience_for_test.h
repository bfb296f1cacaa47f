// impatience_for_test.h: what does not keep a promise never gets there: a short wait is enough.
#pragma once

#include <chrono>

#include "workloads/claims/gate.h"

namespace tussle::workloads::claims {

// For its lifetime.
class impatience {
 public:
  explicit impatience(std::chrono::milliseconds wait = std::chrono::milliseconds(200)) {
    long_enough = wait;
  }
  ~impatience() { long_enough = usual_; }
  impatience(const impatience&) = delete;
  impatience& operator=(const impatience&) = delete;

 private:
  const std::chrono::nanoseconds usual_ = long_enough;
};

}  // namespace tussle::workloads::claims
