// work_line.h (part of subjects): jobs that wait behind a lock for threads that take them, as
// one writes it with what the standard library has.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace tussle::workloads::subjects {

// All functions from any threads at once.
template <typename Job>
class work_line {
 public:
  void put(Job job) {
    {
      const std::lock_guard held(lock_);
      jobs_.push_back(std::move(job));
    }
    more_.notify_one();
  }

  // Waits for a job. None: the line is closed, and empty.
  std::optional<Job> take() {
    std::unique_lock held(lock_);
    more_.wait(held, [this] { return closed_ || !jobs_.empty(); });
    if (jobs_.empty()) return std::nullopt;
    std::optional<Job> first(std::move(jobs_.front()));
    jobs_.pop_front();
    return first;
  }

  // Waits for jobs, and takes all there are into `taken`, which is empty. False: none.
  bool take_all(std::deque<Job>& taken) {
    std::unique_lock held(lock_);
    more_.wait(held, [this] { return closed_ || !jobs_.empty(); });
    std::swap(taken, jobs_);
    return !taken.empty();
  }

  // What waits can still be taken.
  void close() {
    {
      const std::lock_guard held(lock_);
      closed_ = true;
    }
    more_.notify_all();
  }

 private:
  std::mutex lock_;
  std::condition_variable more_;
  std::deque<Job> jobs_;
  bool closed_ = false;
};

// Threads that run jobs in the order of their coming; all of them, before it is gone.
class fixed_pool {
 public:
  explicit fixed_pool(std::size_t threads) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i)
      threads_.emplace_back([this] {
        while (auto job = jobs_.take()) (*job)();
      });
  }
  ~fixed_pool() { jobs_.close(); }
  fixed_pool(const fixed_pool&) = delete;
  fixed_pool& operator=(const fixed_pool&) = delete;

  template <typename F>
  void run(F job) {
    jobs_.put(std::move(job));
  }

 private:
  work_line<absl::AnyInvocable<void()>> jobs_;
  std::vector<std::jthread> threads_;
};

}  // namespace tussle::workloads::subjects
