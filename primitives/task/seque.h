// seque.h: elements that somebody computes ahead of who reads them.
//
// A producer in the background takes elements from a source and keeps at most `capacity` of
// them waiting. When that many wait it pauses, and holds no thread meanwhile.
//
// Errors:   what the source throws comes after all elements before it, and again at every
//           later next(). executor_rejected_error likewise, if the runtime was shut down.
// Lifetime: when the reader goes, the producer stops after the element that it is at.
// Blocking: next() waits for an element. The source runs on the runtime's pool for blocking
//           work, never twice at once.
// Thread safety: next() of one thread at a time.
// Contract: CONTRACT.md section 7 (PAR-5, PAR-6), section 15 (DEV-10).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "primitives/reference/errors.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/blocking_region.h"
#include "primitives/task/errors.h"
#include "primitives/task/executor.h"
#include "primitives/task/runtime.h"

namespace tussle {

template <typename T>
class seque {
 public:
  // The next element; empty at the end, after which it is not asked again.
  using source = absl::AnyInvocable<std::optional<T>()>;

  // A capacity of 0 counts as 1. The runtime must outlive the seque and its producer.
  seque(runtime& on, std::size_t capacity, source from)
      : shared_(new shared(on, std::max<std::size_t>(capacity, 1), std::move(from))) {
    shared_->produce();
  }
  seque(seque&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
  seque& operator=(seque&& other) noexcept {
    std::swap(shared_, other.shared_);
    return *this;
  }
  ~seque() {
    if (shared_ != nullptr) shared_->abandon();
  }

  // Throws: as said above.
  std::optional<T> next() { return shared_->next(); }

  // How many elements wait at this moment.
  std::size_t waiting() const { return shared_->waiting(); }

 private:
  class shared;
  shared* shared_;
};

template <typename T>
class seque<T>::shared final : public task {
 public:
  shared(runtime& on, std::size_t capacity, source from)
      : on_(on), capacity_(capacity), from_(std::move(from)) {}

  std::optional<T> next() {
    if (!is_known()) wait();
    std::list<T> first;  // moved, and destroyed, without the lock
    bool goes_on = false;
    {
      const sync::mutex_lock lock(mutex_);
      if (elements_.empty()) {
        if (error_) std::rethrow_exception(error_);
        return std::nullopt;
      }
      first.splice(first.end(), elements_, elements_.begin());
      goes_on = !producing_ && !ended_;
      if (goes_on) producing_ = true;
    }
    if (goes_on) submit();
    return give(first);
  }

  // Of the constructor only.
  void produce() {
    {
      const sync::mutex_lock lock(mutex_);
      producing_ = true;
    }
    submit();
  }

  std::size_t waiting() {
    const sync::mutex_lock lock(mutex_);
    return elements_.size();
  }

  void abandon() noexcept {
    {
      const sync::mutex_lock lock(mutex_);
      abandoned_ = true;
    }
    release();
  }

  void discard() noexcept override {
    end(detail::make_rejected_error());
    release();
  }

  void run() noexcept override {
    while (has_room()) {
      sync::schedule_point("seque.produce.before_source");
      try {
        std::optional<T> made = from_();
        if (!made) {
          end(nullptr);
          break;
        }
        add(*std::move(made));
      } catch (...) {
        end(std::current_exception());
        break;
      }
    }
    release();
  }

 private:
  // Whether there is an element, or will be none. Nobody but the reader takes any.
  bool is_known() {
    const sync::mutex_lock lock(mutex_);
    return !elements_.empty() || ended_;
  }

  void wait() {
    detail::blocking_region here;
    while (!is_known()) {
      const sync::time_point* const by = here.wake_by(nullptr);
      const sync::mutex_lock lock(mutex_);
      if (!elements_.empty() || ended_) return;
      if (by == nullptr) {
        arrived_.wait(mutex_);
      } else {
        static_cast<void>(arrived_.wait_until(mutex_, *by));
      }
    }
  }

  // What cannot be moved stays the next one.
  std::optional<T> give(std::list<T>& first) {
    try {
      return std::optional<T>(std::move(first.front()));
    } catch (...) {
      const sync::mutex_lock lock(mutex_);
      elements_.splice(elements_.begin(), first);
      throw;
    }
  }

  // For a producer, which owns a reference until it has run.
  void submit() {
    // Relaxed: the reader's own reference is there.
    references_.fetch_add(1, std::memory_order_relaxed);
    if (!on_.blocking().submit(*this)) discard();
  }

  // False: the producer pauses, and the reader begins it anew.
  bool has_room() noexcept {
    const sync::mutex_lock lock(mutex_);
    if (abandoned_ || elements_.size() >= capacity_) producing_ = false;
    return producing_;
  }
  void add(T&& made) {
    std::list<T> last;
    last.push_back(std::move(made));
    const sync::mutex_lock lock(mutex_);
    elements_.splice(elements_.end(), last);
    arrived_.notify_one();
  }
  void end(std::exception_ptr error) noexcept {
    const sync::mutex_lock lock(mutex_);
    producing_ = false;
    ended_ = true;
    error_ = std::move(error);
    arrived_.notify_one();
  }

  void release() noexcept {
    // acq_rel; pairs with itself: what the other did happens before the end.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  runtime& on_;
  const std::size_t capacity_;
  source from_;  // the producer's
  sync::atomic<std::uint32_t> references_{1};

  sync::mutex mutex_;
  sync::condition_variable arrived_;
  std::list<T> elements_ ABSL_GUARDED_BY(mutex_);
  bool producing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  std::exception_ptr error_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tussle
