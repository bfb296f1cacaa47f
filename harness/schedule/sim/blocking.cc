// blocking.cc: mutexes, and sleeping on condition variables and words.
#include <algorithm>

#include "harness/schedule/sim/execution.h"

namespace tussle::sim {

void execution::take(const void* mutex) noexcept {
  mutexes_[mutex] = {current_->number, step_ + 1, current_->path};
  memory_->acquire(current_->number, mutex);
}

void execution::give_back(const void* mutex) noexcept {
  const auto held = mutexes_.find(mutex);
  if (held == mutexes_.end() || held->second.owner != current_->number) {
    misused("a mutex is unlocked by a thread that does not hold it");
  }
  mutexes_.erase(held);
  memory_->release(current_->number, mutex);
}

void execution::lock(const void* mutex) noexcept {
  block(need::mutex, mutex, nullptr);
  check_alive(mutex, 1);
  take(mutex);
  record("lock", mutex, "");
}

bool execution::try_lock(const void* mutex) noexcept {
  point(mutex, true);
  check_alive(mutex, 1);
  const bool is_free = !mutexes_.contains(mutex);
  if (is_free) take(mutex);
  record("try lock", mutex, is_free ? "taken" : "held by another thread");
  return is_free;
}

void execution::unlock(const void* mutex) noexcept {
  point(mutex, true);
  check_alive(mutex, 1);
  give_back(mutex);
  record("unlock", mutex, "");
}

// False: the deadline passed.
bool execution::sleep(const void* object, const sync::time_point* deadline) noexcept {
  current_->asleep_since = step_;
  current_->timed_out = false;
  block(need::wake, object, deadline);
  return !current_->timed_out;
}

bool execution::wait(const void* condition, const void* mutex,
                     const sync::time_point* deadline) noexcept {
  point(condition, true);
  check_alive(condition, 1);
  give_back(mutex);
  record("wait", condition, shown_ ? "gives up " + names_.of(mutex) : "");
  // After a notification, or for no reason, the thread goes on as soon as it gets the mutex.
  const bool woken = fails(decision::spurious_failure, spurious_failures_left_) ||
                     sleep(condition, deadline);
  block(need::mutex, mutex, nullptr);
  take(mutex);
  record(woken ? "woken" : "timed out", condition,
         shown_ ? "holds " + names_.of(mutex) : "");
  return woken;
}

bool execution::wait_while(const memory_access& load, std::uint32_t expected,
                           const sync::time_point* deadline) noexcept {
  // The comparison is the system's, which sees the newest value.
  class newest final : public store_choice {
    std::size_t pick(std::size_t /*stores*/) override { return 0; }
  } choice;
  point(load.address, false);
  check_alive(load.address, load.size);
  const memory_result found = memory_->perform(current_->number, load, choice);
  if (found.value != expected) {
    record("wait", load.address, "is already " + std::to_string(found.value));
    return true;
  }
  record("wait", load.address, "is " + std::to_string(expected));
  if (fails(decision::spurious_failure, spurious_failures_left_)) {
    record("woken", load.address, "for no reason");
    return true;
  }
  const bool woken = sleep(load.address, deadline);
  record(woken ? "woken" : "timed out", load.address, "");
  return woken;
}

std::vector<fiber*> execution::sleepers_on(const void* object) {
  std::vector<fiber*> found;
  for (std::size_t i = 0; i < threads_; ++i) {
    fiber& each = *fibers_[i];
    if (each.waits_for == need::wake && each.awaited == object) found.push_back(&each);
  }
  std::sort(found.begin(), found.end(), [](const fiber* a, const fiber* b) {
    return a->asleep_since < b->asleep_since;
  });
  return found;
}

void execution::wake(fiber& sleeper) noexcept {
  sleeper.waits_for = need::nothing;
  sleeper.deadline.reset();
}

void execution::notify(const void* object, bool all) noexcept {
  point(object, true);
  check_alive(object, 1);
  wake_sleepers(object, all);
}

void execution::notify_address(const void* address, bool all) noexcept {
  point(address, true);
  wake_sleepers(address, all);
}

void execution::wake_sleepers(const void* object, bool all) noexcept {
  std::vector<fiber*> sleepers = sleepers_on(object);
  if (!all && sleepers.size() > 1 && outcome_.points <= limits_.most_points) {
    const std::size_t chosen =
        ask({.about = decision::waiter, .answers = sleepers.size()});
    sleepers = {sleepers[chosen]};
  }
  for (fiber* const each : sleepers) wake(*each);
  const int woke = static_cast<int>(sleepers.size());
  record(all ? "notify all" : "notify one", object,
         woke == 0 ? "nobody waits" : "wakes " + std::to_string(woke));
  notifications_[object].push_back({current_->number, step_, woke, current_->path});
}

}  // namespace tussle::sim
