// The processes of a scheduler: which ones live, how they run, how their frames go, and who
// hears of errors.
#include <cstddef>
#include <cstdint>
#include <utility>

#include "primitives/channel/channel_core.h"
#include "primitives/channel/go_scheduler.h"
#include "primitives/channel/process.h"
#include "primitives/channel/users_code.h"
#include "primitives/sync/per_thread.h"

namespace tussle::detail {
namespace {

// What the calling thread has to drop yet.
struct own_drops {
  bool under_way = false;
  task* first = nullptr;
};
using here = sync::per_thread<own_drops, own_drops>;

}  // namespace

go_scheduler::shard& go_scheduler::shard_of(const process& one) noexcept {
  return living_[(reinterpret_cast<std::uintptr_t>(&one) >> 7) % shards];
}

void go_scheduler::enlist(process& one) noexcept {
  shard& in = shard_of(one);
  const sync::mutex_lock lock(in.mutex);
  one.enlisted_ = true;
  one.before_ = nullptr;
  one.after_ = in.first;
  if (in.first != nullptr) in.first->before_ = &one;
  in.first = &one;
  ++in.live;
}

void go_scheduler::delist(shard& in, process& one) noexcept {
  (one.before_ == nullptr ? in.first : one.before_->after_) = one.after_;
  if (one.after_ != nullptr) one.after_->before_ = one.before_;
  --in.live;
}

std::size_t go_scheduler::live() const {
  std::size_t sum = 0;
  for (const shard& each : living_) {
    const sync::mutex_lock lock(each.mutex);
    sum += each.live + each.ending;
  }
  return sum;
}

void go_scheduler::end_process(process& one) noexcept {
  if (one.enlisted_) {
    shard& in = shard_of(one);
    const sync::mutex_lock lock(in.mutex);
    delist(in, one);
  }
  one.end_frame();
}

// A frame that goes may be the last owner of channels at which others are parked, and these
// of others: one after the other, not one within the other.
void go_scheduler::drop_process(process& one) noexcept {
  own_drops& mine = here::mine();
  one.next = mine.first;
  mine.first = &one;
  if (!users_code::puts_off()) drop_put_off();
}

go_scheduler::drops_wait::drops_wait() noexcept
    : others_wait_(std::exchange(here::mine().under_way, true)) {}

go_scheduler::drops_wait::~drops_wait() {
  if (others_wait_) return;
  own_drops& mine = here::mine();
  mine.under_way = false;
  if (mine.first != nullptr && !users_code::puts_off()) drop_put_off();
}

void go_scheduler::drop_put_off() noexcept {
  own_drops& mine = here::mine();
  if (mine.under_way) return;
  mine.under_way = true;
  while (mine.first != nullptr) drop_first_put_off();
  mine.under_way = false;
}

void go_scheduler::drop_first_put_off() noexcept {
  own_drops& mine = here::mine();
  auto& next = static_cast<process&>(*mine.first);
  mine.first = next.next;
  next.home_->drop_one(next);
}

// Of whoever waits until frames are gone, and may be within one that is dropped: the others
// that this thread has taken out come first then.
void go_scheduler::drop_all_put_off() noexcept {
  for (;;) {
    channel_core::end_those_put_off();
    if (here::mine().first == nullptr) return;
    drop_first_put_off();
  }
}

void go_scheduler::drop_one(process& one) noexcept {
  acquire();
  shard& in = shard_of(one);
  {
    const sync::mutex_lock lock(in.mutex);
    if (one.enlisted_) delist(in, one);
    ++in.ending;
  }
  one.end_frame();
  {
    const sync::mutex_lock lock(in.mutex);
    --in.ending;
    in.changed.notify_all();
  }
  release();
}

// What is parked, it takes out itself; what others have taken out, they drop, as it is too
// late to run.
void go_scheduler::end_all(shard& in) noexcept {
  drop_all_put_off();
  in.mutex.lock();
  while (in.first != nullptr || in.ending > 0) {
    process* one = in.first;
    while (one != nullptr && (one->parked_at_ == nullptr || !one->parked_at_->withdraw()))
      one = one->after_;
    if (one == nullptr) {
      in.changed.wait(in.mutex);
      continue;
    }
    in.mutex.unlock();
    drop_process(*one);
    drop_all_put_off();
    in.mutex.lock();
  }
  in.mutex.unlock();
}

// Callbacks may outlive the runtime, which waits for those that tell it something.
void go_scheduler::report_uncaught(const std::exception_ptr& error) noexcept {
  {
    const sync::mutex_lock lock(mutex_);
    if (is_alone_) return;
    ++reporting_;
  }
  home_->report_uncaught(error);
  const sync::mutex_lock lock(mutex_);
  --reporting_;
  stopped_.notify_all();
}

void process::run() noexcept {
  go_scheduler& home = *home_;
  bool over = false;
  ended_ = &over;
  left_in_a_row_ = most_in_a_row;
  resume();
  if (over) home.end_process(*this);  // otherwise it may run elsewhere, or be gone
}

void process::discard() noexcept { home_->drop_process(*this); }
void process::drop() noexcept { home_->drop_process(*this); }
void process::wake() noexcept { home_->push(*this); }

void process::enlist() noexcept { home_->enlist(*this); }

bool process::give_way() noexcept {
  home_->push_last(*this);
  return true;
}

}  // namespace tussle::detail
