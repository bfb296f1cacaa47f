// resources.h: what the pools of resource_pool.h agree on.
//
// A resource is something that is made once, is used by one holder at a time, and costs
// something as long as it is there: a connection. Simulated: it knows whether somebody uses it.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/mutex.h"

namespace tussle::workloads::use_cases {

class resource {
 public:
  // False: somebody uses it already.
  bool begin_use() { return !in_use_.exchange(true); }
  void end_use() { in_use_.store(false); }

 private:
  std::atomic<bool> in_use_{false};
};

// One resource, or none.
class handle {
 public:
  handle() = default;
  explicit handle(resource* which) : which_(which) {}

  bool is_none() const { return which_ == nullptr; }
  resource* operator->() const { return which_; }

  friend bool operator==(handle a, handle b) { return a.which_ == b.which_; }
  friend bool operator<(handle a, handle b) { return std::less<>()(a.which_, b.which_); }
  template <typename H>
  friend H AbslHashValue(H state, handle a) {
    return H::combine(std::move(state), a.which_);
  }

 private:
  resource* which_ = nullptr;
};

// Makes resources, and knows how many there are. All functions from any threads at once.
class resource_maker {
 public:
  handle make() {
    const sync::mutex_lock lock(mutex_);
    ++live_;
    if (closed_.empty()) return handle(&all_.emplace_back());
    const handle again = closed_.back();
    closed_.pop_back();
    return again;
  }
  void close(handle which) {
    const sync::mutex_lock lock(mutex_);
    --live_;
    closed_.push_back(which);
  }
  // Made, and not closed.
  std::int64_t live() const {
    const sync::mutex_lock lock(mutex_);
    return live_;
  }

 private:
  mutable sync::mutex mutex_;
  std::deque<resource> all_ ABSL_GUARDED_BY(mutex_);
  std::vector<handle> closed_ ABSL_GUARDED_BY(mutex_);
  std::int64_t live_ ABSL_GUARDED_BY(mutex_) = 0;
};

// A pool as it is at one moment.
struct pool_view {
  std::vector<handle> free;
  std::vector<handle> lent;
};

// Holders are numbered from 0, and have one handle at a time.
template <typename S>
concept pool_subject =
    std::constructible_from<typename S::pool, resource_maker&, std::size_t> &&
    requires(typename S::pool pool, std::size_t holder, handle which, pool_view& seen) {
  // One that is free, or none. At most as many as the pool was made for are lent at a time.
  { pool.acquire(holder) } -> std::same_as<handle>;
  // False, and nothing happens: this holder has not got it.
  { pool.release(which, holder) } -> std::same_as<bool>;
  pool.look(seen);  // which is empty
};

// A handle for as long as the scope lasts, whichever way it is left.
template <typename Pool>
class lease {
 public:
  lease(Pool& pool, std::size_t holder)
      : pool_(pool), holder_(holder), held_(pool.acquire(holder)) {}
  lease(const lease&) = delete;
  lease& operator=(const lease&) = delete;
  ~lease() {
    if (!held_.is_none()) static_cast<void>(pool_.release(held_, holder_));
  }
  handle held() const { return held_; }

 private:
  Pool& pool_;
  const std::size_t holder_;
  const handle held_;
};

}  // namespace tussle::workloads::use_cases
