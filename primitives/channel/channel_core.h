// channel_core.h: what a channel is without its elements.
//
// One lock (or two that together are it: channel_state.h), two lines of waiters, open or closed.
// Every operation decides under the lock, and wakes whom it completed after giving the lock up
// (waiter.h): a woken party finds its result where it waited and does not take the lock again.
//
// Lifetime: handles own the channel; views, and whatever has to look at its memory, hold the
//           memory. When the last owner goes the channel is *abandoned*: what it holds is
//           destroyed, who waits is dropped (go blocks, callbacks) or told that it is closed
//           (threads), and whoever comes by a view finds it closed and drained. What is
//           destroyed may own other channels: chains of any length need little stack, and
//           what is deep in them is dropped after what is above it. So a destructor must not
//           wait for what it lets go of.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "absl/base/thread_annotations.h"
#include "primitives/channel/block_memory.h"
#include "primitives/channel/element_ring.h"
#include "primitives/channel/waiter.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/short_mutex.h"

namespace tussle {

class runtime;

namespace detail {

// How an operation at a channel ended, or did not.
enum class outcome : std::uint8_t {
  done,       // a put was accepted, a take has a value
  closed,     // a put found it closed, a take found it closed and drained
  pending,    // it waits in line; without a waiter: it would have to
  elsewhere,  // of an alts: another one of its operations was completed meanwhile
};

class channel_core {
 public:
  // Puts, and takes, that may wait at one channel.
  static constexpr std::uint32_t most_pending = 1024;

  // `two_ends`: its elements are in a ring that has a lock at each end (element_ring.h).
  explicit channel_core(runtime* home, bool two_ends = false) noexcept
      : home_(home), two_ends_(two_ends) {}
  // NOLINTNEXTLINE(misc-new-delete-overloads): the one that takes the size belongs to it
  static void* operator new(std::size_t size) { return allocate_block(size); }
  static void operator delete(void* memory, std::size_t size) noexcept {
    deallocate_block(memory, size);
  }
  // Of elements that ask for more than the usual alignment.
  static void* operator new(std::size_t size, std::align_val_t alignment) {
    return allocate_block(size, alignment);
  }
  static void operator delete(void* memory, std::size_t size,
                              std::align_val_t alignment) noexcept {
    deallocate_block(memory, size, alignment);
  }
  channel_core(const channel_core&) = delete;
  channel_core& operator=(const channel_core&) = delete;

  // The first owner is whoever made it; all owners together hold the memory once.
  void acquire_owner() noexcept {
    // Relaxed: the caller already owns it.
    owners_.fetch_add(1, std::memory_order_relaxed);
  }
  // False: it is abandoned.
  bool acquire_owner_if_any() noexcept;
  void release_owner() noexcept {
    // acq_rel; pairs with itself: what every other owner did happens before the end.
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) abandon();
  }
  void acquire_memory() noexcept {
    // Relaxed: the caller already holds it.
    memory_.fetch_add(1, std::memory_order_relaxed);
  }
  void release_memory() noexcept {
    // acq_rel; pairs with itself, as for the owners.
    if (memory_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  void close() noexcept;
  // Leaves it to the caller to settle, or to wake whom it finds there.
  void close_without_waking(aftermath& after) noexcept;
  bool is_closed() const;

  // Of an alts that is over, or that gives up: takes its waiter out, if it is in line.
  void unlink(waiter& one) noexcept;
  // The same, for a go block of a runtime that ends. True: it was in line, and is now the
  // caller's.
  bool withdraw(waiter& one) noexcept;

  // Whether an operation might be done at once. Without the lock: what happened before the
  // call is seen.
  bool may_take() const noexcept { return (ready() & takeable) != 0; }
  bool may_put() const noexcept { return (ready() & puttable) != 0; }

  runtime& home() const;

  // Ends those that users_code has put off; unless an outer call will.
  static void end_put_off() noexcept;
  // The same, also within an outer call: of whoever waits for what may be among them.
  static void end_those_put_off() noexcept;

 protected:
  virtual ~channel_core() = default;

  // The lock of all of the channel: its own, or both of a ring with two ends. Who holds one of
  // these two reads what is guarded by the whole, and moves its end on.
  class ABSL_SCOPED_LOCKABLE whole_lock {
   public:
    explicit whole_lock(const channel_core& all) noexcept
        ABSL_EXCLUSIVE_LOCK_FUNCTION(all.mutex_)
        : whole_lock(all, all.two_ends_) {}
    // Where it is known.
    whole_lock(const channel_core& all, bool two_ends) noexcept
        ABSL_EXCLUSIVE_LOCK_FUNCTION(all.mutex_)
        : first_(two_ends ? all.ends().in.mutex : all.mutex_),
          second_(two_ends ? &all.ends().out.mutex : nullptr) {
      lock();
    }
    // The last access to the channel.
    ~whole_lock() ABSL_UNLOCK_FUNCTION() { unlock(); }
    whole_lock(const whole_lock&) = delete;
    whole_lock& operator=(const whole_lock&) = delete;

   private:
    void lock() noexcept ABSL_NO_THREAD_SAFETY_ANALYSIS {
      first_.lock();
      if (second_ != nullptr) second_->lock();
    }
    void unlock() noexcept ABSL_NO_THREAD_SAFETY_ANALYSIS {
      if (second_ != nullptr) second_->unlock();
      first_.unlock();
    }
    sync::short_mutex& first_;
    sync::short_mutex* const second_;
  };

  bool has_two_ends() const noexcept { return two_ends_; }
  // Of a channel with two ends.
  virtual ring_ends& ends() const noexcept = 0;
  virtual std::uint8_t ready_by_ends() const noexcept = 0;

  // Under the lock: yields what a transducer holds back, once, and serves takes with it.
  virtual void complete(aftermath& after) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) = 0;
  // Without the lock.
  virtual void settle(aftermath& after) noexcept = 0;
  // Nobody operates on the elements any more.
  virtual void drop_elements() noexcept = 0;
  // Before anything else of it.
  virtual void on_abandon() noexcept {}

  // The first that can be completed is taken out, with its claim. `mine`: of the alts that
  // looks for a partner, null for other operations. Null: there is nobody; `lost` is set if
  // that is because `mine` has been taken.
  waiter* claim_first(waiter_line& line, alts_claim* mine, bool& lost) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  waiter* claim_first(waiter_line& line) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    bool lost = false;
    return line.first() == nullptr ? nullptr : claim_first(line, nullptr, lost);
  }
  // Whether an operation may take effect: it is no alts, or its claim was free.
  static bool claim(const waiter* self) noexcept {
    return self == nullptr || self->group == nullptr || take_for(*self);
  }
  // Throws: too_many_pending_error.
  void wait_in(waiter_line& line, waiter& last) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static void remove_finished(waiter_line& line) noexcept;
  static void remember(waiter& done) noexcept {
    if (done.group != nullptr) done.group->winner = done.index;
  }

  void close_locked(aftermath& after) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void end_takes(aftermath& after) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void hint(bool can_take, bool can_put) noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto next =
        static_cast<std::uint8_t>((can_take ? takeable : 0) | (can_put ? puttable : 0));
    // Relaxed: who acts on it takes the lock.
    if (next != hint()) hint_.store(next, std::memory_order_relaxed);
  }
  static constexpr std::uint8_t takeable = 1;
  static constexpr std::uint8_t puttable = 2;

 private:
  // What the ends say comes first: a channel that is not closed by then was not closed before.
  std::uint8_t ready() const noexcept {
    const std::uint8_t by_ends = two_ends_ ? ready_by_ends() : std::uint8_t{0};
    return by_ends | hint();
  }
  std::uint8_t hint() const noexcept {
    // Relaxed: as above.
    return hint_.load(std::memory_order_relaxed);
  }
  static bool take_for(const waiter& self) noexcept;
  void abandon() noexcept;
  void put_off_end(aftermath& after) noexcept;
  void drop_line(waiter_line& line, aftermath& after) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // In an order that leaves little room between them: go blocks have a channel each.
  sync::atomic<std::uint32_t> owners_{1};
  sync::atomic<std::uint32_t> memory_{1};
  runtime* const home_;  // null: the process's
  sync::atomic<std::uint8_t> hint_{0};
  const bool two_ends_;

 protected:
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  mutable sync::short_mutex mutex_;
  [[no_unique_address]] waiter_line puts_ ABSL_GUARDED_BY(mutex_);
  [[no_unique_address]] waiter_line takes_ ABSL_GUARDED_BY(mutex_);

 private:
  channel_core* next_put_off_ = nullptr;  // of the thread that has abandoned it
};

}  // namespace detail
}  // namespace tussle
