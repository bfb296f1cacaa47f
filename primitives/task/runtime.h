// runtime.h: where agents find their executors, and who hears of what nobody else does.
//
// Only the parts that agents ask for; its pools, timer and shutdown are not built here.
#pragma once

#include <exception>

#include "primitives/task/executor.h"

namespace tussle {

class runtime {
 public:
  runtime(executor& compute, executor& blocking) noexcept
      : compute_(compute), blocking_(blocking) {}
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;
  virtual ~runtime() = default;

  executor& compute() noexcept { return compute_; }
  executor& blocking() noexcept { return blocking_; }
  virtual void report_uncaught(const std::exception_ptr& /*error*/) noexcept {}

 private:
  executor& compute_;
  executor& blocking_;
};

// There is none yet: agents are given theirs.
inline runtime& default_runtime() { std::terminate(); }

}  // namespace tussle
