#include "primitives/channel/channel_core.h"

#include <exception>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "primitives/channel/callback.h"
#include "primitives/channel/errors.h"
#include "primitives/channel/users_code.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"

namespace tussle::detail {
namespace {

// Channels that a thread abandons within each other, one as what the other held is destroyed.
// Those beyond are closed at once, and what they hold is destroyed one after the other.
constexpr int deepest = 8;

struct own_ends {
  int depth = 0;
  channel_core* channels = nullptr;
  party* dropped = nullptr;
};
using here = sync::per_thread<own_ends, own_ends>;

}  // namespace

// With whom they are told to, who is there for as long as they are.
struct aftermath::errors {
  explicit errors(runtime& home) : told(home) {}

  const callback_home told;
  std::vector<std::exception_ptr> all;
};

void aftermath::ends_errors::operator()(errors* all) const noexcept { delete all; }

void aftermath::report(const channel_core& where, std::exception_ptr error) noexcept {
  try {
    if (uncaught_ == nullptr) uncaught_.reset(new errors(where.home()));
    uncaught_->all.push_back(std::move(error));
  } catch (...) {  // there is nobody to tell
  }
}

// A frame that goes between two of them may end the runtime of the second, which waits for it.
void aftermath::wake_all() noexcept {
  const go_scheduler::drops_wait until_all_are_woken;
  for (party* one = woken_.first; one != nullptr;) {
    party* const next = one->next_;
    one->wake();
    one = next;
  }
}

void aftermath::settle_all() noexcept {
  wake_all();
  drop_all();
  if (uncaught_ == nullptr) return;
  for (const std::exception_ptr& error : uncaught_->all)
    uncaught_->told.scheduler().report_uncaught(error);
}

// Those that are still to be dropped are where a runtime finds them that ends within a frame,
// or a callback, that is. It may have dropped them all, and those of others.
void aftermath::drop_all() noexcept {
  party*& left = here::mine().dropped;
  const party* const others = left;
  left = put_off_drops(left);
  while (left != nullptr && left != others) drop_first(left);
}

runtime& channel_core::home() const {
  return home_ == nullptr ? default_runtime() : *home_;
}

bool channel_core::acquire_owner_if_any() noexcept {
  // Relaxed: a number that is not 0 makes the caller an owner like the others, who have seen
  // what there is to see; who comes by a view has had its memory before.
  std::uint32_t seen = owners_.load(std::memory_order_relaxed);
  while (seen != 0) {
    if (owners_.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed,
                                      std::memory_order_relaxed))
      return true;
  }
  return false;
}

bool channel_core::take_for(const waiter& self) noexcept {
  if (!self.group->take()) return false;
  self.group->winner = self.index;
  return true;
}

waiter* channel_core::claim_first(waiter_line& line, alts_claim* mine,
                                  bool& lost) noexcept {
  for (waiter* one = line.first(); one != nullptr;) {
    waiter* const next = one->after;
    if (one->group == nullptr) {
      if (mine != nullptr && !mine->take()) {
        lost = true;
        return nullptr;
      }
      line.remove(*one);
      return one;
    }
    if (one->group == mine) {  // never with itself
      one = next;
      continue;
    }
    const auto seen = mine == nullptr
                          ? (one->group->take() ? alts_claim::outcome::both
                                                : alts_claim::outcome::other_was_taken)
                          : alts_claim::take_both(*mine, *one->group);
    if (seen == alts_claim::outcome::mine_was_taken) {
      lost = true;
      return nullptr;
    }
    line.remove(*one);
    if (seen == alts_claim::outcome::both) {
      remember(*one);
      return one;
    }
    one = next;
  }
  return nullptr;
}

void channel_core::wait_in(waiter_line& line, waiter& last) {
  if (line.length() >= most_pending) remove_finished(line);
  if (line.length() >= most_pending) throw_too_many_pending();
  line.push(last);
}

// Entries of alts that were completed elsewhere, whose owners have not come to it yet.
void channel_core::remove_finished(waiter_line& line) noexcept {
  for (waiter* one = line.first(); one != nullptr;) {
    waiter* const next = one->after;
    if (one->group != nullptr && one->group->is_taken()) line.remove(*one);
    one = next;
  }
}

void channel_core::close() noexcept {
  aftermath after;
  {
    const whole_lock lock(*this);
    close_locked(after);
  }
  sync::schedule_point("channel.close.before_wake");
  settle(after);
}

void channel_core::close_without_waking(aftermath& after) noexcept {
  const whole_lock lock(*this);
  close_locked(after);
}

void channel_core::close_locked(aftermath& after) noexcept {
  if (closed_) return;
  closed_ = true;
  hint(true, true);
  remove_finished(puts_);
  if (puts_.length() == 0) complete(after);
  end_takes(after);
}

// There is no value for them, and none to come.
void channel_core::end_takes(aftermath& after) noexcept {
  while (waiter* const one = claim_first(takes_)) after.wake(*one->who);
}

bool channel_core::is_closed() const {
  const whole_lock lock(*this);
  return closed_;
}

void channel_core::unlink(waiter& one) noexcept { static_cast<void>(withdraw(one)); }

bool channel_core::withdraw(waiter& one) noexcept {
  const whole_lock lock(*this);
  if (!one.in_line) return false;
  (one.puts ? puts_ : takes_).remove(one);
  return true;
}

// No owner is left. Whoever comes by a view finds it closed and drained.
void channel_core::abandon() noexcept {
  aftermath after;
  on_abandon();
  {
    const whole_lock lock(*this);
    closed_ = true;
    abandoned_ = true;
    hint(true, true);
    drop_line(puts_, after);
    drop_line(takes_, after);
  }
  sync::schedule_point("channel.abandon.before_drop");
  int& depth = here::mine().depth;
  if (depth == deepest || users_code::puts_off()) return put_off_end(after);
  ++depth;
  after.settle();  // first: an element may own the runtime of who was parked here
  drop_elements();
  release_memory();
  if (depth == deepest) end_those_put_off();
  --depth;
}

void channel_core::put_off_end(aftermath& after) noexcept {
  own_ends& mine = here::mine();
  mine.dropped = after.put_off_drops(mine.dropped);
  next_put_off_ = std::exchange(mine.channels, this);
  after.settle();
}

void channel_core::end_put_off() noexcept {
  int& depth = here::mine().depth;
  if (depth == deepest) return;
  const int before = std::exchange(depth, deepest);
  end_those_put_off();
  depth = before;
}

void channel_core::end_those_put_off() noexcept {
  own_ends& mine = here::mine();
  for (;;) {
    if (mine.dropped != nullptr) {
      aftermath::drop_first(mine.dropped);
    } else if (channel_core* const one = mine.channels) {
      mine.channels = one->next_put_off_;
      one->drop_elements();
      one->release_memory();
    } else {
      return;
    }
  }
}

void channel_core::drop_line(waiter_line& line, aftermath& after) noexcept {
  while (waiter* const one = line.first()) {
    line.remove(*one);
    if (one->who->is_dropped()) {
      if (one->group == nullptr || (one->group->lose_source() && one->group->take()))
        after.drop(*one->who);
    } else if (claim(one)) {
      after.wake(*one->who);
    }
  }
}

}  // namespace tussle::detail
