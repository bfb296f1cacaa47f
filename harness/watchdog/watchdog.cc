#include "harness/watchdog/watchdog.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "harness/watchdog/thread_stacks.h"

namespace tussle::watchdog {
namespace {

// Threads that wait still wake up now and then.
constexpr double most_cpu_share_of_waiting = 0.02;
constexpr auto between_looks = std::chrono::milliseconds(500);

double cpu_seconds(const std::vector<task>& tasks) {
  double sum = 0;
  for (const task& each : tasks) sum += each.cpu_seconds;
  return sum;
}

bool all_wait(const std::vector<task>& tasks) {
  return std::all_of(tasks.begin(), tasks.end(),
                     [](const task& each) { return each.waits(); });
}

double now_seconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::optional<stall_kind> observer::look(double now, const progress& seen,
                                         const std::vector<task>& tasks) {
  const double cpu = cpu_seconds(tasks);
  if (seen.phase == nullptr || !last_ || seen != *last_) {
    last_ = seen;
    since_ = quiet_since_ = now;
    cpu_at_step_.clear();
    for (const task& each : tasks) cpu_at_step_[each.id] = each.cpu_seconds;
  }
  const bool quiet = all_wait(tasks) &&
                     cpu - cpu_at_look_ <= most_cpu_share_of_waiting * (now - looked_);
  if (!quiet) quiet_since_ = now;
  looked_ = now;
  cpu_at_look_ = cpu;
  if (now - since_ < limit_) return std::nullopt;
  if (now - quiet_since_ >= limit_ / 2) return stall_kind::blocked;
  const bool runs = std::strcmp(seen.phase, running) == 0;
  if (runs && longest_use(tasks) >= limit_) return stall_kind::spinning;
  return std::nullopt;
}

double observer::longest_use(const std::vector<task>& tasks) const {
  double longest = 0;
  for (const task& each : tasks) {
    const auto before = cpu_at_step_.find(each.id);
    const double used =
        each.cpu_seconds - (before == cpu_at_step_.end() ? 0 : before->second);
    longest = std::max(longest, used);
  }
  return longest;
}

watchdog::watchdog(double limit_seconds, std::function<void(const stall&)> told)
    : limit_(limit_seconds), told_(std::move(told)) {
  prepare_stacks();
  thread_ = std::thread([this] { watch(); });
}

watchdog::~watchdog() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void watchdog::watch() {
  pthread_setname_np(pthread_self(), "watchdog");
  observer seen(limit_);
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, between_looks, [this] { return ends_; })) {
    const progress present = present_progress();
    const double now = now_seconds();
    const auto found = seen.look(now, present, tasks_except(gettid()));
    if (!found) continue;
    const double seconds = seen.seconds_without_step(now);
    lock.unlock();
    told_(describe(*found, present, seconds, gettid()));
    return;
  }
}

}  // namespace tussle::watchdog
