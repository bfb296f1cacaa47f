// schedulers_testing.h: schedulers that force what a test wants to see.
//
// They work in modes with schedule points (sync::has_schedule_points); elsewhere nothing
// calls them.
#pragma once

#include <atomic>
#include <latch>
#include <string_view>
#include <vector>

#include "primitives/sync/hooks.h"

namespace tussle::tests {

// Installed for its lifetime, for all threads.
class scoped_scheduler : public sync::scheduler {
 public:
  scoped_scheduler(const scoped_scheduler&) = delete;
  scoped_scheduler& operator=(const scoped_scheduler&) = delete;

 protected:
  scoped_scheduler() = default;
  ~scoped_scheduler() = default;

  // For the first line of a final class's constructor, and the last of its destructor.
  void install() noexcept { outer_ = sync::install_scheduler(this); }
  void uninstall() noexcept { sync::install_scheduler(outer_); }

 private:
  sync::scheduler* outer_ = nullptr;
};

// Holds the first thread that comes to a named point until it is told to let go. It
// outlives all threads that may come there: in a test it stands before the runtime.
class freeze_at final : public scoped_scheduler {
 public:
  explicit freeze_at(std::string_view point) : point_(point) { install(); }
  ~freeze_at() { uninstall(); }
  freeze_at(const freeze_at&) = delete;
  freeze_at& operator=(const freeze_at&) = delete;

  void wait_until_reached() { reached_.wait(); }
  void let_go() { let_go_.count_down(); }

  void before(const sync::visible_operation& next) noexcept override {
    if (next.kind != sync::operation::named_point || point_ != next.name) return;
    // Relaxed: only decides who is the first; the latches publish.
    if (taken_.exchange(true, std::memory_order_relaxed)) return;
    reached_.count_down();
    let_go_.wait();
  }

 private:
  const std::string_view point_;
  std::atomic<bool> taken_{false};
  std::latch reached_{1};
  std::latch let_go_{1};
};

// Makes the next `failures` weak compare-exchanges fail, whoever does them.
class fail_weakly final : public scoped_scheduler {
 public:
  explicit fail_weakly(int failures) : left_(failures) { install(); }
  ~fail_weakly() { uninstall(); }
  fail_weakly(const fail_weakly&) = delete;
  fail_weakly& operator=(const fail_weakly&) = delete;

  void before(const sync::visible_operation& /*next*/) noexcept override {}
  bool fails_weak_compare_exchange() noexcept override {
    // Relaxed: a budget; nothing is published through it.
    return left_.fetch_sub(1, std::memory_order_relaxed) > 0;
  }

 private:
  std::atomic<int> left_;
};

// Starts of threads of the seam fail from now on, but not between `succeed` and `fail`.
class fail_thread_starts final : public scoped_scheduler {
 public:
  fail_thread_starts() { install(); }
  ~fail_thread_starts() { uninstall(); }
  fail_thread_starts(const fail_thread_starts&) = delete;
  fail_thread_starts& operator=(const fail_thread_starts&) = delete;

  // Relaxed: only decides what happens; tests order it by what they wait for.
  void succeed() { fails_.store(false, std::memory_order_relaxed); }
  void fail() { fails_.store(true, std::memory_order_relaxed); }
  int failed() const { return failed_.load(std::memory_order_relaxed); }

  void before(const sync::visible_operation& /*next*/) noexcept override {}
  bool fails_thread_start() noexcept override {
    if (!fails_.load(std::memory_order_relaxed)) return false;
    failed_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

 private:
  std::atomic<bool> fails_{true};
  std::atomic<int> failed_{0};
};

// Nothing steps in: for tests that count how often something is called, which a weak
// compare-exchange that fails for no reason would change.
class undisturbed final : public scoped_scheduler {
 public:
  undisturbed() { install(); }
  ~undisturbed() { uninstall(); }
  undisturbed(const undisturbed&) = delete;
  undisturbed& operator=(const undisturbed&) = delete;

  void before(const sync::visible_operation& /*next*/) noexcept override {}
};

// Notes what one thread announces. For use by one thread at a time.
class note_operations final : public scoped_scheduler {
 public:
  note_operations() { install(); }
  ~note_operations() { uninstall(); }
  note_operations(const note_operations&) = delete;
  note_operations& operator=(const note_operations&) = delete;

  void before(const sync::visible_operation& next) noexcept override {
    seen.push_back(next);
  }

  std::vector<sync::visible_operation> seen;
};

}  // namespace tussle::tests
