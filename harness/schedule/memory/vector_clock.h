// vector_clock.h: what has happened before, as seen from one place in an execution.
//
// Of each thread, the number of its events that are ordered before (Lamport 1978, Mattern
// 1989); and, because C++ orders fences among themselves, which seq_cst fence is the newest
// of them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace tussle::sim {

// Threads are numbered from 0 without gaps. A number may be used again when the fork of its
// new thread comes after the end of the old one.
using thread_id = std::uint32_t;
inline constexpr std::size_t most_threads = 32;

// Numbers the events of one thread: 1, 2, ...; 0 is before them all.
using tick = std::uint32_t;

class vector_clock {
 public:
  tick operator[](thread_id thread) const { return ticks_[thread]; }

  void advance(thread_id thread) {
    ++ticks_[thread];
    threads_ = std::max<std::size_t>(threads_, thread + 1);
  }

  // Afterwards everything that was before either is before this.
  void join(const vector_clock& other) {
    threads_ = std::max(threads_, other.threads_);
    for (std::size_t i = 0; i < other.threads_; ++i) {
      ticks_[i] = std::max(ticks_[i], other.ticks_[i]);
    }
    fence_ = std::max(fence_, other.fence_);
  }

  // The newest seq_cst fence that is before this; 0: none.
  std::size_t fence() const { return fence_; }
  void set_fence(std::size_t number) { fence_ = number; }

 private:
  std::array<tick, most_threads> ticks_{};
  std::size_t threads_ = 0;  // all later entries are 0
  std::size_t fence_ = 0;
};

// Of each thread at most one event of a kind.
class event_per_thread {
 public:
  bool has(thread_id thread) const { return (threads_ >> thread & 1U) != 0; }
  tick operator[](thread_id thread) const { return ticks_[thread]; }

  void set(thread_id thread, tick when) {
    threads_ |= 1U << thread;
    ticks_[thread] = when;
  }

  // Whether one of the events is before `now`.
  bool any_before(const vector_clock& now) const {
    for (std::uint32_t left = threads_; left != 0; left &= left - 1) {
      const auto thread = static_cast<thread_id>(std::countr_zero(left));
      if (ticks_[thread] <= now[thread]) return true;
    }
    return false;
  }

  // A thread whose event is not before `now`; most_threads if there is none.
  thread_id first_not_before(const vector_clock& now) const {
    for (std::uint32_t left = threads_; left != 0; left &= left - 1) {
      const auto thread = static_cast<thread_id>(std::countr_zero(left));
      if (ticks_[thread] > now[thread]) return thread;
    }
    return most_threads;
  }

 private:
  static_assert(most_threads <= 32, "one bit for each thread");

  std::uint32_t threads_ = 0;
  std::array<tick, most_threads> ticks_{};
};

}  // namespace tussle::sim
