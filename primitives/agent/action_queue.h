// action_queue.h: what many threads put in and one takes out, without locks; and who that
// one is.
//
// The word `newest_` is the whole state:
//
//   null           idle: nothing waits, nobody consumes
//   the mark       somebody consumes; nothing has come since it last looked
//   a link         somebody consumes; links wait, the newest first
//
//   push      idle → mark: the pusher is the consumer from here on, with what it brought as
//             the first. Otherwise the link goes on top of the stack.
//   take_all  link → mark: the consumer takes the whole stack and turns it around
//   go_idle   mark → idle, unless something has come
//
// The consumer's role ends with go_idle, or is passed on by whatever orders the passing (an
// executor, a mutex). Nothing else is taken out of the stack, so that a link that comes back
// at the same address (ABA) changes nothing: push only wants to be on top of what is there.
//
// Progress: push is lock-free, take_all wait-free; a pusher that stands still hinders nobody.
// Source:   the push of Treiber's stack (Treiber 1986, IBM RJ 5118, section 3) with a consumer
//           that takes all and reverses, as Java's ForkJoin and Linux's llist.h do. README.md
//           says what it was chosen over.
#pragma once

#include <atomic>

#include "primitives/sync/atomic.h"
#include "primitives/sync/hooks.h"
#include "primitives/sync/plain.h"

namespace tussle::detail {

// Base of what waits in such a queue. Whoever holds a link uses `next` as it likes.
struct queue_link {
  sync::plain<queue_link*> next{nullptr};
};

class action_queue {
 public:
  action_queue() = default;
  action_queue(const action_queue&) = delete;
  action_queue& operator=(const action_queue&) = delete;

  // True: the queue was idle, and the caller is its consumer now and keeps `added`.
  // False: `added` waits.
  [[nodiscard]] bool push(queue_link& added) noexcept {
    // Relaxed: a guess, which the compare-exchange checks.
    queue_link* newest = newest_.load(std::memory_order_relaxed);
    while (!(newest == nullptr ? begin(newest) : put_on_top(added, newest))) {
      sync::count(sync::event::failed_attempt);
    }
    return newest == nullptr;
  }

  // Consumer only. What waits, oldest first; null if nothing does.
  queue_link* take_all() noexcept {
    // Relaxed: on a mark nothing is read; a link that comes later is found later.
    if (newest_.load(std::memory_order_relaxed) == &mark) return nullptr;
    // (3) acquire; pairs with (2) of every link in the stack: each push is a
    // read-modify-write and so goes on with the release sequence of those below.
    queue_link* newest = newest_.exchange(&mark, std::memory_order_acquire);
    queue_link* oldest = nullptr;
    while (newest != nullptr) {
      queue_link* const older = newest->next.read();
      newest->next.write(oldest);
      oldest = newest;
      newest = older;
    }
    return oldest;
  }

  // Consumer only. True: the caller is the consumer no longer. False: something waits.
  [[nodiscard]] bool go_idle() noexcept {
    queue_link* nothing_new = &mark;
    // (4) release; pairs with (1): what the consumer did is visible to the next one.
    // Relaxed on failure: take_all looks again.
    return newest_.compare_exchange_strong(
        nothing_new, nullptr, std::memory_order_release, std::memory_order_relaxed);
  }

 private:
  static inline constinit queue_link mark{};  // NOLINT: a private member

  bool begin(queue_link*& newest) noexcept {
    // (1) acquire; pairs with (4). Relaxed on failure: decides only how to go on.
    return newest_.compare_exchange_weak(newest, &mark, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  bool put_on_top(queue_link& added, queue_link*& newest) noexcept {
    added.next.write(newest == &mark ? nullptr : newest);
    // (2) release; pairs with (3): the link and what the sender did before. Relaxed on
    // failure: the pointer is stored, never followed here.
    return newest_.compare_exchange_weak(newest, &added, std::memory_order_release,
                                         std::memory_order_relaxed);
  }

  sync::atomic<queue_link*> newest_{nullptr};
};

}  // namespace tussle::detail
