// awaiter.h: a go block that waits for one operation on a channel.
//
// The operation is begun in await_suspend, under the channel's lock: if it is done there, the
// go block goes on without having been suspended, which takes no stack however often it
// happens; if it waits, nothing of the frame is touched any more, as it may be resumed at once.
// Awaiters hold no channel: who parks keeps the handle, or goes when the last owner goes.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "primitives/channel/block_memory.h"
#include "primitives/channel/channel_state.h"
#include "primitives/channel/process.h"

namespace tussle::detail {

template <typename T, typename In>
class take_awaiter final : public parking {
  static_assert(
      fits_in_frames<T>,
      "a go block waits for elements aligned to a cache line at most: put others "
      "behind a pointer");

 public:
  explicit take_awaiter(channel_state<T, In>& at) noexcept : at_(&at) {}

  bool await_ready() const noexcept { return false; }
  template <std::derived_from<process> P>
  bool await_suspend(std::coroutine_handle<P> parks) noexcept {
    return suspend(parks.promise());
  }
  std::optional<T> await_resume() {
    throw_if_failed(*entry_.who);
    return std::move(value_);
  }

  bool withdraw() noexcept override { return at_->withdraw(entry_); }

 private:
  // Never inlined: clang 14 would make its local variables part of the frame.
  [[gnu::noinline]] bool suspend(process& self) noexcept {
    entry_.who = &self;
    self.parks_at(*this);
    try {
      if (at_->take(value_, &entry_) == outcome::pending) return true;
    } catch (...) {
      self.error = std::current_exception();
    }
    return self.gives_way();
  }

  channel_state<T, In>* const at_;
  std::optional<T> value_;
  waiter entry_{waiter::side::take, &value_};
};

// Who a put that waits belongs to. The go block itself: it is dropped with the channel.
class dropped_with_channel {
 public:
  party& of(process& self) noexcept { return self; }
};
// Or one that goes on, with a put that was refused, when nobody owns the channel any more.
class told_of_channel final : public party {
 public:
  told_of_channel() noexcept : party(abandoned::is_told) {}
  party& of(process& self) noexcept {
    self_ = &self;
    return *this;
  }
  void wake() noexcept override { self_->wake(); }
  void drop() noexcept override { self_->drop(); }

 private:
  process* self_ = nullptr;
};

template <typename T, typename In, typename Waits = dropped_with_channel>
class put_awaiter final : public parking {
  static_assert(
      fits_in_frames<In>,
      "a go block waits with elements aligned to a cache line at most: put others "
      "behind a pointer");

 public:
  put_awaiter(channel_state<T, In>& at, In&& element) noexcept
      : at_(&at), element_(std::move(element)) {}

  bool await_ready() const noexcept { return false; }
  template <std::derived_from<process> P>
  bool await_suspend(std::coroutine_handle<P> parks) noexcept {
    return suspend(parks.promise());
  }
  bool await_resume() {
    throw_if_failed(*entry_.who);
    return entry_.accepted;
  }

  bool withdraw() noexcept override { return at_->withdraw(entry_); }

 private:
  // As for a take.
  [[gnu::noinline]] bool suspend(process& self) noexcept {
    entry_.who = &waits_.of(self);
    self.parks_at(*this);
    try {
      const outcome ended = at_->put(element_, &entry_);
      if (ended == outcome::pending) return true;
      entry_.accepted = ended == outcome::done;
    } catch (...) {
      entry_.who->error = std::current_exception();
    }
    return self.gives_way();
  }

  channel_state<T, In>* const at_;
  In element_;
  [[no_unique_address]] Waits waits_;
  waiter entry_{waiter::side::put, &element_};
};

}  // namespace tussle::detail
