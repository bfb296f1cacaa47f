#include "primitives/channel/timeout_channel.h"

#include <memory>
#include <optional>
#include <utility>

#include "primitives/channel/go_scheduler.h"
#include "primitives/channel/timeouts.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::detail {

timeouts::key timeouts::add(sync::time_point when, channel_core& channel) {
  const sync::mutex_lock lock(mutex_);
  const key at{when, ++asked_};
  open_.emplace(at, &channel);
  channel.acquire_memory();
  return at;
}

void timeouts::remove(const key& at) noexcept {
  std::set<entry>::node_type gone;
  {
    const sync::mutex_lock lock(mutex_);
    gone = open_.extract(entry(at));
  }
  if (!gone.empty()) gone.value().channel->release_memory();
}

// One that was closed already has those who wait there to be woken, by its call.
void timeouts::take_back(const key& at, const timer::call& armed) noexcept {
  std::set<entry>::node_type gone;
  {
    const sync::mutex_lock lock(mutex_);
    gone = open_.extract(entry(at));
    if (!gone.empty() && !ended_) armed.cancel();
  }
  if (!gone.empty()) gone.value().channel->release_memory();
}

void timeouts::close_due() noexcept {
  {
    const sync::mutex_lock lock(mutex_);
    close_all_due();
  }
  sync::schedule_point("timeouts.before_wake");
  while (auto one = next_closed()) {
    entry& closed = one.value();
    while (party* const waits = closed.after.take_woken()) waits->wake();
    closed.channel->release_memory();
  }
}

void timeouts::close_all_due() noexcept {
  while (!open_.empty() && open_.begin()->at.first <= sync::clock::now()) {
    auto due = open_.extract(open_.begin());
    due.value().channel->close_without_waking(due.value().after);
    closed_.insert(std::move(due));
  }
}

std::set<timeouts::entry>::node_type timeouts::next_closed() noexcept {
  const sync::mutex_lock lock(mutex_);
  return closed_.empty() ? std::set<entry>::node_type()
                         : closed_.extract(closed_.begin());
}

void timeouts::end() noexcept {
  std::set<entry> left;
  {
    const sync::mutex_lock lock(mutex_);
    ended_ = true;
    left.swap(open_);
  }
  for (const entry& each : left) each.channel->release_memory();
}

namespace {

using timed = channel_state<std::monostate, std::monostate>;

// Keeps the scheduler, and so the timeouts, for itself and for the timer's calls.
class scheduler_ref {
 public:
  explicit scheduler_ref(go_scheduler& shared) noexcept : shared_(&shared) {
    shared.acquire();
  }
  scheduler_ref(const scheduler_ref& other) noexcept : scheduler_ref(*other.shared_) {}
  scheduler_ref& operator=(const scheduler_ref&) = delete;
  ~scheduler_ref() { shared_->release(); }

  timeouts& open() const noexcept { return shared_->open_timeouts(); }

 private:
  go_scheduler* const shared_;
};

class timeout_state final : public timed {
 public:
  explicit timeout_state(runtime& on)
      : timed(&on, buffer()), pool_(go_scheduler::of(on)) {}

  void arm(timer& by, sync::time_point when) {
    at_ = pool_.open().add(when, *this);
    try {
      armed_.emplace(by.at(when, [pool = pool_] { pool.open().close_due(); }));
    } catch (...) {
      pool_.open().remove(at_);
      throw;
    }
  }

 private:
  void on_abandon() noexcept override {
    if (armed_) pool_.open().take_back(at_, *armed_);
  }

  const scheduler_ref pool_;
  timeouts::key at_;
  std::optional<timer::call> armed_;
};

}  // namespace

channel<std::monostate> make_timeout(runtime& on, sync::time_point when) {
  auto owned = std::make_unique<timeout_state>(on);
  timeout_state& made = *owned;
  channel<std::monostate> handle(owned.release());
  made.arm(on.timer(), when);
  return handle;
}

}  // namespace tussle::detail
