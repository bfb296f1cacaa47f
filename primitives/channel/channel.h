// channel.h: a bounded meeting point between any number of putters and takers.
//
//   OPEN ──close──▶ CLOSED (puts that wait, buffered elements) ──takes──▶ DRAINED, for good
//
//   tussle::channel<int> c;                       // rendezvous: put and take meet
//   tussle::channel<int> b(tussle::fixed(16));    // 16 puts ahead; dropping(n), sliding(n)
//   tussle::channel<std::vector<int>, int> t(tussle::fixed(1), tussle::xf::partition(3));
//   auto p = tussle::promise_channel<int>();      // the first element, for every take
//
//   put / take                  block the thread
//   co_await async_put / _take  park the go block (go.h)
//   put_then / take_then        call back
//   try_put / try_take          never wait
//
// A put is answered true where its element was accepted, false where the channel was closed
// before. A take gives an element, or nothing: closed and drained. Closing lets puts that wait
// wait on: takes still receive their elements.
//
// Order:    elements leave as they entered; who has waited longest is served first.
//           What happened before put(v) happens before the take of v returns. Without a
//           buffer what happened before the take happens before the put returns; with
//           fixed(n), before the n-th put after that returns. What happened before close()
//           happens before a take says so.
// Blocking: each operation holds the channel's lock for a few instructions and the transducer.
//           Woken, and called back, is who was served after the lock was given up.
// Limit:    1024 puts, and as many takes, may wait; one more throws too_many_pending_error and
//           changes nothing.
// Errors:   what a transducer throws goes to the ex-handler, whose result goes into the
//           buffer; without one, to the uncaught hook; the put is answered true. What the
//           ex-handler throws, the putter gets; where another party made the step, the hook.
// Elements: move without throwing; copies are needed for promise channels only. Null pointers
//           and empty optionals are no elements: putting one throws nil_value_error.
// Lifetime: a channel is a handle: copies own the same channel, views (channel_view) own
//           nothing. When the last owner goes, what the channel holds is destroyed, go blocks
//           and callbacks that wait are destroyed without being resumed or called, blocked
//           threads are told that it is closed; so is whoever comes by a view. A channel may
//           outlive its runtime as long as it needs none (callbacks, uncaught errors).
// Contract: CONTRACT.md section 8 (CH-1 ... CH-33).
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "primitives/channel/awaiter.h"
#include "primitives/channel/blocked_thread.h"
#include "primitives/channel/buffer.h"
#include "primitives/channel/callback.h"
#include "primitives/channel/channel_state.h"
#include "primitives/channel/errors.h"
#include "primitives/channel/transducer.h"
#include "primitives/task/runtime.h"

namespace tussle {

// For what a transducer threw: what goes into the buffer instead, if anything.
template <typename T>
using ex_handler = absl::AnyInvocable<std::optional<T>(const std::exception_ptr& error)>;

enum class put_status { accepted, would_wait, closed };
enum class take_status { taken, empty, closed };

template <typename T>
struct take_attempt {
  take_status status;
  std::optional<T> value;  // where it was taken
};

namespace detail {

// The end of a chain of transducers.
template <typename T>
struct into_buffer {
  element_sink<T>** into;
  template <typename U>
  bool step(U&& element) {
    (*into)->add(T(std::forward<U>(element)));
    return true;
  }
  void complete() {}
};

template <typename T, typename In, typename Xform>
class transducing_by final : public transducing<T, In> {
 public:
  transducing_by(const Xform& recipe, ex_handler<T> handler)
      : stage_(recipe.template onto<In>(into_buffer<T>{&into_})),
        handler_(std::move(handler)) {}

  bool step(In&& element, element_sink<T>& into) override {
    const lent_sink lent(into_, into);
    return stage_.step(std::move(element));
  }
  void complete(element_sink<T>& into) override {
    const lent_sink lent(into_, into);
    stage_.complete();
  }
  bool has_handler() const override { return static_cast<bool>(handler_); }
  std::optional<T> handle(const std::exception_ptr& error) override {
    return handler_(error);
  }

 private:
  // Where elements go during one call.
  class lent_sink {
   public:
    lent_sink(element_sink<T>*& place, element_sink<T>& sink) noexcept : place_(place) {
      place_ = &sink;
    }
    lent_sink(const lent_sink&) = delete;
    lent_sink& operator=(const lent_sink&) = delete;
    ~lent_sink() { place_ = nullptr; }

   private:
    element_sink<T>*& place_;
  };

  element_sink<T>* into_ = nullptr;
  decltype(std::declval<const Xform&>().template onto<In>(into_buffer<T>{})) stage_;
  ex_handler<T> handler_;
};

// The operations of channels and views. Thread-safe.
template <typename Self, typename T, typename In>
class channel_operations {
 public:
  using value_type = T;  // what takes give
  using put_type = In;   // what puts take
  using state_type = channel_state<T, In>;

  // Blocks until the element is accepted (true), or the channel is found closed (false).
  // Throws: nil_value_error, too_many_pending_error, blocking_in_go_error; nothing has
  // happened then. What the ex-handler throws.
  bool put(In element) const {
    require_value(element);
    require_may_block();
    blocked_thread me;
    waiter entry(waiter::side::put, &element);
    entry.who = &me;
    const outcome ended = state().put(element, &entry);
    if (ended != outcome::pending) return ended == outcome::done;
    me.wait();
    return entry.accepted;
  }

  // Blocks until there is an element, or none will come. Throws: too_many_pending_error,
  // blocking_in_go_error; of a promise channel, what copying throws.
  std::optional<T> take() const {
    require_may_block();
    std::optional<T> taken;
    blocked_thread me;
    waiter entry(waiter::side::take, &taken);
    entry.who = &me;
    if (state().take(taken, &entry) == outcome::pending) me.wait();
    return taken;
  }

  // Moves from `element` only where it is accepted. Throws: as put, but for limits.
  put_status try_put(In&& element) const {
    require_value(element);
    if (!state().may_put()) return put_status::would_wait;
    switch (state().put(element, nullptr)) {
      case outcome::done:
        return put_status::accepted;
      case outcome::closed:
        return put_status::closed;
      default:
        return put_status::would_wait;
    }
  }
  put_status try_put(const In& element) const requires std::copy_constructible<In> {
    return try_put(In(element));
  }

  take_attempt<T> try_take() const {
    take_attempt<T> attempt{take_status::empty, std::nullopt};
    if (!state().may_take()) return attempt;
    const outcome ended = state().take(attempt.value, nullptr);
    if (ended == outcome::done) attempt.status = take_status::taken;
    if (ended == outcome::closed) attempt.status = take_status::closed;
    return attempt;
  }

  // Calls f(bool) once, when the element has been accepted, or at once with false. False: it
  // was closed already. Allocates, unless it is done at once and on the caller; where f is
  // called and what becomes of its errors: callback.h.
  // Throws: nil_value_error, too_many_pending_error, std::bad_alloc; f is not called then.
  template <std::invocable<bool> F>
  bool put_then(In element, F f, bool on_caller = true) const {
    require_value(element);
    if (on_caller && inline_calls::may_begin()) {
      const outcome now = state().put(element, nullptr);
      if (now != outcome::pending) {
        const inline_calls::scope here;
        std::invoke(f, now == outcome::done);
        return now == outcome::done;
      }
    }
    using waiting = callback<In, F>;
    auto owned = std::make_unique<waiting>(state().home(), waiter::side::put,
                                           std::move(element), std::move(f), on_caller);
    const outcome ended = state().put(owned->cell, &owned->entry);
    return finish(std::move(owned), ended);
  }

  // Calls f(std::optional<T>) once, with an element, or with none when there will be none.
  // Throws: too_many_pending_error, std::bad_alloc; as above.
  template <std::invocable<std::optional<T>> F>
  void take_then(F f, bool on_caller = true) const {
    if (on_caller && inline_calls::may_begin()) {
      std::optional<T> taken;
      if (state().take(taken, nullptr) != outcome::pending) {
        const inline_calls::scope here;
        std::invoke(f, std::move(taken));
        return;
      }
    }
    using waiting = callback<std::optional<T>, F>;
    auto owned = std::make_unique<waiting>(state().home(), waiter::side::take,
                                           std::optional<T>(), std::move(f), on_caller);
    const outcome ended = state().take(owned->cell, &owned->entry);
    static_cast<void>(finish(std::move(owned), ended));
  }

  // To be awaited in a go block, at once: as put and take, but it parks. The channel stays
  // with whoever awaits.
  [[nodiscard]] put_awaiter<T, In> async_put(In element) const {
    require_value(element);
    return put_awaiter<T, In>(state(), std::move(element));
  }
  [[nodiscard]] take_awaiter<T, In> async_take() const noexcept {
    return take_awaiter<T, In>(state());
  }

  // No further put is accepted. Takes that wait are told; puts that wait stay. Closing again
  // does nothing. Never waits.
  void close() const noexcept { state().close(); }
  bool is_closed() const { return state().is_closed(); }

  // For what is built on top.
  state_type& state() const noexcept { return static_cast<const Self*>(this)->get(); }

 private:
  template <typename Waiting>
  static bool finish(std::unique_ptr<Waiting> owned, outcome ended) {
    Waiting* const waits = owned.release();
    if (ended == outcome::pending) return true;
    waits->entry.accepted = ended == outcome::done;
    waits->wake();
    return ended == outcome::done;
  }
};

}  // namespace detail

template <typename T, typename In>
class channel_view;

// An owner. `T` is what takes give, `In` what puts take: they differ where a transducer makes
// one of the other. A moved-from channel can be assigned and destroyed.
template <typename T, typename In = T>
class channel : public detail::channel_operations<channel<T, In>, T, In> {
 public:
  using state_type = detail::channel_state<T, In>;

  // Throws: std::bad_alloc.
  channel() requires std::same_as<T, In> : channel(nullptr, buffer()) {}
  explicit channel(buffer size) requires std::same_as<T, In> : channel(nullptr, size) {}
  // Where its callbacks go, and errors that nobody else can be told of.
  explicit channel(runtime& on, buffer size = buffer()) requires std::same_as<T, In>
      : channel(&on, size) {}

  // Throws: std::invalid_argument without a buffer; std::bad_alloc; what the transducer's
  // copy throws.
  template <xf::transducing Xform>
  channel(buffer size, const Xform& transducer, ex_handler<T> handler = {})
      : channel(nullptr, size, transducer, std::move(handler)) {}
  template <xf::transducing Xform>
  channel(runtime& on, buffer size, const Xform& transducer, ex_handler<T> handler = {})
      : channel(&on, size, transducer, std::move(handler)) {}

  channel(const channel& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->acquire_owner();
  }
  channel(channel&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  channel& operator=(channel other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~channel() {
    if (state_ != nullptr) state_->release_owner();
  }

  channel_view<T, In> view() const noexcept;

  friend bool operator==(const channel& a, const channel& b) noexcept {
    return a.state_ == b.state_;
  }

  // For what is built on top: owns what it is given.
  explicit channel(state_type* owned) noexcept : state_(owned) {}
  state_type& get() const noexcept { return *state_; }

 private:
  channel(runtime* on, buffer size) : state_(new state_type(on, size)) {}
  template <typename Xform>
  channel(runtime* on, buffer size, const Xform& transducer, ex_handler<T> handler)
      : state_(new state_type(on, size,
                              std::make_unique<detail::transducing_by<T, In, Xform>>(
                                  transducer, std::move(handler)))) {}

  state_type* state_;
};

// Does not keep the channel: once the last owner is gone it denotes a closed, drained one.
template <typename T, typename In = T>
class channel_view : public detail::channel_operations<channel_view<T, In>, T, In> {
  using state_type = detail::channel_state<T, In>;

 public:
  explicit channel_view(const channel<T, In>& of) noexcept : state_(&of.get()) {
    state_->acquire_memory();
  }
  channel_view(const channel_view& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->acquire_memory();
  }
  channel_view(channel_view&& other) noexcept
      : state_(std::exchange(other.state_, nullptr)) {}
  channel_view& operator=(channel_view other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~channel_view() {
    if (state_ != nullptr) state_->release_memory();
  }

  // An owner, if there is one left.
  std::optional<channel<T, In>> lock() const noexcept {
    if (!state_->acquire_owner_if_any()) return std::nullopt;
    return channel<T, In>(state_);
  }

  friend bool operator==(const channel_view& a, const channel_view& b) noexcept {
    return a.state_ == b.state_;
  }

  state_type& get() const noexcept { return *state_; }

 private:
  state_type* state_;
};

template <typename T, typename In>
channel_view<T, In> channel<T, In>::view() const noexcept {
  return channel_view<T, In>(*this);
}

// Every take, now and later, gives a copy of the first element; later ones are accepted and
// dropped. Closing keeps the element; where there is none, takes give nothing.
template <std::copy_constructible T>
channel<T> promise_channel() {
  return channel<T>(for_promise());
}
template <std::copy_constructible T>
channel<T> promise_channel(runtime& on) {
  return channel<T>(on, for_promise());
}
template <std::copy_constructible T, typename In = T, xf::transducing Xform>
channel<T, In> promise_channel(const Xform& transducer, ex_handler<T> handler = {}) {
  return channel<T, In>(for_promise(), transducer, std::move(handler));
}
template <std::copy_constructible T, typename In = T, xf::transducing Xform>
channel<T, In> promise_channel(runtime& on, const Xform& transducer,
                               ex_handler<T> handler = {}) {
  return channel<T, In>(on, for_promise(), transducer, std::move(handler));
}

}  // namespace tussle
