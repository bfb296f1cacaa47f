// stage_testing.h: a runtime that does nothing until a test says so.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

#include "primitives/task/manual_executor.h"
#include "primitives/task/runtime.h"

namespace tussle::tests {

// A runtime whose pools do nothing until they are told to.
class stage {
 public:
  manual_executor compute;
  manual_executor blocking;
  std::vector<std::exception_ptr> uncaught;

  runtime& home() { return home_; }
  std::size_t waiting() { return compute.pending() + blocking.pending(); }
  bool run_one() { return compute.run_one() || blocking.run_one(); }
  void run_all() {
    while (run_one()) {
    }
  }

 private:
  runtime home_{compute, blocking,
                [this](const std::exception_ptr& error) { uncaught.push_back(error); }};
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
