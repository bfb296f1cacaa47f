#include "primitives/channel/go_scheduler.h"

#include <utility>

#include "primitives/channel/go_driver.h"
#include "primitives/channel/looking_lock.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/sync/short_mutex.h"

namespace tussle::detail {
namespace {

constexpr std::uint32_t most_slots_in_a_row = 3;
constexpr std::uint32_t turns_between_looks = 61;
constexpr std::uint64_t slice = 500'000;  // cycles

std::size_t most_drivers(const runtime& home) {
  if (!home.has_own_threads()) return 1;
#if defined(TUSSLE_MODE_SIM)
  return 3;  // so that an execution is the same on every machine
#else
  return usual_width();
#endif
}

struct own_work {
  void* driver = nullptr;
};
using here = sync::per_thread<own_work, own_work>;

}  // namespace

go_scheduler& go_scheduler::of(runtime& home) {
  return static_cast<go_scheduler&>(
      home.part([](runtime& on) -> runtime_part* { return new go_scheduler(on); }));
}

go_scheduler::go_scheduler(runtime& home)
    : home_(&home),
      runs_(&home.compute()),
      own_threads_(home.has_own_threads()),
      checked_(home.is_checked()),
      drivers_(most_drivers(home)),
      all_(std::make_unique<driver[]>(drivers_)) {
  for (std::size_t i = 0; i < drivers_; ++i) all_[i].home = this;
}

go_scheduler::~go_scheduler() = default;

// Not inlined into coroutines, which may go on on another thread: here and in the functions
// below the thread's own variable is asked for anew each time.
bool go_scheduler::must_not_block() noexcept {
  const auto* const mine = static_cast<const driver*>(here::mine().driver);
  return mine != nullptr && mine->home->checked_;
}

bool go_scheduler::start(task& first) noexcept {
  auto* const mine = static_cast<driver*>(here::mine().driver);
  if (mine == nullptr || mine->home != this) return inject(first);
  if (discards()) return false;
  add_to_line(*mine, first);
  return true;
}

void go_scheduler::push(task& ready) noexcept {
  auto* const mine = static_cast<driver*>(here::mine().driver);
  if (mine != nullptr && mine->home == this) return push_local(*mine, ready);
  if (!inject(ready)) ready.discard();
}

void go_scheduler::push_last(task& ready) noexcept {
  auto* const mine = static_cast<driver*>(here::mine().driver);
  if (mine != nullptr && mine->home == this) return add_to_line(*mine, ready);
  if (!inject(ready)) ready.discard();
}

void go_scheduler::push_local(driver& here_now, task& ready) noexcept {
  // (1) acq_rel; pairs with itself in next() and steal_for(): who takes it sees what led to
  // it; and with (2) and (3), which look after the last watch.
  task* const before = here_now.slot.exchange(&ready, std::memory_order_acq_rel);
  if (before != nullptr) return add_to_line(here_now, *before);
  // Relaxed: behind (1), or behind the line's lock, it says that nobody watches if the last
  // watcher has not seen what is ready here.
  if (!watched_.load(std::memory_order_relaxed)) call_watcher();
}

void go_scheduler::add_to_line(driver& here_now, task& ready) noexcept {
  {
    const sync::short_lock lock(here_now.mutex);
    static_cast<void>(here_now.line.push(ready));
  }
  here_now.may_have_line = true;
  if (!watched_.load(std::memory_order_relaxed)) call_watcher();
}

// From a thread that drives nothing here. False: nobody will run it.
bool go_scheduler::inject(task& ready) noexcept {
  driver* added = nullptr;
  std::uint64_t number = 0;
  {
    const looking_lock lock(mutex_);
    if (ended_.load(std::memory_order_relaxed)) return false;  // written under the lock
    // Relaxed: written under the lock.
    const bool is_watched = watched_.load(std::memory_order_relaxed);
    if (working_ == 0 && !is_watched && home_->was_shut_down()) return false;
    number = injected_.push(ready);
    // Relaxed: a hint that something came; written under the lock only.
    arrivals_.store(arrivals_.load(std::memory_order_relaxed) + 1,
                    std::memory_order_relaxed);
    if (working_ == 0 && is_watched) {
      ++working_;
      recall_watcher();
      return true;
    }
    if (working_ == 0) {
      added = &idle_driver();
      ++working_;
    } else if (is_watched || !own_threads_) {
      return true;
    }
    // What is ready may run now, and then nothing keeps the runtime from ending this.
    acquire();
  }
  sync::schedule_point("go.inject.before_call");
  task_line left;
  added != nullptr ? submit(*added, left) : call_watcher(left);
  const bool is_back = left.withdraw(number);
  discard_all(left);
  release();
  return !is_back;
}

// One that comes to watch; it finds work if it has to. Where it is refused, nobody comes for
// what is `left`.
void go_scheduler::call_watcher(task_line& left) noexcept {
  driver* added = nullptr;
  {
    const sync::mutex_lock lock(mutex_);
    if (watched_.load(std::memory_order_relaxed) ||
        ended_.load(std::memory_order_relaxed) || working_ >= drivers_)
      return;
    added = &idle_driver();
    added->watches = true;
    watched_.store(true, std::memory_order_relaxed);
  }
  sync::schedule_point("go.watcher.before_submit");
  submit(*added, left);
}

// By a driver.
void go_scheduler::call_watcher() noexcept {
  if (!own_threads_) return;
  task_line left;
  call_watcher(left);
  discard_all(left);
}

// It works, and is counted already.
void go_scheduler::recall_watcher() noexcept {
  recalled_ = true;
  recall_.notify_one();
}

// While nobody watches and not all work: those that do neither are idle.
go_scheduler::driver& go_scheduler::idle_driver() noexcept {
  driver* one = all_.get();
  while (one->busy) ++one;
  one->busy = true;
  ++submitting_;
  return *one;
}

// As above. Whoever ends the scheduler waits until this is over: the executor may not outlive
// it.
void go_scheduler::submit(driver& one, task_line& left) noexcept {
  acquire();  // for the executor
  acquire();  // until the end of this
  // A drain owes all that is ready a turn, whoever is stuck.
  const bool accepted = runs_->submit(one) || home_->submit_accepted(*runs_, one);
  if (!accepted) {
    task_line unseen;
    {
      const sync::mutex_lock lock(mutex_);
      left = never_runs(one);
      if (discards()) take_all_local(unseen);
    }
    discard_all(unseen);
  }
  {
    const sync::mutex_lock lock(mutex_);
    --submitting_;
    stopped_.notify_all();
  }
  if (!accepted) release();
  release();
}

// The executor takes nothing more: the driver is idle. What others rely on it for goes to the
// watcher, if there is one; otherwise it is returned.
task_line go_scheduler::never_runs(driver& one) noexcept {
  one.busy = false;
  if (one.watches) {
    one.watches = false;
    watched_.store(false, std::memory_order_relaxed);
    if (std::exchange(recalled_, false)) --working_;
  } else if (working_ == 1 && watched_.load(std::memory_order_relaxed)) {
    recall_watcher();
  } else {
    --working_;
  }
  return working_ == 0 || discards() ? injected_.take_all() : task_line();
}

void go_scheduler::drive(driver& now) noexcept {
  bool works = true;
  {
    const sync::mutex_lock lock(mutex_);
    ++driving_;
    if (now.watches) works = watch(now);
    if (!works) stop(now);
  }
  if (works) {
    here::mine().driver = &now;
    const bool goes_on = run_ready(now);
    here::mine().driver = nullptr;
    if (goes_on) return;  // on another thread, perhaps
  }
  sync::schedule_point("go.driver.is_idle");
  release();
}

// True: it stands in the pool's line again. False: nothing is ready, and it is idle.
bool go_scheduler::run_ready(driver& now) noexcept {
  constexpr std::uint32_t turns_between_clocks = 64;
  std::uint64_t begun = sync::cycles();
  for (std::uint32_t n = 1;; ++n) {
    task* const one = next(now);
    if (one == nullptr) return false;
    // Relaxed: the watcher's measure of what moves.
    now.turns.store(now.turns.load(std::memory_order_relaxed) + 1,
                    std::memory_order_relaxed);
    discards() ? one->discard() : one->run();
    if (!own_threads_ || n % turns_between_clocks != 0) continue;
    const std::uint64_t time = sync::cycles();
    if (time - begun < slice) continue;
    if (go_to_the_end(now)) return true;
    begun = time;
  }
}

// Of the pool's line, where others stand. False: it takes nothing any more.
bool go_scheduler::go_to_the_end(driver& now) noexcept {
  {
    const sync::mutex_lock lock(mutex_);
    // With all drivers at work nobody watches: who does not work on looks.
    const std::uint64_t time = sync::cycles();
    if (working_ == drivers_ && time - looked_ >= slice) {
      looked_ = time;
      bool moves = false;
      static_cast<void>(steal_for(now, moves));
    }
    --driving_;
  }
  if (runs_->submit(now)) return true;
  const sync::mutex_lock lock(mutex_);
  ++driving_;
  return false;
}

bool go_scheduler::discards() const noexcept {
  // Relaxed: whoever ends it waits for the drivers first.
  return ended_.load(std::memory_order_relaxed) ||
         home_->was_shut_down() == shutdown_policy::discard;
}

task* go_scheduler::next(driver& now) noexcept {
  for (bool works = true; works;) {
    if (++now.tick % turns_between_looks == 0) {
      const looking_lock lock(mutex_);
      if (task* const one = next_injected(now)) return one;
    }
    if (task* const one = next_local(now)) return one;
    task* found = nullptr;
    works = find(now, found);
    if (found != nullptr) return found;
  }
  return nullptr;
}

task* go_scheduler::next_local(driver& now) noexcept {
  if (now.slots_in_a_row < most_slots_in_a_row) {
    if (task* const one = take_slot(now)) {
      ++now.slots_in_a_row;
      return one;
    }
  }
  now.slots_in_a_row = 0;
  if (now.may_have_line) {
    const sync::short_lock lock(now.mutex);
    if (task* const one = now.line.pop()) return one;
    now.may_have_line = false;
  }
  return take_slot(now);
}

task* go_scheduler::take_slot(driver& from) noexcept {
  // Relaxed: null says only that there is nothing to take; its own thread knows.
  if (from.slot.load(std::memory_order_relaxed) == nullptr) return nullptr;
  // acq_rel; pairs with (1).
  return from.slot.exchange(nullptr, std::memory_order_acq_rel);
}

// One, and its share of the rest into its own line.
task* go_scheduler::next_injected(driver& now) noexcept {
  constexpr std::size_t most = 64;
  task* const first = injected_.pop();
  if (first == nullptr) return nullptr;
  const std::size_t share = injected_.length() / working_;
  if (share == 0) return first;
  now.may_have_line = true;
  const sync::short_lock lock(now.mutex);
  for (std::size_t i = 0; i < share && i < most; ++i)
    static_cast<void>(now.line.push(*injected_.pop()));
  return first;
}

// Nothing is ready here. False: nor elsewhere, and the driver is idle.
bool go_scheduler::find(driver& now, task*& found) noexcept {
  look_for_arrivals();
  const looking_lock lock(mutex_);
  found = next_injected(now);
  if (found != nullptr) return true;
  --working_;
  // Relaxed, both: written under the lock.
  if (own_threads_ && working_ > 0 && !watched_.load(std::memory_order_relaxed) &&
      !ended_.load(std::memory_order_relaxed)) {
    watched_.store(true, std::memory_order_relaxed);
    now.watches = true;
    if (watch(now)) return true;
  }
  stop(now);
  return false;
}

// Waking a thread costs tens of microseconds on virtual machines: a short look first.
void go_scheduler::look_for_arrivals() const noexcept {
#if defined(TUSSLE_MODE_BENCH)
  constexpr int most_looks = 200;
  if (!own_threads_) return;
  // Relaxed: what has come is taken under the lock.
  const std::uint32_t seen = arrivals_.load(std::memory_order_relaxed);
  for (int i = 0; i < most_looks; ++i) {
    if (arrivals_.load(std::memory_order_relaxed) != seen) return;
    __builtin_ia32_pause();
  }
#endif
}

// It is idle, and may be at work for somebody else at once.
void go_scheduler::stop(driver& now) noexcept {
  now.busy = false;
  --driving_;
  stopped_.notify_all();
}

void go_scheduler::discard_all(task_line& line) noexcept {
  while (task* const one = line.pop()) one->discard();
}

// The pool will not run it: it was shut down.
void go_scheduler::was_discarded(driver& one) noexcept {
  task_line rest;
  task_line left;
  {
    const sync::mutex_lock lock(mutex_);
    left = never_runs(one);
    take_all_local(rest);
  }
  discard_all(rest);
  discard_all(left);
  release();
}

void go_scheduler::take_local(driver& from, task_line& into) noexcept {
  // (3) acq_rel; pairs with (1). Always an exchange: what it does not see has who makes it
  // ready see what came before this, such as that nobody watches.
  if (task* const one = from.slot.exchange(nullptr, std::memory_order_acq_rel))
    static_cast<void>(into.push(*one));
  const sync::short_lock lock(from.mutex);
  while (task* const one = from.line.pop()) static_cast<void>(into.push(*one));
}

void go_scheduler::take_all_local(task_line& into) noexcept {
  for (std::size_t i = 0; i < drivers_; ++i) take_local(all_[i], into);
}

// Of the runtime, which has no threads any more: destroys what is left.
void go_scheduler::end() noexcept {
  task_line ready;
  timeouts_.end();
  {
    const sync::mutex_lock lock(mutex_);
    ended_.store(true,
                 std::memory_order_relaxed);  // read under the lock where it matters
    recall_.notify_all();
    while (driving_ > 0 || submitting_ > 0) stopped_.wait(mutex_);
    while (task* const one = injected_.pop()) static_cast<void>(ready.push(*one));
    take_all_local(ready);
  }
  discard_all(ready);
  for (shard& each : living_) end_all(each);
  {
    const sync::mutex_lock lock(mutex_);
    is_alone_ = true;
    while (reporting_ > 0) stopped_.wait(mutex_);
  }
  release();
}

}  // namespace tussle::detail
