// locked_cell.h: a plain value behind a lock: the cell of every lock that is a subject.
#pragma once

#include <utility>

namespace tussle::workloads::subjects {

// `Lock` has lock() and unlock(), and lock_shared() and unlock_shared() where readers may
// share.
template <typename T, typename Lock>
class locked_cell {
 public:
  explicit locked_cell(T initial) : value_(std::move(initial)) {}

  T load() const {
    if constexpr (requires { lock_.lock_shared(); }) {
      lock_.lock_shared();
      T copy = value_;
      lock_.unlock_shared();
      return copy;
    } else {
      lock_.lock();
      T copy = value_;
      lock_.unlock();
      return copy;
    }
  }

  // f must not throw.
  template <typename F>
  void update(F f) {
    lock_.lock();
    value_ = f(value_);
    lock_.unlock();
  }

 private:
  mutable Lock lock_;
  T value_;
};

}  // namespace tussle::workloads::subjects
