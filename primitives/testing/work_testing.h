// work_testing.h: a task that says what became of it.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

#include "primitives/task/executor.h"

namespace tussle::tests {

// Owned by the test.
class work final : public task {
 public:
  explicit work(std::function<void()> body = [] {}) : body_(std::move(body)) {}
  void run() noexcept override {
    body_();
    runs.fetch_add(1);
  }
  void discard() noexcept override { discards.fetch_add(1); }

  std::atomic<int> runs{0};
  std::atomic<int> discards{0};

 private:
  std::function<void()> body_;
};

}  // namespace tussle::tests
