// timeouts.h: a runtime's timeout channels that are still open, by deadline.
//
// The runtime's timer calls close_due once for each. Calls may come to run out of order, on
// several threads: whoever is first closes all that are due, in the order of their deadlines,
// under the lock. Who waited there is woken without it, a channel at a time, by all that have
// been called, and there are as many calls as channels that were closed: a callback that takes
// its time, or waits for another timeout, holds up nobody but those behind it at its channel.
#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "primitives/channel/channel_core.h"
#include "primitives/channel/waiter.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/mutex.h"
#include "primitives/task/timer.h"

namespace tussle::detail {

class timeouts {
 public:
  using key = std::pair<sync::time_point, std::uint64_t>;
  struct entry {
    explicit entry(const key& when, channel_core* which = nullptr) noexcept
        : at(when), channel(which) {}
    key at;
    channel_core* channel;
    aftermath after{};  // once it is closed
    bool operator<(const entry& other) const noexcept { return at < other.at; }
  };

  // Holds the channel's memory until it is closed or removed. Throws: std::bad_alloc.
  key add(sync::time_point when, channel_core& channel);
  void remove(const key& at) noexcept;
  // Of a channel that is abandoned: the same, and the timer's call, while there is a timer.
  void take_back(const key& at, const timer::call& armed) noexcept;

  void close_due() noexcept;
  // The timer goes; what is open stays open.
  void end() noexcept;

 private:
  void close_all_due() noexcept ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::set<entry>::node_type next_closed() noexcept;

  sync::mutex mutex_;
  std::set<entry> open_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<entry> closed_ ABSL_GUARDED_BY(mutex_);  // and to be woken at
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace tussle::detail
