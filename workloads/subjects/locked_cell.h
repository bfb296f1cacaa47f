// locked_cell.h: a plain value behind a lock: the cell of every lock that is a subject.
#pragma once

#include <mutex>
#include <shared_mutex>
#include <utility>

namespace tussle::workloads::subjects {

// `Lock` has lock() and unlock(), and lock_shared() and unlock_shared() where readers may
// share.
template <typename T, typename Lock>
class locked_cell {
 public:
  explicit locked_cell(T initial) : value_(std::move(initial)) {}

  T load() const {
    return read([](const T& value) { return value; });
  }

  // f borrows the value under the lock, and so must be short.
  template <typename F>
  auto read(F f) const {
    if constexpr (requires { lock_.lock_shared(); }) {
      const std::shared_lock guard(lock_);
      return f(value_);
    } else {
      const std::lock_guard guard(lock_);
      return f(value_);
    }
  }

  template <typename F>
  void update(F f) {
    const std::lock_guard guard(lock_);
    value_ = f(std::as_const(value_));
  }

 private:
  mutable Lock lock_;
  T value_;
};

}  // namespace tussle::workloads::subjects
