// naive_rings.h (planted): a ring whose processes wait for one condition together.
//
// common_ring: all processes share one place for the token and one condition variable, and
//              whoever is woken first takes it, whether it is his turn or not.
// The mend:    subjects/rings.h: a place for each process.
// Must be caught by: verification of ring with two or more processes.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::planted {

struct common_ring {
  static harness::subject_info info() {
    return {
        .name = "common_ring",
        .kind = harness::subject_kind::planted,
        .description = "One place for the token, that whoever is woken takes it from.",
        .source = "workloads/planted/naive_rings.h",
        .breaks_invariant = harness::expectation::may};
  }

  class ring {
   public:
    ring(runtime& /*on*/, std::int64_t processes)
        : passed_(static_cast<std::size_t>(processes)) {
      threads_.reserve(passed_.size());
      for (std::int64_t& each : passed_)
        threads_.emplace_back([this, &each] { pass(each); });
    }
    ~ring() { finish(); }
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;

    std::int64_t send_round(std::int64_t token) {
      std::unique_lock held(lock_);
      token_ = token;
      end_ = token + static_cast<std::int64_t>(passed_.size());
      changed_.notify_all();
      changed_.wait(held, [this] { return token_ == end_; });
      return *std::exchange(token_, std::nullopt);
    }
    void finish() {
      {
        const std::lock_guard held(lock_);
        closed_ = true;
        changed_.notify_all();
      }
      threads_.clear();  // joins
    }
    const std::vector<std::int64_t>& passed() const { return passed_; }

   private:
    void pass(std::int64_t& passed) {
      std::unique_lock held(lock_);
      for (;;) {
        changed_.wait(held, [this] { return closed_ || (token_ && token_ != end_); });
        if (closed_) return;
        ++*token_;
        ++passed;
        changed_.notify_all();
      }
    }

    std::vector<std::int64_t> passed_;
    std::mutex lock_;
    std::condition_variable changed_;
    std::optional<std::int64_t> token_;
    std::int64_t end_ = 0;
    bool closed_ = false;
    std::vector<std::jthread> threads_;
  };
};

}  // namespace tussle::workloads::planted
