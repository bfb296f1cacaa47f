#include "primitives/task/thread_pool.h"

#include <atomic>
#include <iterator>
#include <new>
#include <system_error>
#include <utility>

#include "primitives/sync/schedule_point.h"
#include "primitives/task/deadline.h"

namespace tussle {

void thread_pool::line::push(task& work) noexcept {
  work.next = nullptr;
  (last == nullptr ? first : last->next) = &work;
  last = &work;
  ++length;
}

task* thread_pool::line::pop() noexcept {
  task* const taken = first;
  if (taken == nullptr) return nullptr;
  first = taken->next;
  if (first == nullptr) last = nullptr;
  --length;
  return taken;
}

bool thread_pool::line::withdraw(task& work) noexcept {
  task* before = nullptr;
  for (task* at = first; at != nullptr; before = at, at = at->next) {
    if (at != &work) continue;
    (before == nullptr ? first : before->next) = at->next;
    if (last == at) last = before;
    --length;
    return true;
  }
  return false;
}

thread_pool::thread_pool(thread_pool_options options) : options_(options) {}

thread_pool::~thread_pool() {
  shutdown(shutdown_policy::discard);
  join();
}

bool thread_pool::submit(task& work) {
  std::list<member>::iterator added;
  {
    const sync::mutex_lock lock(mutex_);
    if (!open_) return false;
    line_.push(work);
    // Relaxed: a hint that something came.
    arrivals_.fetch_add(1, std::memory_order_relaxed);
    if (coming_ >= line_.length) return is_left_to_others(work);
    if (idle_ > 0) {
      --idle_;
      ++calls_;
      ++coming_;
      wanted_.notify_one();
      return true;
    }
    if (alive_ >= options_.most_threads) return is_left_to_others(work);
    try {
      added = members_.emplace(members_.end());
    } catch (const std::bad_alloc&) {
      return is_left_to_others(work);
    }
    ++alive_;
    ++starting_;
    ++coming_;
  }
  return start(added, work);
}

// True: a thread comes to `work`, or has. Not before one is certainly there: where all are
// still being started, that may fail. False: there is none, and `work` is the caller's again.
bool thread_pool::is_left_to_others(task& work) {
  // Threads that ended before their start was noted count in starting_ alone: then this
  // waits a little longer than it had to.
  while (starting_ > 0 && alive_ <= starting_) start_ended_.wait(mutex_);
  // Who is there looks at the line before it ends.
  if (alive_ > 0) return true;
  return !line_.withdraw(work);  // or it has run, or was discarded by a shutdown
}

// Without the lock: the system takes a while. False: there is no thread at all for `work`.
bool thread_pool::start(std::list<member>::iterator one, task& work) {
  try {
    sync::schedule_point("thread_pool.submit.before_start");
    sync::thread started([this, one] { this->work(*one); });
    {
      const sync::mutex_lock lock(mutex_);
      one->thread = std::move(started);
      one->started = true;
      --starting_;
      start_ended_.notify_all();
      end_if_all_ended();
    }
    join_ended();
    return true;
  } catch (const std::system_error&) {
  } catch (const std::bad_alloc&) {
  }
  const sync::mutex_lock lock(mutex_);
  members_.erase(one);
  --alive_;
  --starting_;
  --coming_;
  start_ended_.notify_all();
  end_if_all_ended();
  return is_left_to_others(work);
}

void thread_pool::work(member& self) noexcept {
  while (task* const present = next_task(self)) {
    present->run();
    sync::schedule_point("thread_pool.work.after_run");
    // Straight on, where something waits: nobody has to be called for it.
    for (;;) {
      task* following = nullptr;
      {
        const sync::mutex_lock lock(mutex_);
        following = line_.pop();
      }
      if (following == nullptr) break;
      following->run();
    }
    const sync::mutex_lock lock(mutex_);
    ++coming_;  // as one that was called, until it has looked
  }
}

void thread_pool::end_if_all_ended() noexcept {
  if (alive_ == 0 && starting_ == 0) all_ended_.notify_all();
}

// Of a thread that counts as coming. Null: it ends, and counts no longer: a submit that
// came between the decision and the counting would take it for one that will look again.
task* thread_pool::next_task(member& self) {
#if defined(TUSSLE_MODE_BENCH)
  // Waking a thread costs tens of microseconds on virtual machines: a short look first.
  constexpr int looks = 200;
  const std::size_t seen = arrivals_.load(std::memory_order_relaxed);
  for (int i = 0; i < looks; ++i) {
    if (arrivals_.load(std::memory_order_relaxed) != seen) break;
    __builtin_ia32_pause();
  }
#endif
  const sync::mutex_lock lock(mutex_);
  for (;;) {
    --coming_;
    if (task* const found = line_.pop()) return found;
    if (!open_ || !idle()) break;
  }
  self.ended = true;
  --alive_;
  end_if_all_ended();
  return nullptr;
}

// Sleeps. True: called, and coming. False: the time is over, or the pool is closed.
bool thread_pool::idle() {
  ++idle_;
  const sync::time_point end = detail::deadline_after(options_.idle_time);
  bool in_time = true;
  while (calls_ == 0 && open_ && in_time) in_time = wanted_.wait_until(mutex_, end);
  if (calls_ > 0) {
    --calls_;
    return true;
  }
  --idle_;
  return false;
}

void thread_pool::shutdown(shutdown_policy waiting) noexcept {
  line dropped;
  {
    const sync::mutex_lock lock(mutex_);
    open_ = false;
    if (waiting == shutdown_policy::discard) dropped = std::exchange(line_, line());
    wanted_.notify_all();
  }
  while (task* const one = dropped.pop()) one->discard();
}

void thread_pool::join() noexcept {
  {
    const sync::mutex_lock lock(mutex_);
    while (alive_ > 0 || starting_ > 0) all_ended_.wait(mutex_);
  }
  for (;;) {
    sync::thread last;
    {
      const sync::mutex_lock lock(mutex_);
      if (members_.empty()) return;
      last = std::move(members_.front().thread);
      members_.pop_front();
    }
    if (last.joinable()) last.join();
  }
}

std::size_t thread_pool::threads() const {
  const sync::mutex_lock lock(mutex_);
  return alive_;
}

// Gives back what threads that ended have left.
void thread_pool::join_ended() noexcept {
  std::list<member> gone;
  {
    const sync::mutex_lock lock(mutex_);
    for (auto at = members_.begin(); at != members_.end();) {
      const auto next = std::next(at);
      if (at->ended && at->started) gone.splice(gone.end(), members_, at);
      at = next;
    }
  }
  for (member& one : gone) one.thread.join();
}

}  // namespace tussle
