#include "primitives/task/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <list>
#include <new>
#include <system_error>
#include <utility>

#include "primitives/sync/clock.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/deadline.h"
#include "primitives/task/pool_membership.h"

namespace tussle {

using detail::own_line;
using detail::own_pool;

namespace {

// A few microseconds, on whatever machine.
constexpr std::uint64_t quick_run = 8192;

// How long the lookout goes on where nothing happens.
constexpr std::chrono::milliseconds linger{20};

// More would not be told from never, and twice as long not be reckoned with.
constexpr std::chrono::nanoseconds most_patience = std::chrono::hours(24);

// More threads than this would spend their time looking at each other's lines.
constexpr std::size_t most_lines = 256;

// Every so many turns a thread looks at the common line first.
constexpr std::uint32_t turns_between_looks = 61;

std::size_t usual_prompt() noexcept {
#if defined(TUSSLE_MODE_SIM)
  return 2;  // so that an execution is the same on every machine
#else
  return sync::usable_cores();
#endif
}

}  // namespace

thread_pool::thread_pool(thread_pool_options options)
    : options_(options),
      patience_(std::clamp(options.patience, options.patience.zero(), most_patience)),
      prompt_(usual_prompt()),
      has_own_lines_(is_patient() && options.most_threads <= most_lines) {}

thread_pool::~thread_pool() {
  shutdown(shutdown_policy::discard);
  join();
}

bool thread_pool::submit(task& work) noexcept {
  return keeps(work) || submit(work, false);
}

bool thread_pool::submit_accepted(task& work) noexcept {
  return keeps(work) || submit(work, true);
}

bool thread_pool::submit(task& work, bool was_accepted) noexcept {
  std::optional<member_at> added;
  std::uint64_t number = 0;
  {
    const sync::mutex_lock lock(mutex_);
    if (!open_ && !(was_accepted && drains_)) return false;
    number = line_.push(work);
    // Relaxed: a hint that something came.
    arrivals_.fetch_add(1, std::memory_order_relaxed);
    if (line_is_served() || !bring(added)) return is_left_to_others(number);
    if (!added) return true;
    ++submitting_;
  }
  const bool started = start(*added);
  sync::schedule_point("thread_pool.submit.before_end");
  const sync::mutex_lock lock(mutex_);
  const bool accepted = started || is_left_to_others(number);
  --submitting_;
  end_if_all_ended();
  return accepted;
}

// Whether a task that takes as long as those before it is over sooner than a thread wakes up.
bool thread_pool::is_quick() const { return usual_run_ < quick_run; }

// Whether all that is in line will be taken without anybody being called now. Where it is
// not, whoever made it so brings a thread.
bool thread_pool::line_is_served() const {
  if (coming_ >= line_.length()) return true;
  if (!is_patient()) return false;
  if (coming_ > 0) return true;  // and looks again when it has its task
  return looked_out_ && running_ > 0 && (running_ >= prompt_ || is_quick());
}

// Has one more thread come. False: there is none to be had.
bool thread_pool::bring(std::optional<member_at>& added) {
  return call_idle() || call_lookout() || add(added);
}

bool thread_pool::call_lookout() {
  if (!looked_out_) return false;
  leave_lookout();
  ++recalls_;
  ++coming_;
  recall_.notify_one();
  return true;
}

bool thread_pool::call_idle() {
  if (idle_ == 0) return false;
  --idle_;
  ++calls_;
  ++coming_;
  wanted_.notify_one();
  return true;
}

// One that has to be started, by the caller, without the lock.
bool thread_pool::add(std::optional<member_at>& added) {
  if (alive_ >= options_.most_threads) return false;
  try {
    added = members_.emplace(members_.end());
  } catch (const std::bad_alloc&) {
    return false;
  }
  // Without the memory for it the thread has none.
  if (has_own_lines_) (*added)->own.reset(new (std::nothrow) own_line);
  ++alive_;
  ++starting_;
  ++coming_;
  return true;
}

// Whether a thread is certainly there that looks at the line before it ends, and before it
// waits. Threads of which the start was not noted yet may count twice in what is taken off:
// then this says no although there is one.
bool thread_pool::somebody_looks() const { return alive_ > starting_ + waiting_; }

// True: a thread comes to the task, or has. Not before one is certainly there: where all are
// still being started, that may fail. False: there is none, and the task is the caller's
// again.
bool thread_pool::is_left_to_others(std::uint64_t number) {
  ++submitting_;
  while (starting_ > 0 && !somebody_looks()) start_ended_.wait(mutex_);
  --submitting_;
  end_if_all_ended();
  // With as many threads as it may have, a pool makes tasks wait for those that wait.
  if (somebody_looks() || alive_ >= options_.most_threads) return true;
  return !line_.withdraw(number);  // or it has run, or was discarded by a shutdown
}

// Without the lock: the system takes a while. False: it gives no more threads.
bool thread_pool::start(member_at one) {
  try {
    sync::schedule_point("thread_pool.before_start");
    sync::thread started([this, one] { this->work(*one); });
    {
      const sync::mutex_lock lock(mutex_);
      one->thread = std::move(started);
      one->started = true;
      --starting_;
      start_ended_.notify_all();
      end_if_all_ended();
    }
    return true;
  } catch (const std::system_error&) {
  } catch (const std::bad_alloc&) {
  }
  const sync::mutex_lock lock(mutex_);
  members_.erase(one);
  --alive_;
  --starting_;
  --coming_;
  // What was left to this one, with others there that would otherwise sleep on.
  if (!line_is_served()) static_cast<void>(call_idle() || call_lookout());
  start_ended_.notify_all();
  end_if_all_ended();
  return false;
}

void thread_pool::work(member& self) noexcept {
  std::list<member> ended_before;
  self.before = &ended_before;
  self.is_over = will_be_over();
  own_pool::mine().member_of = this;
  own_pool::mine().pool = this;
  own_pool::mine().line = self.own.get();
  turn now = come(self, false);
  while (now.work != nullptr) {
    // If there is no thread to be had, those that run go on with the line.
    if (now.added) static_cast<void>(start(*now.added));
    const std::uint64_t begun = sync::cycles();
    now.work->run();
    sync::schedule_point("thread_pool.work.after_run");
    now = next_turn(self, sync::cycles() - begun);
  }
  // What the thread still does is no work of the pool.
  own_pool::mine().pool = nullptr;
  own_pool::mine().line = nullptr;
  for (member& one : ended_before) one.thread.join();  // at once: they are over
}

bool thread_pool::begin_to_wait() noexcept {
  {
    const sync::mutex_lock lock(mutex_);
    --running_;
    ++waiting_;
    if (own_line* const own = own_pool::mine().line) close(*own);
    if (line_.length() == 0) return true;
  }
  return leave_line_to_others();
}

void thread_pool::end_to_wait() noexcept {
  const sync::mutex_lock lock(mutex_);
  --waiting_;
  ++running_;
}

// Of a thread that waits. True: what is in line is taken by others. False: all of them wait
// as well, and the system gives no thread; it is for the caller to ask again.
bool thread_pool::leave_line_to_others() noexcept {
  for (bool asked = false;;) {
    std::optional<member_at> added;
    {
      const sync::mutex_lock lock(mutex_);
      if (line_.length() == 0) return true;
      // Who is still being started may not come.
      while (line_is_served() && starting_ > 0 && !somebody_looks())
        start_ended_.wait(mutex_);
      if (line_is_served()) return true;
      if (asked) return somebody_looks() || alive_ >= options_.most_threads;
      if (!bring(added)) asked = true;
      if (!added) continue;
    }
    if (!start(*added)) asked = true;
  }
}

void thread_pool::end_if_all_ended() noexcept {
  if (alive_ == 0 && starting_ == 0 && submitting_ == 0) all_ended_.notify_all();
}

// Straight on, where something waits: nobody has to be called for it.
thread_pool::turn thread_pool::next_turn(member& self, std::uint64_t cycles) {
  bool looks = false;
  // Relaxed: the lookout's measure of what moves.
  const std::uint32_t turns = self.turns.load(std::memory_order_relaxed) + 1;
  self.turns.store(turns, std::memory_order_relaxed);
  // What takes longer is worth asking whether another thread should come.
  if (self.own != nullptr && cycles < quick_run && turns % turns_between_looks != 0) {
    if (task* const next = self.own->pop()) {
      self.took_common = false;
      return {.work = next};
    }
  }
  {
    const sync::mutex_lock lock(mutex_);
    // The mean of the last eight or so; cut, so that one that waited is soon forgotten.
    usual_run_ = (7 * usual_run_ + std::min(cycles, 8 * quick_run)) / 8;
    turn next = take(self);
    if (next.work != nullptr) return next;
    --running_;
    looks = coming_ == 0;
    ++coming_;
  }
  return come(self, looks);
}

// Of a thread that counts as running. A task, if there is one.
thread_pool::turn thread_pool::take(member& self) {
  turn next{.work = next_task(self)};
  if (next.work == nullptr) return next;
  ++taken_;
  if (!line_is_served()) static_cast<void>(bring(next.added));
  // As long as somebody watches over it, and where line_is_served() asks for nobody.
  if (self.own != nullptr && open_ && looked_out_ && (running_ >= prompt_ || is_quick()))
    self.own->open();
  return next;
}

// Of a thread that counts as coming. Without a task: it ends, and counts no longer: a submit
// that came between the decision and the counting would take it for one that will look again.
thread_pool::turn thread_pool::come(member& self, bool looks) {
#if defined(TUSSLE_MODE_BENCH)
  // Waking a thread costs tens of microseconds on virtual machines: a short look first.
  constexpr int most_looks = 200;
  const std::size_t seen = arrivals_.load(std::memory_order_relaxed);
  for (int i = 0; looks && i < most_looks; ++i) {
    if (arrivals_.load(std::memory_order_relaxed) != seen) break;
    __builtin_ia32_pause();
  }
#else
  static_cast<void>(looks);
#endif
  const sync::mutex_lock lock(mutex_);
  for (;;) {
    --coming_;
    // Enough are at work: who comes now watches over the line, and takes part when they are
    // seen to be stuck.
    if (open_ && !line_is_served() && running_ >= prompt_ && !looked_out_ &&
        is_patient() && look_out())
      --coming_;
    ++running_;
    turn next = take(self);
    if (next.work != nullptr) return next;
    --running_;
    if (!open_ || !idle()) break;
  }
  take_those_over(*self.before);
  self.ended = true;
  --alive_;
  end_if_all_ended();
  return {};
}

// Watches the line until it is called, and then counts as coming. False: nothing has happened
// for a while, and nobody is the lookout.
bool thread_pool::look_out() {
  looked_out_ = true;
  const std::chrono::nanoseconds longest = 8 * patience_;
  std::chrono::nanoseconds pause = patience_;
  std::chrono::nanoseconds quiet{0};
  std::size_t wanted = 1;
  std::size_t seen = taken_;
  while (open_) {
    const sync::time_point end = detail::deadline_after(pause);
    bool in_time = true;
    while (recalls_ == 0 && open_ && in_time) in_time = recall_.wait_until(mutex_, end);
    if (recalls_ > 0) {
      --recalls_;
      return true;
    }
    bool helps = false;
    const bool moves = look_at_lines(helps) || taken_ != seen;
    seen = taken_;
    if (helps) break;
    if (!open_ || (!moves && line_.length() > 0 && !bring_for_stuck(wanted))) break;
    if (recalls_ > 0) continue;  // called while it let go of the lock to start a thread
    if (!moves && line_.length() > 0) {
      wanted = std::min(2 * wanted, line_.length());
      pause = patience_;
      quiet = quiet.zero();
      continue;
    }
    wanted = 1;
    quiet = moves ? quiet.zero() : quiet + pause;
    if (quiet >= std::min<std::chrono::nanoseconds>(linger, options_.idle_time)) {
      leave_lookout();
      if (line_.length() == 0) return false;
      ++coming_;
      return true;
    }
    pause = std::min(2 * pause, longest);
  }
  // Nobody else can be had, or a core can, or all is to end: one more to take from the line.
  if (recalls_ > 0) {  // called meanwhile, and counted: another may be the lookout now
    --recalls_;
  } else {
    leave_lookout();
    ++coming_;
  }
  return true;
}

// Of the lookout: those that run have taken nothing for a while. Lets go of the lock to start
// threads. False: no other is to be had.
bool thread_pool::bring_for_stuck(std::size_t wanted) {
  for (; wanted > 0 && coming_ < line_.length(); --wanted) {
    std::optional<member_at> added;
    if (!call_idle() && !add(added)) return false;
    if (!added) continue;
    mutex_.unlock();
    const bool started = start(*added);
    mutex_.lock();
    if (!started) return false;
  }
  return true;
}

// Sleeps. True: called, and coming; or something has been left in line; or the pool is
// closed. False: the time is over.
bool thread_pool::idle() {
  if (!looked_out_ && is_patient() && look_out()) return true;
  ++idle_;
  const sync::time_point end = detail::deadline_after(options_.idle_time);
  bool in_time = true;
  while (calls_ == 0 && open_ && in_time) in_time = wanted_.wait_until(mutex_, end);
  if (calls_ > 0) {
    --calls_;
    return true;
  }
  --idle_;
  if (open_ && line_.length() == 0) return false;
  ++coming_;
  return true;
}

void thread_pool::shutdown(shutdown_policy waiting) noexcept {
  detail::task_line dropped;
  {
    const sync::mutex_lock lock(mutex_);
    open_ = false;
    close_lines();
    if (waiting == shutdown_policy::discard) drains_ = false;
    if (waiting == shutdown_policy::discard) dropped = line_.take_all();
    wanted_.notify_all();
    recall_.notify_all();
  }
  while (task* const one = dropped.pop()) one->discard();
}

std::size_t thread_pool::threads() const {
  const sync::mutex_lock lock(mutex_);
  return alive_;
}

}  // namespace tussle
