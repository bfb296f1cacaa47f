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
  open_.insert({at, &channel});
  channel.acquire_memory();
  return at;
}

void timeouts::remove(const key& at) noexcept {
  channel_core* gone = nullptr;
  {
    const sync::mutex_lock lock(mutex_);
    const auto found = open_.find(entry{at, nullptr});
    if (found == open_.end()) return;
    gone = found->channel;
    open_.erase(found);
  }
  gone->release_memory();
}

void timeouts::take_back(const key& at, const timer::call& armed) noexcept {
  {
    const sync::mutex_lock lock(mutex_);
    if (ended_) return;
    armed.cancel();
  }
  remove(at);
}

void timeouts::close_due() noexcept {
  std::set<entry> closed;
  {
    const sync::mutex_lock lock(mutex_);
    while (channel_core* const due = take_due(closed))
      due->close_without_waking(to_wake_);
  }
  sync::schedule_point("timeouts.before_wake");
  while (party* const one = next_to_wake()) one->wake();
  for (const entry& each : closed) each.channel->release_memory();
}

channel_core* timeouts::take_due(std::set<entry>& taken) noexcept {
  if (open_.empty() || open_.begin()->at.first > sync::clock::now()) return nullptr;
  channel_core* const due = open_.begin()->channel;
  taken.insert(open_.extract(open_.begin()));
  return due;
}

party* timeouts::next_to_wake() noexcept {
  const sync::mutex_lock lock(mutex_);
  return to_wake_.take_woken();
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
