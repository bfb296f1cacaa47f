// lamport_channel.h (subject): a channel for one putter and one taker, without a lock; what
// the shipped one, which is for any number of them, is measured against.
//
// A ring. The putter alone moves the tail on, the taker alone the head, and each looks at the
// other's only when what it saw of it last does not let it go on.
//
//   put:  room ──▶ the element, the tail ──▶ does a take wait for it? it is served
//   take: an element ──▶ the head ──▶ does a put wait for the room? its element goes in
//   wait: announced, with the place waited for ──barrier──▶ nothing came: waits ──▶ served
//                                                           something came: once more
//
// Who comes finds either the announcement, or is found by the look behind the barrier: the
// barrier is heavy (sync/asymmetric_barrier.h), so that put and take have none. An
// announcement is only wiped out; who waits is served, by whoever has changed the word, which
// meanwhile has the part of both sides. Nothing of the channel is touched once one waits.
//
// Consistency: as channel.h.
// Progress: put and take are wait-free while they need not wait.
// ABA:      a place is waited for once, then the tail or the head has moved on.
// What it gives up: more than one putter or taker at a time; an end by others than the putter,
//           and while a put waits; a meeting without a buffer; alts, transducers, buffers that
//           drop, promise channels, an end of its owners while somebody waits.
// Source:   Lamport 1983, "Specifying Concurrent Program Modules" (TOPLAS 5/2); what was seen
//           last: Lee, Bu and Chandranmenon 2010, "A Lock-Free, Cache-Efficient Multi-Core
//           Synchronization Mechanism for Line-Rate Network Traffic Monitoring" (IPDPS).
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "primitives/channel/channel_core.h"
#include "primitives/channel/process.h"
#include "primitives/channel/waiter.h"
#include "primitives/sync/asymmetric_barrier.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/plain.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/one_shot.h"

namespace tussle::workloads::subjects {

// Who waits at one end. It lives where its party waits.
template <typename T>
struct lamport_entry {
  detail::party* who = nullptr;
  T* from = nullptr;                 // of a put
  std::optional<T>* into = nullptr;  // of a take
  bool accepted = false;             // of a put
  std::uint64_t word = 0;            // what stands for it in the channel
};

template <typename T>
class lamport_put_awaiter;
template <typename T>
class lamport_take_awaiter;

template <typename T>
class lamport_channel {
  static_assert(std::is_nothrow_move_constructible_v<T>);

 public:
  using entry = lamport_entry<T>;
  using outcome = detail::outcome;

  // At least 1. Throws: std::bad_alloc.
  explicit lamport_channel(std::size_t capacity)
      : capacity_(capacity),
        last_cell_(std::bit_ceil(capacity) - 1),
        cells_(new cell[last_cell_ + 1]) {}
  lamport_channel(const lamport_channel&) = delete;
  lamport_channel& operator=(const lamport_channel&) = delete;
  // Nobody waits.
  ~lamport_channel() {
    const std::uint64_t end = number_of(tail_.load(std::memory_order_relaxed));
    for (std::uint64_t n = head_.load(std::memory_order_relaxed); n < end; ++n) drop(n);
  }

  // Blocking, for threads.
  bool put(T element) noexcept {
    outcome ended = put_at_once(element);
    if (ended == outcome::pending) [[unlikely]] {
      sleeper self;
      entry mine{.who = &self};
      look([this] { return has_room(); });
      ended = put(element, mine);
      if (ended == outcome::pending) {
        self.sleep();
        return mine.accepted;
      }
    }
    return ended == outcome::done;
  }
  std::optional<T> take() noexcept {
    std::optional<T> into;
    if (take_at_once(into) == outcome::pending) [[unlikely]] {
      sleeper self;
      entry mine{.who = &self};
      look([this] { return has_news(); });
      if (take(into, mine) == outcome::pending) self.sleep();
    }
    return into;
  }

  // To be awaited in a go block, at once.
  [[nodiscard]] lamport_put_awaiter<T> async_put(T element) noexcept {
    return lamport_put_awaiter<T>(*this, std::move(element));
  }
  [[nodiscard]] lamport_take_awaiter<T> async_take() noexcept {
    return lamport_take_awaiter<T>(*this);
  }

  // Takes `from` unless it is closed. Nothing of the channel or of `self` is touched once it
  // waits.
  outcome put(T& from, entry& self) noexcept;
  outcome take(std::optional<T>& into, entry& self) noexcept;

  // By the putter, between its puts.
  void close() noexcept;

  // True: it was waiting, and is the caller's again.
  bool cancel(entry& self) noexcept {
    if (self.word == 0) return false;
    std::uint64_t seen = self.word;
    // Relaxed: what it refers to is the caller's already.
    return (self.into != nullptr ? take_waits_ : put_waits_)
        .compare_exchange_strong(seen, 0, std::memory_order_relaxed,
                                 std::memory_order_relaxed);
  }

 private:
  struct cell {
    alignas(T) std::array<std::byte, sizeof(T)> element;
  };

  // A blocked thread, which has looked already.
  class sleeper final : public detail::party {
   public:
    sleeper() noexcept : party(abandoned::is_told) {}
    void wake() noexcept override { served_.settle(); }
    void drop() noexcept override {}
    void sleep() noexcept { served_.wait_asleep(); }

   private:
    detail::one_shot served_;
  };

  static constexpr std::uint64_t closed_bit = std::uint64_t{1} << 63;
  static constexpr std::uint64_t number_of(std::uint64_t tail) noexcept {
    return tail & ~closed_bit;
  }

  // Words of those who wait: 0, nobody; else the number of the element or of the free place
  // that is waited for, and whether it was announced only.
  static constexpr std::uint64_t waits_bit = 1;
  static constexpr std::uint64_t announced(std::uint64_t number) noexcept {
    return (number + 1) << 1;
  }
  static constexpr std::uint64_t waited_for(std::uint64_t word) noexcept {
    return (word >> 1) - 1;
  }

  T& at(std::uint64_t number) noexcept {
    return *std::launder(
        reinterpret_cast<T*>(cells_[number & last_cell_].element.data()));
  }
  void keep(std::uint64_t number, T& from) noexcept {
    new (cells_[number & last_cell_].element.data()) T(std::move(from));
  }
  void drop(std::uint64_t number) noexcept { std::destroy_at(&at(number)); }
  void give(std::uint64_t number, std::optional<T>& into) noexcept {
    into.emplace(std::move(at(number)));
    drop(number);
  }

  // (1) release, and ordered before the look at who waits; pairs with (2): elements, and
  // places that were left.
  static void publish(sync::atomic<std::uint64_t>& index, std::uint64_t next) noexcept {
    if (sync::light_barriers()) {
      index.store(next, std::memory_order_release);
      sync::light_barrier();
    } else {
      index.store(next, std::memory_order_seq_cst);
    }
  }

  outcome put_at_once(T& from) noexcept;
  outcome take_at_once(std::optional<T>& into) noexcept;
  bool has_room() const noexcept {
    // Acquire, here and below: as (2), for whoever acts on it.
    return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire) <
           capacity_;
  }
  bool has_news() const noexcept {
    return tail_.load(std::memory_order_acquire) != head_.load(std::memory_order_relaxed);
  }

  // Whoever waits for a number up to `last`, if it is committed; an announcement is gone then.
  static bool claim(sync::atomic<std::uint64_t>& waits, std::uint64_t last) noexcept {
    std::uint64_t seen = waits.load(std::memory_order_seq_cst);
    while (seen != 0 && waited_for(seen) <= last) {
      // (3) acq_rel; pairs with (4), and both ways with itself: the entry, and all that its
      // party did at its end of the ring.
      if (waits.compare_exchange_strong(seen, 0, std::memory_order_acq_rel,
                                        std::memory_order_acquire))
        return (seen & waits_bit) != 0;
    }
    return false;
  }
  [[gnu::noinline]] void serve_take(std::uint64_t last) noexcept;
  [[gnu::noinline]] void serve_put(std::uint64_t last) noexcept;

  // False: something has come meanwhile.
  static bool wait_in(sync::atomic<std::uint64_t>& waits, std::uint64_t word) noexcept {
    sync::schedule_point("lamport_channel.wait.before_commit");
    std::uint64_t seen = word;
    // (4) release; pairs with (3). Acquire where it fails: what has come.
    return waits.compare_exchange_strong(
        seen, word | waits_bit, std::memory_order_acq_rel, std::memory_order_acquire);
  }

  template <typename Done>
  static void look(Done done) noexcept;

  const std::uint64_t capacity_;
  const std::uint64_t last_cell_;
  const std::unique_ptr<cell[]> cells_;

  // Of the putter, and of who serves it.
  alignas(128) sync::atomic<std::uint64_t> tail_{0};  // marked when closed
  sync::plain<std::uint64_t> head_seen_{0};
  sync::plain<entry*> put_entry_{nullptr};
  // Of the taker, and of who serves it.
  alignas(128) sync::atomic<std::uint64_t> head_{0};
  sync::plain<std::uint64_t> tail_seen_{0};
  sync::plain<entry*> take_entry_{nullptr};
  // Looked at by the other side with each operation.
  alignas(128) sync::atomic<std::uint64_t> put_waits_{0};
  alignas(128) sync::atomic<std::uint64_t> take_waits_{0};
};

template <typename T>
inline detail::outcome lamport_channel<T>::put_at_once(T& from) noexcept {
  // Relaxed: its own.
  const std::uint64_t number = tail_.load(std::memory_order_relaxed);
  if ((number & closed_bit) != 0) return outcome::closed;
  if (number - head_seen_.read() == capacity_) {
    // (2) acquire; pairs with (1).
    const std::uint64_t head = head_.load(std::memory_order_acquire);
    if (number - head == capacity_) return outcome::pending;
    head_seen_.write(head);
  }
  keep(number, from);
  publish(tail_, number + 1);
  if (take_waits_.load(std::memory_order_seq_cst) != 0) [[unlikely]]
    serve_take(number);
  return outcome::done;
}

template <typename T>
inline detail::outcome lamport_channel<T>::take_at_once(std::optional<T>& into) noexcept {
  // Relaxed: its own.
  const std::uint64_t number = head_.load(std::memory_order_relaxed);
  if (number == tail_seen_.read()) {
    // (2) acquire; pairs with (1).
    const std::uint64_t tail = tail_.load(std::memory_order_acquire);
    if (number == number_of(tail))
      return tail == number ? outcome::pending : outcome::closed;
    tail_seen_.write(number_of(tail));
  }
  give(number, into);
  publish(head_, number + 1);
  if (put_waits_.load(std::memory_order_seq_cst) != 0) [[unlikely]]
    serve_put(number + capacity_);
  return outcome::done;
}

template <typename T>
detail::outcome lamport_channel<T>::put(T& from, entry& self) noexcept {
  for (;;) {
    const outcome ended = put_at_once(from);
    if (ended != outcome::pending) return ended;
    const std::uint64_t number = tail_.load(std::memory_order_relaxed);
    self.from = &from;
    self.word = announced(number) | waits_bit;
    put_entry_.write(&self);
    put_waits_.store(announced(number), std::memory_order_seq_cst);
    sync::heavy_barrier();
    if (number - head_.load(std::memory_order_seq_cst) == capacity_ &&
        wait_in(put_waits_, announced(number)))
      return outcome::pending;
    // Relaxed: nobody serves what was announced only.
    put_waits_.store(0, std::memory_order_relaxed);
  }
}

template <typename T>
detail::outcome lamport_channel<T>::take(std::optional<T>& into, entry& self) noexcept {
  for (;;) {
    const outcome ended = take_at_once(into);
    if (ended != outcome::pending) return ended;
    const std::uint64_t number = head_.load(std::memory_order_relaxed);
    self.into = &into;
    self.word = announced(number) | waits_bit;
    take_entry_.write(&self);
    take_waits_.store(announced(number), std::memory_order_seq_cst);
    sync::heavy_barrier();
    if (tail_.load(std::memory_order_seq_cst) == number &&
        wait_in(take_waits_, announced(number)))
      return outcome::pending;
    take_waits_.store(0, std::memory_order_relaxed);
  }
}

// By the putter, which has put the element of the number `last`.
template <typename T>
void lamport_channel<T>::serve_take(std::uint64_t last) noexcept {
  if (!claim(take_waits_, last)) return;
  entry& served = *take_entry_.read();
  // Relaxed: its taker sleeps, and sees it when it is woken.
  const std::uint64_t number = head_.load(std::memory_order_relaxed);
  give(number, *served.into);
  tail_seen_.write(number + 1);
  head_.store(number + 1, std::memory_order_relaxed);
  served.who->wake();
}

// By the taker, which has left places up to that of the number `last`.
template <typename T>
void lamport_channel<T>::serve_put(std::uint64_t last) noexcept {
  if (!claim(put_waits_, last)) return;
  entry& served = *put_entry_.read();
  // Relaxed: as above.
  const std::uint64_t number = tail_.load(std::memory_order_relaxed);
  keep(number, *served.from);
  head_seen_.write(number + 1 - capacity_);
  tail_.store(number + 1, std::memory_order_relaxed);
  served.accepted = true;
  served.who->wake();
}

template <typename T>
void lamport_channel<T>::close() noexcept {
  const std::uint64_t number = tail_.load(std::memory_order_relaxed);
  if ((number & closed_bit) != 0) return;
  publish(tail_, number | closed_bit);
  sync::schedule_point("lamport_channel.close.before_wake");
  if (claim(take_waits_, number)) take_entry_.read()->who->wake();
}

// As blocked_thread.cc, without its memory of looks that were in vain.
template <typename T>
template <typename Done>
void lamport_channel<T>::look([[maybe_unused]] Done done) noexcept {
#if defined(TUSSLE_MODE_BENCH)
  constexpr std::uint64_t alone = 3'000;  // cycles
  constexpr std::uint64_t longest = 60'000;
  std::uint64_t looked = 0;
  for (const std::uint64_t begun = sync::cycles(); looked < longest && !done();
       looked = sync::cycles() - begun)
    looked < alone ? __builtin_ia32_pause() : sync::yield();
#endif
}

// As channel/awaiter.h.
template <typename T>
class lamport_take_awaiter final : public detail::parking {
 public:
  explicit lamport_take_awaiter(lamport_channel<T>& at) noexcept : at_(&at) {}

  bool await_ready() const noexcept { return false; }
  template <std::derived_from<detail::process> P>
  bool await_suspend(std::coroutine_handle<P> parks) noexcept {
    return suspend(parks.promise());
  }
  std::optional<T> await_resume() noexcept { return std::move(value_); }

  bool withdraw() noexcept override { return at_->cancel(entry_); }

 private:
  // Never inlined: clang 14 would make its local variables part of the frame.
  [[gnu::noinline]] bool suspend(detail::process& self) noexcept {
    entry_.who = &self;
    self.parks_at(*this);
    return at_->take(value_, entry_) == detail::outcome::pending || self.gives_way();
  }

  lamport_channel<T>* const at_;
  std::optional<T> value_;
  lamport_entry<T> entry_;
};

template <typename T>
class lamport_put_awaiter final : public detail::parking {
 public:
  lamport_put_awaiter(lamport_channel<T>& at, T&& element) noexcept
      : at_(&at), element_(std::move(element)) {}

  bool await_ready() const noexcept { return false; }
  template <std::derived_from<detail::process> P>
  bool await_suspend(std::coroutine_handle<P> parks) noexcept {
    return suspend(parks.promise());
  }
  bool await_resume() const noexcept { return entry_.accepted; }

  bool withdraw() noexcept override { return at_->cancel(entry_); }

 private:
  [[gnu::noinline]] bool suspend(detail::process& self) noexcept {
    entry_.who = &self;
    self.parks_at(*this);
    const detail::outcome ended = at_->put(element_, entry_);
    if (ended == detail::outcome::pending) return true;
    entry_.accepted = ended == detail::outcome::done;
    return self.gives_way();
  }

  lamport_channel<T>* const at_;
  T element_;
  lamport_entry<T> entry_;
};

}  // namespace tussle::workloads::subjects
