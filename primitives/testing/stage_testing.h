// stage_testing.h: executors that do nothing until a test says so, and agents on them.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/sync/mutex.h"
#include "primitives/task/executor.h"
#include "primitives/task/runtime.h"

namespace tussle::tests {

// Runs what waits in the order submitted, one task on request, on the thread that asks.
// What still waits at its end is discarded.
class waiting_room final : public executor {
 public:
  waiting_room() = default;
  waiting_room(const waiting_room&) = delete;
  waiting_room& operator=(const waiting_room&) = delete;
  ~waiting_room() {
    close();
    discard_all();
  }

  [[nodiscard]] bool submit(task& work) override {
    sync::mutex_lock lock(mutex_);
    if (!open_) return false;
    work.next = nullptr;
    *last_ = &work;
    last_ = &work.next;
    ++waiting_;
    return true;
  }

  bool run_one() {
    task* const work = take();
    if (work == nullptr) return false;
    work->run();
    return true;
  }

  std::size_t waiting() {
    sync::mutex_lock lock(mutex_);
    return waiting_;
  }

  // Accepts nothing from here on.
  void close() {
    sync::mutex_lock lock(mutex_);
    open_ = false;
  }
  void discard_all() {
    while (task* const work = take()) work->discard();
  }

 private:
  task* take() {
    sync::mutex_lock lock(mutex_);
    task* const work = first_;
    if (work == nullptr) return nullptr;
    first_ = work->next;
    if (first_ == nullptr) last_ = &first_;
    --waiting_;
    return work;
  }

  sync::mutex mutex_;
  task* first_ ABSL_GUARDED_BY(mutex_) = nullptr;
  task** last_ ABSL_GUARDED_BY(mutex_) = &first_;
  std::size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  bool open_ ABSL_GUARDED_BY(mutex_) = true;
};

// A runtime whose pools stand still.
class stage {
 public:
  waiting_room compute;
  waiting_room blocking;
  std::vector<std::exception_ptr> uncaught;

  runtime& home() { return home_; }
  std::size_t waiting() { return compute.waiting() + blocking.waiting(); }
  bool run_one() { return compute.run_one() || blocking.run_one(); }
  void run_all() {
    while (run_one()) {
    }
  }

 private:
  class standing final : public runtime {
   public:
    explicit standing(stage& s) : runtime(s.compute, s.blocking), stage_(s) {}
    void report_uncaught(const std::exception_ptr& e) noexcept override {
      stage_.uncaught.push_back(e);
    }
    stage& stage_;
  };
  standing home_{*this};
};

// Threads that run whatever comes to a stage, from now until the end of the scope; then
// everything has run.
class running_stage {
 public:
  explicit running_stage(stage& s, int threads = 1) : stage_(s) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  }
  ~running_stage() {
    // Relaxed: nothing is published; the joins order.
    ended_.store(true, std::memory_order_relaxed);
    for (std::thread& t : threads_) t.join();
    stage_.run_all();
  }
  running_stage(const running_stage&) = delete;
  running_stage& operator=(const running_stage&) = delete;

 private:
  void run() {
    while (!ended_.load(std::memory_order_relaxed)) {
      if (!stage_.run_one()) std::this_thread::yield();
    }
  }

  stage& stage_;
  std::atomic<bool> ended_{false};
  std::vector<std::thread> threads_;
};

}  // namespace tussle::tests
