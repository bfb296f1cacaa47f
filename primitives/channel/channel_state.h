// channel_state.h: what a channel denotes: its elements, and the two operations on them.
//
// put, in this order: closed → false · room → through the transducer into the buffer, then
// from there to those who wait, oldest first · a take waits → straight to it · wait.
// take: a buffered element, then puts that wait move up, oldest first · a put waits → straight
// from it · closed → none · wait.
//
// Invariant, under the lock: takes wait only where no element is buffered and no put waits;
// puts wait only where the buffer is full, or there is none.
//
// A fixed buffer of several elements, without a transducer, has *two ends*, each with a lock.
// Nobody comes to wait, stops waiting, closes or abandons but under both: so whoever has the
// lock of one end knows whether somebody waits. Where nobody does, a put with room needs the one
// lock only, a take of an element the other one; anything else happens under both, which
// then are the channel's lock.
#pragma once

#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "primitives/channel/buffer.h"
#include "primitives/channel/channel_core.h"
#include "primitives/channel/element_ring.h"
#include "primitives/channel/errors.h"
#include "primitives/channel/users_code.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::detail {

// Whether a value is null, where its type has such values.
template <typename T>
constexpr bool is_null(const T& value) noexcept {
  if constexpr (requires {
                  value.has_value();
                  value.value();
                }) {
    return !value.has_value();
  } else if constexpr (std::is_null_pointer_v<T>) {
    return true;
  } else if constexpr (requires {
                         { value == nullptr } -> std::convertible_to<bool>;
                       }) {
    return value == nullptr;
  } else {
    return false;
  }
}

template <typename T>
void require_value(const T& element) {
  if (is_null(element)) throw_nil_value();
}

// Where a transducer's elements go.
template <typename T>
class element_sink {
 public:
  // Throws: nil_value_error; std::bad_alloc.
  virtual void add(T element) = 0;

 protected:
  ~element_sink() = default;
};

// A transducer in one channel, with what it holds back; and what becomes of its errors.
template <typename T, typename In>
class transducing {
 public:
  virtual ~transducing() = default;
  // False: it wants no more.
  virtual bool step(In&& element, element_sink<T>& into) = 0;
  virtual void complete(element_sink<T>& into) = 0;
  virtual bool has_handler() const = 0;
  // What goes into the buffer instead, if anything.
  virtual std::optional<T> handle(const std::exception_ptr& error) = 0;
};

template <typename T, typename In>
class channel_state : public channel_core {
  static_assert(std::is_nothrow_move_constructible_v<T> &&
                    std::is_nothrow_move_constructible_v<In>,
                "elements move without throwing: put what does not behind a pointer");

 public:
  // Throws: std::bad_alloc; std::invalid_argument for a transducer without a buffer.
  channel_state(runtime* home, buffer size,
                std::unique_ptr<transducing<T, In>> through = nullptr)
      : channel_core(home, gets_two_ends(size, through.get())),
        how_(size.how()),
        capacity_(size.capacity()),
        elements_(size.capacity(), has_two_ends()),
        through_(std::move(through)) {
    if (through_ != nullptr && how_ == keeping::nothing) throw_no_buffer();
    if (how_ == keeping::first && !std::copy_constructible<T>) throw_no_copies();
    note();
  }

  // Takes `from` where it is accepted, at once or later. `self` waits if it must; null:
  // nobody waits. Nothing of the channel or of `self` is touched once it waits.
  // Throws: too_many_pending_error; what the ex-handler throws.
  outcome put(In& from, waiter* self) {
    if (!has_two_ends()) [[likely]]
      return put_under_lock<false>(from, self);
    const outcome at_end = put_at_end(from, self);
    return at_end == outcome::pending ? put_under_both(from, self) : at_end;
  }

  // Throws: too_many_pending_error; what copying the value of a promise channel throws.
  outcome take(std::optional<T>& into, waiter* self) {
    if (!has_two_ends()) [[likely]]
      return take_under_lock<false>(into, self);
    const outcome at_end = take_at_end(into, self);
    return at_end == outcome::pending ? take_under_both(into, self) : at_end;
  }

 private:
  using keeping = buffer::keeping;

  [[gnu::noinline]] outcome put_under_both(In& from, waiter* self) {
    return put_under_lock<true>(from, self);
  }
  [[gnu::noinline]] outcome take_under_both(std::optional<T>& into, waiter* self) {
    return take_under_lock<true>(into, self);
  }

  template <bool TwoEnds>
  [[gnu::always_inline]] outcome put_under_lock(In& from, waiter* self) {
    aftermath after;
    std::exception_ptr thrown;
    std::optional<T> displaced;  // dies when the lock is given up
    outcome ended = outcome::pending;
    {
      const whole_lock lock(*this, TwoEnds);
      if (TwoEnds && !abandoned_) elements_.count();
      ended = put_locked(from, self, after, displaced, thrown);
      if (ended != outcome::pending) note();
    }
    if (ended != outcome::done) return ended;
    sync::schedule_point("channel.put.before_wake");
    settle(after);
    if (thrown) [[unlikely]]
      fail(self, std::move(thrown));
    return ended;
  }

  template <bool TwoEnds>
  [[gnu::always_inline]] outcome take_under_lock(std::optional<T>& into, waiter* self) {
    // A callback that is called when the lock is given up may drop the last handle.
    const bool copies = how_ == keeping::first;
    aftermath after;
    outcome ended = outcome::pending;
    {
      const whole_lock lock(*this, TwoEnds);
      if (TwoEnds && !abandoned_) elements_.count();
      ended = take_locked(into, self, after);
      if (ended != outcome::pending) note();
    }
    if (ended == outcome::pending) return ended;
    sync::schedule_point("channel.take.before_wake");
    settle(after);
    if (copies && ended == outcome::done) [[unlikely]]
      copy_first(into, self);  // it is an owner until then
    return ended;
  }

  // Of the transducer, under the lock that its step holds.
  class into_buffer_of final : public element_sink<T> {
   public:
    explicit into_buffer_of(channel_state& all) noexcept : all_(all) {}
    void add(T element) override ABSL_NO_THREAD_SAFETY_ANALYSIS {
      require_value(element);
      all_.store(std::move(element));
    }

   private:
    channel_state& all_;
  };

  static bool gets_two_ends(const buffer& size,
                            const transducing<T, In>* through) noexcept {
    return std::is_same_v<T, In> && through == nullptr && size.how() == keeping::fixed &&
           size.capacity() > 1;
  }

  // Where nobody waits, an element goes into the buffer, or leaves it, under the lock of one
  // end. Pending: it is to be tried under both.
  [[gnu::noinline]] outcome put_at_end(In& from, waiter* self) noexcept
      ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if constexpr (std::is_same_v<T, In>) {
      const sync::short_lock lock(elements_.ends().in.mutex);
      if (closed_ || takes_.first() != nullptr || !elements_.has_room())
        return outcome::pending;
      if (!claim(self)) return outcome::elsewhere;
      elements_.push_at_end(std::move(from));
      return outcome::done;
    }
    return outcome::pending;
  }
  [[gnu::noinline]] outcome take_at_end(std::optional<T>& into, waiter* self) noexcept
      ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const sync::short_lock lock(elements_.ends().out.mutex);
    if (abandoned_ || puts_.first() != nullptr || !elements_.has_any())
      return outcome::pending;
    if (!claim(self)) return outcome::elsewhere;
    into.emplace(elements_.pop_at_end());
    return outcome::done;
  }

  ring_ends& ends() const noexcept override ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return elements_.ends();
  }
  std::uint8_t ready_by_ends() const noexcept override ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const std::optional<std::uint32_t> size = elements_.ends().size();
    if (!size) return takeable | puttable;  // so many come and go: the operation sees
    return static_cast<std::uint8_t>((*size > 0 ? takeable : 0) |
                                     (*size < capacity_ ? puttable : 0));
  }

  [[gnu::always_inline]] outcome put_locked(In& from, waiter* self, aftermath& after,
                                            std::optional<T>& displaced,
                                            std::exception_ptr& thrown)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (closed_) return claim(self) ? outcome::closed : outcome::elsewhere;
    if (how_ != keeping::nothing && !is_full()) {
      if (!claim(self)) return outcome::elsewhere;
      if (through_ != nullptr) {
        step(from, after, &thrown);
      } else {
        store_plain(from, displaced);
      }
      serve(after);
      return outcome::done;
    }
    if constexpr (std::is_same_v<T, In>) {
      if (how_ == keeping::nothing && takes_.first() != nullptr) {
        bool lost = false;
        if (waiter* const one = claim_first(takes_, group_of(self), lost)) {
          if (self != nullptr) remember(*self);
          deliver(*one, std::move(from), after);
          return outcome::done;
        }
        if (lost) return outcome::elsewhere;
      }
    }
    if (self != nullptr) wait_in(puts_, *self);
    note();
    return outcome::pending;
  }

  [[gnu::always_inline]] outcome take_locked(std::optional<T>& into, waiter* self,
                                             aftermath& after)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (holds_elements()) return take_element(into, self, after);
    if constexpr (std::is_same_v<T, In>) {
      if (how_ == keeping::nothing && puts_.first() != nullptr) {
        bool lost = false;
        if (waiter* const one = claim_first(puts_, group_of(self), lost)) {
          if (self != nullptr) remember(*self);
          into.emplace(std::move(element_of(*one)));
          accept(*one, after);
          return outcome::done;
        }
        if (lost) return outcome::elsewhere;
      }
    }
    if (closed_) {
      if (!abandoned_) complete(after);  // puts of alts may have held it up
      if (holds_elements()) return take_element(into, self, after);
      return claim(self) ? outcome::closed : outcome::elsewhere;
    }
    if (self != nullptr) wait_in(takes_, *self);
    note();
    return outcome::pending;
  }

  // Copied without the lock, by one who owns the channel meanwhile.
  [[gnu::noinline]] outcome take_first(waiter* self, aftermath& after)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!acquire_owner_if_any())
      return claim(self) ? outcome::closed : outcome::elsewhere;
    if (claim(self)) return outcome::done;
    after.release_pin = true;
    return outcome::elsewhere;
  }

  [[gnu::always_inline]] outcome take_element(std::optional<T>& into, waiter* self,
                                              aftermath& after)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (how_ == keeping::first) [[unlikely]]
      return take_first(self, after);
    if (!claim(self)) return outcome::elsewhere;
    into.emplace(elements_.pop());
    if (puts_.first() != nullptr) move_up(after);
    return outcome::done;
  }

  // Puts that wait go into the buffer.
  void move_up(aftermath& after) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    while (!is_full()) {
      waiter* const one = claim_first(puts_);
      if (one == nullptr) break;
      if (through_ != nullptr) {
        step(element_of(*one), after, nullptr);
      } else {
        std::optional<T> none;  // only fixed buffers make puts wait
        store_plain(element_of(*one), none);
      }
      accept(*one, after);
    }
    if (closed_ && puts_.length() == 0) complete(after);
  }

  // One element goes through the transducer. `thrown`: for what the ex-handler throws, on
  // the account of the caller; null: it is another party's step.
  void step(In& from, aftermath& after, std::exception_ptr* thrown) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    begin_users_code(after);
    try {
      into_buffer_of into(*this);
      if (through_->step(std::move(from), into)) return;
    } catch (...) {
      handle(std::current_exception(), after, thrown);
      return;
    }
    while (waiter* const one = claim_first(puts_)) accept(*one, after);
    serve(after);
    close_locked(after);
  }

  static void begin_users_code(aftermath& after) noexcept {
    if (!std::exchange(after.ran_users_code, true)) users_code::begin();
  }

  void complete(aftermath& after) noexcept override
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (through_ == nullptr || completed_) return;
    completed_ = true;
    begin_users_code(after);
    try {
      into_buffer_of into(*this);
      through_->complete(into);
    } catch (...) {
      handle(std::current_exception(), after, nullptr);
    }
    serve(after);
  }

  void handle(const std::exception_ptr& error, aftermath& after,
              std::exception_ptr* thrown) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!through_->has_handler()) return after.report(*this, error);
    try {
      std::optional<T> instead = through_->handle(error);
      if (instead && !is_null(*instead)) store(std::move(*instead));
    } catch (...) {
      if (thrown == nullptr) return after.report(*this, std::current_exception());
      *thrown = std::current_exception();
    }
  }

  void store(T&& element) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool at_capacity = elements_.size() >= capacity_;
    if (at_capacity && (how_ == keeping::dropping || how_ == keeping::first)) return;
    if (at_capacity && how_ == keeping::sliding) elements_.drop_front();
    elements_.push(std::move(element));
  }

  // Without a transducer there is room, or one is dropped: no memory is asked for.
  void store_plain(In& from, std::optional<T>& displaced) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if constexpr (std::is_same_v<T, In>) {
      if (how_ == keeping::fixed) [[likely]]
        return elements_.push(std::move(from));
      if (how_ == keeping::sliding && elements_.size() == capacity_)
        displaced.emplace(elements_.pop());
      store(std::move(from));
    }
  }

  // Those who wait take what is buffered, oldest first.
  void serve(aftermath& after) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (takes_.first() == nullptr) return;
    if (how_ == keeping::first) return serve_first(after);
    while (elements_.size() > 0) {
      waiter* const one = claim_first(takes_);
      if (one == nullptr) return;
      deliver(*one, elements_.pop(), after);
    }
  }

  // All of them, with copies that are made without the lock.
  void serve_first(aftermath& after) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (elements_.size() == 0 || !acquire_owner_if_any()) return;
    if (after.release_pin) {
      release_owner();  // one is enough, and this is not the last
    }
    after.release_pin = true;
    while (waiter* const one = claim_first(takes_)) after.copy_to(*one);
  }

  void deliver(waiter& to, T&& element, aftermath& after) noexcept {
    static_cast<std::optional<T>*>(to.cell)->emplace(std::move(element));
    after.wake(*to.who);
  }
  static In& element_of(waiter& put) noexcept { return *static_cast<In*>(put.cell); }
  static void accept(waiter& put, aftermath& after) noexcept {
    put.accepted = true;
    after.wake(*put.who);
  }
  static alts_claim* group_of(const waiter* self) noexcept {
    return self == nullptr ? nullptr : self->group;
  }

  // Without the lock.
  void settle(aftermath& after) noexcept override {
    const bool ran_users_code = after.ran_users_code;
    if (how_ == keeping::first) [[unlikely]]
      copy_to_all(after);
    after.settle();
    // Last: what it runs may wait for those who have been woken, and may drop the last handle.
    if (ran_users_code) [[unlikely]]
      users_code::end();
  }

  void copy_to_all(aftermath& after) noexcept ABSL_NO_THREAD_SAFETY_ANALYSIS {
    if constexpr (std::copy_constructible<T>) {
      while (waiter* const one = after.next_to_copy_to()) {
        try {
          static_cast<std::optional<T>*>(one->cell)->emplace(elements_.front());
        } catch (...) {
          one->who->error = std::current_exception();
        }
        after.wake(*one->who);
      }
    }
    if (after.release_pin) release_owner();
  }

  // The first element stays as it is, and the caller has acquired the channel.
  void copy_first(std::optional<T>& into, waiter* self) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    std::exception_ptr error;
    if constexpr (std::copy_constructible<T>) {
      try {
        into.emplace(elements_.front());
      } catch (...) {
        error = std::current_exception();
      }
    }
    release_owner();
    if (error) fail(self, std::move(error));
  }

  // Of an operation that took effect. An alts hears of it when it is over.
  static void fail(waiter* self, std::exception_ptr error) {
    if (group_of(self) == nullptr) std::rethrow_exception(std::move(error));
    self->who->error = std::move(error);
  }

  void drop_elements() noexcept override ABSL_NO_THREAD_SAFETY_ANALYSIS {
    elements_.clear();
    through_.reset();
  }

  bool is_full() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return how_ == keeping::fixed && elements_.size() >= capacity_;
  }
  bool holds_elements() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !abandoned_ && elements_.size() > 0;
  }

  [[gnu::always_inline]] void note() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (abandoned_) return;  // the elements are no longer there to be looked at
    // What is in a ring with two ends changes without this.
    const bool counts = !has_two_ends();
    const bool any = counts && elements_.size() > 0;
    const bool room = counts && how_ != keeping::nothing && !is_full();
    hint(closed_ || any || puts_.length() > 0, closed_ || room || takes_.length() > 0);
  }

  const keeping how_;
  bool completed_ ABSL_GUARDED_BY(mutex_) = false;
  const std::uint32_t capacity_;
  element_ring<T> elements_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<transducing<T, In>> through_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tussle::detail
