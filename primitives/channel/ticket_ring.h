// ticket_ring.h: what a pipeline of n workers has in hand, in order.
//
// n + 1 places in a ring; each element has the place of its ticket, its number.
//
//   the feeder gives ──▶ waits for a worker ──▶ with a worker ──▶ is ready ──▶ with the emitter
//                                                                 ──▶ the place is free again
//
//   out_ <= begun_ <= given_ <= out_ + n + 1
//
// Three kinds of processes meet under one lock, and each does in one section what it has to
// tell and what it asks for: a worker brings results and takes the next element, the emitter
// gives its place back and takes the next results. Who waits is served by whoever makes that
// possible: the feeder by the emitter, a worker by the feeder, the emitter by a worker; it
// finds the result where it waits.
//
// End:      no_more(), of the feeder: what has been given is done, then all find the end.
//           stop(), of the emitter: everybody finds the end at once; elements die.
// Memory:   a list of results goes round between places, workers and the emitter, so that it
//           is asked for once, not for each element.
// Lifetime: whoever waits here is a process of a pipeline, and shares the ring.
#pragma once

#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "primitives/channel/process.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/sync/short_mutex.h"

namespace tussle::detail {

template <typename T, typename U>
class ticket_ring;

// A process that is parked at a ring.
template <typename T, typename U>
class ring_wait : public parking {
 public:
  explicit ring_wait(ticket_ring<T, U>& at) noexcept : at_(at) {}
  bool await_ready() const noexcept { return false; }
  template <std::derived_from<process> P>
  bool await_suspend(std::coroutine_handle<P> parks) noexcept {
    return suspend(parks.promise());
  }
  // False: it is the end.
  bool await_resume() const noexcept { return served_; }

  bool withdraw() noexcept override { return at_.withdraw(*this); }

 protected:
  ~ring_wait() = default;

 private:
  friend ticket_ring<T, U>;

  // True: it waits, and nothing of it may be touched.
  virtual bool begin() noexcept = 0;

  // Never inlined: clang 14 would make its local variables part of the frame.
  [[gnu::noinline]] bool suspend(process& self) noexcept {
    who_ = &self;
    self.parks_at(*this);
    return begin() || self.gives_way();
  }

 protected:
  ticket_ring<T, U>& at_;

 private:
  process* who_ = nullptr;
  bool served_ = false;
  ring_wait* next_ = nullptr;  // of those that are to be woken, or of workers that wait
};

// What a worker has: an element, then what became of it. While it is lent, both are those of
// the thread that works on it, and stay so where the worker ends before.
template <typename T, typename U>
struct ring_hand {
  // (1) release; pairs with (2): what became of the element is there. Lending is the worker's,
  // before the thread begins, and relaxed.
  void lend() noexcept { is_lent_.store(true, std::memory_order_relaxed); }
  void give_back() noexcept { is_lent_.store(false, std::memory_order_release); }
  // (2) acquire; pairs with (1).
  bool is_lent() const noexcept { return is_lent_.load(std::memory_order_acquire); }

  T element_out() noexcept {
    T out(std::move(*element));
    element.reset();
    return out;
  }

  std::optional<T> element;
  std::vector<U> results;
  std::uint64_t ticket = none;  // the worker's at all times
  static constexpr std::uint64_t none = static_cast<std::uint64_t>(-1);

 private:
  sync::atomic<bool> is_lent_{false};
};

template <typename T, typename U>
class ticket_ring {
 public:
  class giving;
  class working;
  class emitting;
  using hand = ring_hand<T, U>;
  using wait = ring_wait<T, U>;

  // Throws: std::bad_alloc.
  explicit ticket_ring(std::size_t workers) : places_(workers + 1) {}
  ticket_ring(const ticket_ring&) = delete;
  ticket_ring& operator=(const ticket_ring&) = delete;

  // To be awaited in a go block, at once; false at the end. The feeder's:
  [[nodiscard]] giving async_give(T element) noexcept {
    return giving(*this, std::move(element));
  }
  // A worker's: leaves the results of the last element, if there was one.
  [[nodiscard]] working async_work(hand& mine) noexcept { return working(*this, mine); }
  // The emitter's: what it got the last time has been emitted.
  [[nodiscard]] emitting async_emit(std::vector<U>& results) noexcept {
    return emitting(*this, results);
  }

  // Of a worker that is over. What it has in hand counts as done, or all would wait for it: it
  // was dropped, because nobody could be had to wake it. What it has lent counts as nothing.
  void leave(hand& mine) noexcept {
    hand last;
    last.ticket = mine.ticket;
    if (!mine.is_lent()) {
      mine.element.reset();
      last.results.swap(mine.results);
    }
    to_wake after;
    {
      const sync::short_lock lock(mutex_);
      if (!is_stopped_) bring(last, after);
    }
    after.wake();
  }

  void no_more() noexcept {
    to_wake after;
    {
      const sync::short_lock lock(mutex_);
      has_ended_ = true;
      end_workers(after);
      if (emitter_ != nullptr && out_ == given_)
        after.add(*std::exchange(emitter_, nullptr));
    }
    sync::schedule_point("ticket_ring.no_more.before_wake");
    after.wake();
  }

  void stop() noexcept {
    to_wake after;
    std::vector<place> dead;
    {
      const sync::short_lock lock(mutex_);
      is_stopped_ = true;
      dead.swap(places_);
      end_workers(after);
      if (feeder_ != nullptr) after.add(*std::exchange(feeder_, nullptr));
    }
    sync::schedule_point("ticket_ring.stop.before_wake");
    after.wake();
  }

 private:
  friend class ring_wait<T, U>;

  struct place {
    std::optional<T> element;
    std::vector<U> results;
    bool is_ready = false;
  };

  class to_wake {
   public:
    void add(wait& one) noexcept {
      one.next_ = first_;
      first_ = &one;
    }
    // Without the lock.
    void wake() noexcept {
      for (wait* one = first_; one != nullptr;) {
        wait* const next = one->next_;
        one->who_->wake();
        one = next;
      }
    }

   private:
    wait* first_ = nullptr;
  };

  // Each tells whether it waits; then nothing of `self` may be touched.
  bool give(giving& self) noexcept {
    to_wake after;
    {
      const sync::short_lock lock(mutex_);
      if (is_stopped_) return false;
      if (given_ - out_ == places_.size()) {
        feeder_ = &self;
        return true;
      }
      accept(self, after);
    }
    sync::schedule_point("ticket_ring.give.before_wake");
    after.wake();
    return false;
  }

  bool work(working& self) noexcept {
    to_wake after;
    bool waits = false;
    {
      const sync::short_lock lock(mutex_);
      if (is_stopped_) return false;
      bring(self.mine_, after);
      if (begun_ < given_) {
        place& next = place_of(begun_);
        serve(self, *next.element);
        next.element.reset();
      } else if (!has_ended_) {
        self.next_ = std::exchange(workers_, &self);
        waits = true;
      }
    }
    sync::schedule_point("ticket_ring.work.before_wake");
    after.wake();
    return waits;
  }

  bool emit(emitting& self) noexcept {
    to_wake after;
    bool waits = false;
    {
      const sync::short_lock lock(mutex_);
      give_place_back(after);
      place& next = place_of(out_);
      if (next.is_ready) {
        next.is_ready = false;
        serve(self, next.results);
      } else if (!has_ended_ || out_ != given_) {
        emitter_ = &self;
        waits = true;
      }
    }
    sync::schedule_point("ticket_ring.emit.before_wake");
    after.wake();
    return waits;
  }

  void accept(giving& from, to_wake& after) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    from.served_ = true;
    place& at = place_of(given_++);
    if (workers_ == nullptr) {
      at.element.emplace(std::move(from.element_));
      return;
    }
    auto& worker = static_cast<working&>(*workers_);
    workers_ = worker.next_;
    serve(worker, from.element_);
    after.add(worker);
  }

  void give_place_back(to_wake& after) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!std::exchange(is_emitting_, false)) return;
    ++out_;
    if (feeder_ == nullptr) return;
    giving& from = *std::exchange(feeder_, nullptr);
    accept(from, after);
    after.add(from);
  }

  // What became of an element is ready, or is what the emitter waits for.
  void bring(hand& from, to_wake& after) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (from.ticket == hand::none) return;
    const std::uint64_t ticket = std::exchange(from.ticket, hand::none);
    if (emitter_ != nullptr && ticket == out_) {
      emitting& to = *std::exchange(emitter_, nullptr);
      serve(to, from.results);
      after.add(to);
      return;
    }
    place& at = place_of(ticket);
    at.results.swap(from.results);
    at.is_ready = true;
  }

  void serve(working& to, T& element) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    to.mine_.element.emplace(std::move(element));
    to.mine_.ticket = begun_++;
    to.served_ = true;
  }
  void serve(emitting& to, std::vector<U>& results) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    to.into_.swap(results);
    to.served_ = true;
    is_emitting_ = true;
  }

  void end_workers(to_wake& after) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    while (workers_ != nullptr) {
      wait& one = *workers_;
      workers_ = one.next_;
      after.add(one);
    }
  }

  // Of a go block of a runtime that ends. True: it was waiting, and is now the caller's.
  bool withdraw(wait& one) noexcept {
    const sync::short_lock lock(mutex_);
    if (feeder_ == &one) {
      feeder_ = nullptr;
      return true;
    }
    if (emitter_ == &one) {
      emitter_ = nullptr;
      return true;
    }
    wait* before = nullptr;
    for (wait* each = workers_; each != nullptr; before = each, each = each->next_) {
      if (each != &one) continue;
      (before == nullptr ? workers_ : before->next_) = one.next_;
      return true;
    }
    return false;
  }

  place& place_of(std::uint64_t ticket) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return places_[ticket % places_.size()];
  }

  sync::short_mutex mutex_;
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;   // the feeder
  bool is_stopped_ ABSL_GUARDED_BY(mutex_) = false;  // by the emitter
  bool is_emitting_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t given_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t begun_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t out_ ABSL_GUARDED_BY(mutex_) = 0;  // who is emitted, or will be next
  giving* feeder_ ABSL_GUARDED_BY(mutex_) = nullptr;
  emitting* emitter_ ABSL_GUARDED_BY(mutex_) = nullptr;
  wait* workers_ ABSL_GUARDED_BY(mutex_) = nullptr;  // the last one that came first
  std::vector<place> places_ ABSL_GUARDED_BY(mutex_);
};

template <typename T, typename U>
class ticket_ring<T, U>::giving final : public wait {
 public:
  giving(ticket_ring& at, T&& element) noexcept
      : wait(at), element_(std::move(element)) {}

 private:
  friend ticket_ring;
  bool begin() noexcept override { return this->at_.give(*this); }
  T element_;
};

template <typename T, typename U>
class ticket_ring<T, U>::working final : public wait {
 public:
  working(ticket_ring& at, hand& mine) noexcept : wait(at), mine_(mine) {}

 private:
  friend ticket_ring;
  bool begin() noexcept override { return this->at_.work(*this); }
  hand& mine_;
};

template <typename T, typename U>
class ticket_ring<T, U>::emitting final : public wait {
 public:
  emitting(ticket_ring& at, std::vector<U>& into) noexcept : wait(at), into_(into) {}

 private:
  friend ticket_ring;
  bool begin() noexcept override { return this->at_.emit(*this); }
  std::vector<U>& into_;
};

// Says so to a ring when a process is over, however it ends.
template <typename Ring, void (Ring::*End)() noexcept>
class ends_ring {
 public:
  explicit ends_ring(std::shared_ptr<Ring> of) noexcept : ring_(std::move(of)) {}
  ends_ring(ends_ring&& other) noexcept = default;
  ends_ring& operator=(ends_ring&&) = delete;
  ~ends_ring() {
    if (ring_ != nullptr) ((*ring_).*End)();
  }
  Ring* operator->() const noexcept { return ring_.get(); }

 private:
  std::shared_ptr<Ring> ring_;
};

}  // namespace tussle::detail
