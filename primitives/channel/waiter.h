// waiter.h: who waits at channels, and for what.
//
// A *party* is what waits: a blocked thread, a parked go block, a callback. A *waiter* is its
// entry in one channel's line of puts or takes; an alts has one in each of its channels, and a
// claim that they share. Waiters live where the party waits, on its stack or in its frame, so
// that waiting allocates nothing.
//
//   waiter in line ──▶ taken out, under the channel's lock, with its result ──▶ lock given up
//                                                        ──▶ party woken, or dropped
//
// Who takes a waiter out has its party for himself, until he wakes or drops it, after which
// he touches it no more: it may be gone.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "primitives/sync/atomic.h"
#include "primitives/sync/per_thread.h"

namespace tussle::detail {

class party {
 public:
  // One that is dropped when nobody is left who could complete what it waits for; one that is
  // not is told that the channel is closed.
  enum class abandoned : bool { is_told, is_dropped };

  explicit party(abandoned then) noexcept : then_(then) {}
  party(const party&) = delete;
  party& operator=(const party&) = delete;

  // What it waited for is over; the result is where its waiter said.
  virtual void wake() noexcept = 0;
  virtual void drop() noexcept = 0;

  bool is_dropped() const noexcept { return then_ == abandoned::is_dropped; }

  // Instead of a result: thrown to whoever waited.
  std::exception_ptr error;

 protected:
  ~party() = default;

 private:
  friend class aftermath;
  party* next_ = nullptr;
  const abandoned then_;
};

inline void throw_if_failed(party& waited) {
  if (waited.error) [[unlikely]]
    std::rethrow_exception(std::exchange(waited.error, nullptr));
}

// Which of the operations of one alts takes effect: one at most.
//
//   open ──▶ held, while its holder takes another claim as well ──▶ taken, for good
//
// Two alts that meet need both claims. They are held in the order of their addresses, so that
// nobody waits in a circle; who holds one takes no lock, and so holds it for a few
// instructions.
class alts_claim {
 public:
  explicit alts_claim(std::uint32_t operations) noexcept : sources_(operations) {}

  // False: it was taken before.
  [[nodiscard]] bool take() noexcept {
    if (!hold()) return false;
    give(taken);
    return true;
  }

  enum class outcome { both, mine_was_taken, other_was_taken };
  static outcome take_both(alts_claim& mine, alts_claim& other) noexcept {
    const bool in_order = &mine < &other;
    alts_claim& first = in_order ? mine : other;
    alts_claim& second = in_order ? other : mine;
    if (!first.hold())
      return in_order ? outcome::mine_was_taken : outcome::other_was_taken;
    if (!second.hold()) {
      first.give(open);
      return in_order ? outcome::other_was_taken : outcome::mine_was_taken;
    }
    second.give(taken);
    first.give(taken);
    return outcome::both;
  }

  // Relaxed, here and below: results are handed over by the channels' locks and by waking.
  bool is_taken() const noexcept {
    return word_.load(std::memory_order_relaxed) == taken;
  }

  // One of its channels will not complete it any more. True: it was the last.
  bool lose_source() noexcept {
    // acq_rel; pairs with itself: what happened at the other channels happens before the end.
    return sources_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

  // Which operation it was: of whoever took it, then of whoever was woken.
  std::uint32_t winner = none;
  static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);

 private:
  static constexpr std::uint32_t open = 0;
  static constexpr std::uint32_t held = 1;
  static constexpr std::uint32_t taken = 2;

  // False: it is taken.
  bool hold() noexcept {
    for (;;) {
      std::uint32_t seen = open;
      if (word_.compare_exchange_strong(seen, held, std::memory_order_relaxed,
                                        std::memory_order_relaxed))
        return true;
      if (seen == taken) return false;
      sync::yield();
    }
  }
  void give(std::uint32_t next) noexcept { word_.store(next, std::memory_order_relaxed); }

  sync::atomic<std::uint32_t> word_{open};
  sync::atomic<std::uint32_t> sources_;
};

struct waiter {
  enum class side : bool { put, take };
  // It is in line only after `who` has been set.
  waiter(side which, void* element) noexcept : cell(element), puts(which == side::put) {}
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;

  party* who = nullptr;
  void* cell;  // of a put the element, of a take the optional that it goes into
  alts_claim* group = nullptr;
  // Under the channel's lock, as long as it is in line; then of whoever took it out.
  waiter* before = nullptr;
  waiter* after = nullptr;
  std::uint32_t index = 0;  // in the group; before it waits, of the poll (alts_core.h)
  const bool puts;
  bool in_line = false;
  bool accepted = false;  // a put was
};

// First come, first served. Under the channel's lock.
class waiter_line {
 public:
  waiter* first() const noexcept { return first_; }
  std::uint32_t length() const noexcept { return length_; }

  void push(waiter& last) noexcept {
    last.before = last_;
    last.after = nullptr;
    last.in_line = true;
    (last_ == nullptr ? first_ : last_->after) = &last;
    last_ = &last;
    ++length_;
  }
  void remove(waiter& one) noexcept {
    (one.before == nullptr ? first_ : one.before->after) = one.after;
    (one.after == nullptr ? last_ : one.after->before) = one.before;
    one.in_line = false;
    --length_;
  }

 private:
  waiter* first_ = nullptr;
  waiter* last_ = nullptr;
  std::uint32_t length_ = 0;
};

class channel_core;

// What an operation leaves to be done when the lock is given up.
class aftermath {
 public:
  aftermath() noexcept = default;
  aftermath(const aftermath&) = delete;
  aftermath& operator=(const aftermath&) = delete;

  void wake(party& one) noexcept { woken_.add(one); }
  // Null: nobody else is to be woken. Otherwise the caller does it.
  party* take_woken() noexcept {
    party* const one = woken_.first;
    if (one != nullptr) woken_.first = one->next_;
    return one;
  }
  void drop(party& one) noexcept { dropped_.add(one); }
  // For the uncaught hook of the channel's runtime, which may end before it is told: then
  // nobody is. Without memory to keep it, it is dropped. Under the channel's lock.
  void report(const channel_core& where, std::exception_ptr error) noexcept;

  // Their values are copied to them, and they are woken, when the lock is given up.
  void copy_to(waiter& one) noexcept {
    one.after = nullptr;
    (to_copy_to_ == nullptr ? to_copy_to_ : last_to_copy_to_->after) = &one;
    last_to_copy_to_ = &one;
  }
  waiter* next_to_copy_to() noexcept {
    waiter* const one = to_copy_to_;
    if (one != nullptr) to_copy_to_ = one->after;
    return one;
  }
  bool release_pin = false;     // the channel was acquired for these copies
  bool ran_users_code = false;  // under the lock: users_code has begun

  // Takes out those that are to be dropped, and puts them in front of `others`.
  party* put_off_drops(party* others) noexcept {
    if (dropped_.first == nullptr) return others;
    dropped_.last->next_ = others;
    return std::exchange(dropped_.first, nullptr);
  }
  static void drop_first(party*& line) noexcept {
    party* const one = std::exchange(line, line->next_);
    one->drop();
  }

  // Not under the lock; nothing of the parties is touched afterwards, nor of the channel,
  // which may be gone when the first of them has been woken.
  void settle() noexcept {
    if (dropped_.first != nullptr || uncaught_ != nullptr) [[unlikely]]
      return settle_all();
    if (woken_.first == nullptr) return;
    if (woken_.first != woken_.last) [[unlikely]]
      return wake_all();
    woken_.first->wake();
  }

 private:
  struct list {
    party* first = nullptr;
    party* last = nullptr;
    void add(party& one) noexcept {
      one.next_ = nullptr;
      (first == nullptr ? first : last->next_) = &one;
      last = &one;
    }
  };

  void wake_all() noexcept;
  void settle_all() noexcept;
  void drop_all() noexcept;

  list woken_;
  list dropped_;
  waiter* to_copy_to_ = nullptr;
  waiter* last_to_copy_to_ = nullptr;
  // Rarely any: a pointer costs each operation one comparison, a vector a call.
  struct errors;
  struct ends_errors {
    void operator()(errors* all) const noexcept;
  };
  std::unique_ptr<errors, ends_errors> uncaught_;
};

}  // namespace tussle::detail
