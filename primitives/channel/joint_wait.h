// joint_wait.h: a go block that waits for several operations, begun together, until all are
// over.
//
//   begun, one after the other ──▶ parked, unless all were done at once
//                              ──▶ each that is over counts down; the last one wakes
//
// The go block counts as one more until it has begun them all: so nobody resumes it while it
// still begins some. Operations are told, not dropped, when their channel is abandoned: what
// the others have done counts.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <span>

#include "primitives/channel/channel_core.h"
#include "primitives/channel/process.h"
#include "primitives/channel/waiter.h"
#include "primitives/sync/atomic.h"

namespace tussle::detail {

class joint_wait;

// One of them. It can be begun again when it is over.
class joint_operation : public party {
 public:
  explicit joint_operation(waiter::side which) noexcept
      : party(abandoned::is_told), entry(which, nullptr) {
    entry.who = this;
  }
  virtual ~joint_operation() = default;

  virtual outcome begin() = 0;
  virtual channel_core& core() const noexcept = 0;

  void wake() noexcept final;
  void drop() noexcept final { wake(); }

  waiter entry;

 private:
  friend class joint_wait;
  joint_wait* round_ = nullptr;
};

class joint_wait final : public parking {
 public:
  explicit joint_wait(std::span<joint_operation* const> all) noexcept : all_(all) {}

  bool await_ready() const noexcept { return false; }
  template <std::derived_from<process> P>
  bool await_suspend(std::coroutine_handle<P> parks) noexcept {
    return suspend(parks.promise());
  }
  // What each of them has come to is its own: `accepted`, its cell, its error.
  void await_resume() const noexcept {}

  bool withdraw() noexcept override {
    std::uint32_t withdrawn = 0;
    for (joint_operation* const each : all_)
      if (each->core().withdraw(each->entry)) ++withdrawn;
    return withdrawn > 0 && end(withdrawn);
  }

  void one_is_over() noexcept {
    process& self = *who_;  // not to be read when it may run
    if (end(1)) self.wake();
  }

 private:
  // True: there are none left.
  bool end(std::uint32_t operations) noexcept {
    // acq_rel; pairs with itself: what came of each happens before the go block goes on.
    return left_.fetch_sub(operations, std::memory_order_acq_rel) == operations;
  }

  // Never inlined: clang 14 would make its local variables part of the frame.
  [[gnu::noinline]] bool suspend(process& self) noexcept {
    who_ = &self;
    self.parks_at(*this);
    // Relaxed: nobody else has heard of it.
    left_.store(static_cast<std::uint32_t>(all_.size()) + 1, std::memory_order_relaxed);
    std::uint32_t over = 1;
    for (joint_operation* const each : all_) over += is_over_at_once(*each) ? 1U : 0U;
    // None waits: nobody else counts.
    const bool at_once = over == all_.size() + 1;
    return at_once || end(over) ? self.gives_way() : true;
  }

  bool is_over_at_once(joint_operation& one) noexcept {
    one.round_ = this;
    one.entry.accepted = false;
    try {
      const outcome ended = one.begin();
      if (ended == outcome::pending) return false;
      one.entry.accepted = ended == outcome::done;
    } catch (...) {
      one.error = std::current_exception();
    }
    return true;
  }

  const std::span<joint_operation* const> all_;
  process* who_ = nullptr;
  sync::atomic<std::uint32_t> left_{0};
};

inline void joint_operation::wake() noexcept { round_->one_is_over(); }

}  // namespace tussle::detail
