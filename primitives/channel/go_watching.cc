// What the one driver does that watches the others.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "primitives/channel/go_driver.h"
#include "primitives/channel/go_scheduler.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/sync/short_mutex.h"
#include "primitives/task/blocking_region.h"
#include "primitives/task/deadline.h"

namespace tussle::detail {
namespace {

constexpr std::chrono::microseconds patience{50};
#if defined(TUSSLE_MODE_SIM)
constexpr std::chrono::nanoseconds linger = patience;  // one look in vain
#else
constexpr std::chrono::nanoseconds linger = std::chrono::milliseconds(20);
#endif

}  // namespace

// True: it works again. False: nothing has happened for a while, and it is idle if it stops
// before it gives the lock away.
bool go_scheduler::watch(driver& now) noexcept {
  for (;;) {
    const bool works = watch_for_a_while(now);
    watched_.store(false, std::memory_order_relaxed);
    const std::size_t ready = ready_with_all();
    if (works) {
      now.watches = false;
      if (ready > 1) call_next_watcher();
      return true;
    }
    if (ready == 0) break;
    if (discards()) {
      take_from_all(now);
      ++working_;
      now.watches = false;
      return true;
    }
    watched_.store(true, std::memory_order_relaxed);
  }
  now.watches = false;
  return false;
}

// It is the watcher's turn to run one thing; the rest stands behind those that are running,
// him included, and any of these may be stuck.
void go_scheduler::call_next_watcher() noexcept {
  mutex_.unlock();
  call_watcher();
  mutex_.lock();
}

bool go_scheduler::watch_for_a_while(driver& now) noexcept {
  std::optional<blocking_region> waiting;
  mutex_.unlock();
  waiting.emplace();
  mutex_.lock();
  std::chrono::nanoseconds pause = patience;
  std::chrono::nanoseconds quiet{0};
  bool works = false;
  while (!recalled_ && quiet < linger) {
    if (discards() || (working_ == 0 && home_->was_shut_down())) break;
    const sync::time_point end = deadline_after(pause);
    static_cast<void>(recall_.wait_until(mutex_, *waiting->wake_by(&end)));
    if (recalled_) break;
    bool moves = false;
    works = steal_for(now, moves);
    if (works) {
      ++working_;
      break;
    }
    quiet = moves ? quiet.zero() : quiet + pause;
    pause = std::min<std::chrono::nanoseconds>(2 * pause, 8 * patience);
  }
  mutex_.unlock();
  sync::schedule_point("go.watcher.ends");
  waiting.reset();
  mutex_.lock();
  return std::exchange(recalled_, false) || works;
}

// What those are stuck before who should discard it.
void go_scheduler::take_from_all(driver& now) noexcept {
  task_line taken;
  take_all_local(taken);
  now.may_have_line = true;
  const sync::short_lock lock(now.mutex);
  while (task* const one = taken.pop()) static_cast<void>(now.line.push(*one));
}

// How much is ready and not taken. Of one who watches no more: what he does not see here has
// who makes it ready see that nobody watches.
std::size_t go_scheduler::ready_with_all() noexcept {
  std::size_t ready = injected_.length();
  for (std::size_t i = 0; i < drivers_; ++i) {
    driver& one = all_[i];
    task* none = nullptr;
    // (2) acq_rel; pairs with (1): whichever of the two is later sees what came before the
    // other. Relaxed on failure: nothing is done with it.
    if (!one.slot.compare_exchange_strong(none, nullptr, std::memory_order_acq_rel,
                                          std::memory_order_relaxed))
      ++ready;
    const sync::short_lock lock(one.mutex);
    ready += one.line.length();
  }
  return ready;
}

// Of the watcher: takes half of each line of which less has been run, since it looked last,
// than is in it. `moves`: anything has been run.
bool go_scheduler::steal_for(driver& now, bool& moves) noexcept {
  task_line stolen;
  for (std::size_t i = 0; i < drivers_; ++i) {
    driver& other = all_[i];
    if (&other == &now || !other.busy) continue;
    const std::uint32_t turns = other.turns.load(std::memory_order_relaxed);
    const std::uint32_t ran = turns - std::exchange(other.seen_turns, turns);
    moves = moves || ran > 0;
    if (ran == 0) {
      if (task* const one = take_slot(other)) static_cast<void>(stolen.push(*one));
    }
    const sync::short_lock lock(other.mutex);
    const std::size_t length = other.line.length();
    if (length <= ran) continue;
    for (std::size_t n = (length + 1) / 2; n > 0; --n)
      static_cast<void>(stolen.push(*other.line.pop()));
  }
  const bool any = stolen.length() > 0 || (!moves && injected_.length() > 0);
  now.may_have_line = true;
  const sync::short_lock lock(now.mutex);
  while (task* const one = stolen.pop()) static_cast<void>(now.line.push(*one));
  return any;
}

}  // namespace tussle::detail
