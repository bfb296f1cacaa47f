#include "harness/measure/thread_team.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <exception>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

#include "harness/measure/allocation_count.h"
#include "harness/measure/placement.h"
#include "harness/watchdog/watched.h"

namespace tussle::harness {
namespace {

using clock = std::chrono::steady_clock;

double seconds(clock::duration d) { return std::chrono::duration<double>(d).count(); }

double process_cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// Nanoseconds that a thread of this process has spent ready to run but without a core; -1
// if unknown.
double run_queue_wait_ns(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/schedstat");
  double on_core = 0;
  double waiting = 0;
  return file >> on_core >> waiting ? waiting : -1;
}

// What the time keeper sees at one end of the window.
struct reading {
  clock::time_point at;
  double width = 0;  // seconds that the reading took
  std::vector<std::uint64_t> completed;
  std::uint64_t failed_attempts = 0;
  double cpu_seconds = 0;
  rusage usage{};
};

class team {
 public:
  team(int threads, std::uint64_t seed, const team_loop& loop) : loop_(loop) {
    for (int i = 0; i < threads; ++i) {
      members_.push_back(std::make_unique<member>(i, threads, seed));
    }
  }

  team(const team&) = delete;
  team& operator=(const team&) = delete;
  // Whatever the time keeper throws, no thread outlives what it works on.
  ~team() { end(); }

  window_sample run(const window_options& options) {
    cpus_ = options.cpus;
    start_threads();
    wait_until_entered();
    pause_for(options.ramp_seconds);
    // Asking the kernel takes the time keeper a while: outside the window.
    const double waited_before = waiting_ns();
    const reading open = read();
    // Relaxed: workers look at it now and then; it publishes nothing.
    if (options.open != nullptr) options.open->store(true, std::memory_order_relaxed);
    pause_for(options.window_seconds);
    if (options.open != nullptr) options.open->store(false, std::memory_order_relaxed);
    const reading close = read();
    const double waited_after = waiting_ns();
    end();
    if (error_) std::rethrow_exception(error_);
    window_sample s = sample(open, close);
    if (waited_before >= 0 && waited_after >= 0) {
      const double all_seconds = s.window_seconds * static_cast<double>(members_.size());
      s.run_queue_wait = (waited_after - waited_before) * 1e-9 / all_seconds;
    }
    return s;
  }

 private:
  struct member {
    member(int index, int threads, std::uint64_t seed) : self(index, threads, seed) {}

    worker self;
    std::thread thread;
    std::atomic<pid_t> id{0};
    clock::time_point entered;  // written by the thread, read after the join
    clock::time_point left;
    std::uint64_t allocations = 0;  // in its loop
  };

  void end() {
    stop_.store(true, std::memory_order_relaxed);
    for (auto& m : members_) {
      if (m->thread.joinable()) m->thread.join();
    }
  }

  // A thread that cannot be started ends the run as a loop's exception does.
  void start_threads() {
    try {
      for (auto& m : members_) m->thread = std::thread([this, &m] { work_on(*m); });
    } catch (...) {
      fail(std::current_exception());
    }
  }

  void work_on(member& m) {
    // Relaxed: ordered by (1) and (2).
    m.id.store(gettid(), std::memory_order_relaxed);
    // Race records name threads by this.
    pthread_setname_np(pthread_self(),
                       ("worker " + std::to_string(m.self.index())).c_str());
    const watchdog::watched_worker watched(m.self);
    sync::event_counts* const outer = sync::count_into(&m.self.events);
    if (!cpus_.empty()) stay_on_its_core(m.self.index());
    start_together();
    m.entered = clock::now();
    // (1) release; pairs with the acquire load (2): the time keeper then sees every id.
    entered_.fetch_add(1, std::memory_order_release);
    const std::uint64_t allocations_before = allocations_of_this_thread();
    try {
      loop_(m.self, stop_);
    } catch (...) {
      fail(std::current_exception());
    }
    m.allocations = allocations_of_this_thread() - allocations_before;
    m.left = clock::now();
    sync::count_into(outer);
  }

  // Before the barrier: moving to its core takes a thread a while.
  void stay_on_its_core(int index) {
    try {
      keep_this_thread_on(cpus_[static_cast<std::size_t>(index) % cpus_.size()]);
    } catch (...) {
      fail(std::current_exception());
    }
  }

  // A spin barrier: parked threads would leave it one wake-up after another.
  void start_together() {
    constexpr int spins_before_yield = 1000;
    // Relaxed: publishes nothing; what a loop uses was made before its thread.
    started_.fetch_add(1, std::memory_order_relaxed);
    for (int spin = 0; started_.load(std::memory_order_relaxed) < members_.size();
         ++spin) {
      if (stop_.load(std::memory_order_relaxed)) return;  // one of them will never come
      if (spin >= spins_before_yield) std::this_thread::yield();
    }
  }

  // A thread that has left the barrier may wait for a core before it goes on: the ramp
  // begins when all are in their loops.
  void wait_until_entered() {
    while (entered_.load(std::memory_order_acquire) <
               members_.size() &&  // (2) pairs with (1)
           !stop_.load(std::memory_order_relaxed)) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }

  void fail(std::exception_ptr error) {
    {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::move(error);
    }
    stop_.store(true, std::memory_order_relaxed);
    failed_.notify_all();
  }

  // Sleeps, but not past a failure.
  void pause_for(double duration) {
    const auto end = clock::now() + std::chrono::duration_cast<clock::duration>(
                                        std::chrono::duration<double>(duration));
    std::unique_lock lock(mutex_);
    failed_.wait_until(lock, end, [this] { return error_ != nullptr; });
  }

  reading read() const {
    // A reading that was interrupted is taken again: its counts are not of one moment.
    constexpr double wide_seconds = 20e-6;
    constexpr int attempts = 8;
    reading best = read_once();
    for (int i = 1; i < attempts && best.width > wide_seconds; ++i) {
      reading next = read_once();
      if (next.width < best.width) best = std::move(next);
    }
    return best;
  }

  reading read_once() const {
    reading r;
    r.completed.reserve(members_.size());
    const auto begin = clock::now();
    for (const auto& m : members_) {
      r.completed.push_back(m->self.completed());
      r.failed_attempts += m->self.events[sync::event::failed_attempt];
    }
    r.at = begin + (clock::now() - begin) / 2;
    r.cpu_seconds = process_cpu_seconds();
    getrusage(RUSAGE_SELF, &r.usage);
    r.width = seconds(clock::now() - begin);
    return r;
  }

  // Of all workers; -1 if unknown.
  double waiting_ns() const {
    double sum = 0;
    for (const auto& m : members_) {
      const double each = run_queue_wait_ns(m->id.load(std::memory_order_relaxed));
      if (each < 0) return -1;
      sum += each;
    }
    return sum;
  }

  double overlap(const reading& open, const reading& close) const {
    auto from = open.at;
    auto to = close.at;
    for (const auto& m : members_) {
      from = std::max(from, m->entered);
      to = std::min(to, m->left);
    }
    return std::max(0.0, seconds(to - from)) / seconds(close.at - open.at);
  }

  window_sample sample(const reading& open, const reading& close) const {
    window_sample s;
    s.window_seconds = seconds(close.at - open.at);
    for (std::size_t i = 0; i < members_.size(); ++i) {
      s.operations.push_back(close.completed[i] - open.completed[i]);
      s.done.steps.push_back(members_[i]->self.completed());
    }
    if (counts_allocations()) {
      s.allocations = 0;
      for (const auto& m : members_)
        s.allocations += static_cast<std::int64_t>(m->allocations);
    }
    s.cpu_seconds = close.cpu_seconds - open.cpu_seconds;
    s.overlap = overlap(open, close);
    s.failed_attempts = close.failed_attempts - open.failed_attempts;
    s.voluntary_switches = close.usage.ru_nvcsw - open.usage.ru_nvcsw;
    s.involuntary_switches = close.usage.ru_nivcsw - open.usage.ru_nivcsw;
    s.reading_seconds = std::max(open.width, close.width);
    return s;
  }

  const team_loop& loop_;
  std::vector<int> cpus_;  // written before the threads start
  std::vector<std::unique_ptr<member>> members_;
  alignas(padding) std::atomic<std::size_t> started_{0};  // threads at the barrier
  std::atomic<std::size_t> entered_{0};  // threads about to enter their loop
  alignas(padding) std::atomic<bool> stop_{false};
  alignas(padding) std::mutex mutex_;
  std::condition_variable failed_;
  std::exception_ptr error_;
};

}  // namespace

window_sample run_team(int threads, std::uint64_t seed, const window_options& options,
                       const team_loop& loop) {
  return team(threads, seed, loop).run(options);
}

}  // namespace tussle::harness
