// timeouts.h: a runtime's timeout channels that are still open, by deadline.
//
// The runtime's timer calls close_due once for each. Calls may come to run out of order, on
// several threads: whoever is first closes all that are due, in the order of their deadlines,
// under the lock. Who waited there is woken without it, one by one, by all that have been
// called: a callback that takes its time, or waits for another timeout, holds up nobody else.
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
    key at;
    channel_core* channel;
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
  channel_core* take_due(std::set<entry>& taken) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  party* next_to_wake() noexcept;

  sync::mutex mutex_;
  std::set<entry> open_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;
  aftermath to_wake_ ABSL_GUARDED_BY(mutex_);  // of channels that are closed
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace tussle::detail
