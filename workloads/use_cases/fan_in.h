// fan_in.h (UC-11): is the work of many put together without losing or repeating a part?
//
// Question:  what does it cost to spread a task over workers and to combine what they find?
// Invariant: the combined result has the parts of all workers, or of the first ones that it
//            waits for, each once; a worker that fails has a part that says so; what a worker
//            did is visible to who combines; all workers come to an end.
// A failure means: a part was lost, counted twice or read before it was there, or somebody
//            waits for a worker that has nothing to say.
//
// A step is one task. It waits for all of its workers, or for half of them: the others then
// end later, which must disturb nobody.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/per_thread.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::use_cases {

struct part_error : std::runtime_error {
  part_error() : std::runtime_error("this worker failed") {}
};

// What one worker found.
struct part {
  std::int64_t worker = 0;
  std::int64_t value = 0;
  bool failed = false;
};

// Parts put together. Of at most 64 workers.
class combined_parts {
 public:
  void add(const part& one) {
    const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(one.worker);
    repeated_ += (members_ & bit) != 0 ? 1 : 0;
    members_ |= bit;
    failed_ += one.failed ? 1 : 0;
    sum_ += one.failed ? 0 : one.value;
  }

  std::int64_t count() const { return std::popcount(members_); }
  bool has(std::int64_t worker) const {
    return (members_ >> static_cast<unsigned>(worker) & 1U) != 0;
  }
  std::int64_t repeated() const { return repeated_; }
  std::int64_t failed() const { return failed_; }
  std::int64_t sum() const { return sum_; }

 private:
  std::uint64_t members_ = 0;
  std::int64_t repeated_ = 0;
  std::int64_t failed_ = 0;
  std::int64_t sum_ = 0;
};

// What a worker does: returns its value, or throws.
using work_of_part = std::function<std::int64_t(std::int64_t worker)>;

// The part of a worker, whatever becomes of it.
inline part part_of(std::int64_t worker, const work_of_part& work) noexcept {
  try {
    return {worker, work(worker), false};
  } catch (...) {
    return {worker, 0, true};
  }
}

template <typename S>
concept fan_in_subject = std::constructible_from<typename S::fan, runtime&> &&
    requires(typename S::fan fan, std::int64_t n, const work_of_part& work) {
  // Calls a copy of `work` on n threads; returns the parts of the first m at least.
  { fan.gather(n, n, work) } -> std::same_as<combined_parts>;
};

struct fan_in {
  static harness::workload_info info() {
    return {.name = "fan_in",
            .question =
                "What does it cost to spread a task over workers and to combine what "
                "they find?",
            .invariant =
                "The result has the part of every worker that it waits for, once, also "
                "of those that fail, and all that they did.",
            .failure =
                "A part was lost, counted twice or read before it was there, or a "
                "worker with nothing to say was waited for.",
            .role = "fan_in",
            .conditions = {{.name = "width",
                            .unit = "workers",
                            .description = "Workers that a task is spread over.",
                            .default_values = {4, 16},
                            .minimum = 2,
                            .maximum = 64,
                            .drawn_maximum = 8},
                           {.name = "wait_for",
                            .unit = "",
                            .description = "Whether all workers are waited for.",
                            .default_values = {0, 1},
                            .minimum = 0,
                            .maximum = 1,
                            .labels = {"all", "half"}},
                           {.name = "failing",
                            .unit = "fraction",
                            .description = "Share of the workers that fail.",
                            .default_values = {0, 0.25},
                            .minimum = 0,
                            .maximum = 1,
                            .integer = false},
                           {.name = "work",
                            .unit = "work units",
                            .description = "Work of one worker.",
                            .default_values = {1000},
                            .minimum = 0,
                            .maximum = 10'000'000,
                            .drawn_maximum = 10'000},
                           harness::threads_condition()},
            .operations = {"gather"}};
  }

  template <fan_in_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : width_(values.count("width")),
          enough_(values.count("wait_for") == 0 ? width_ : width_ / 2),
          failing_(values.fraction("failing")),
          work_(values.count("work")),
          threads_(static_cast<std::size_t>(values.threads())),
          fan_(runtime_) {}

    void step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      const auto given = std::make_shared<task>();
      given->number = ++mine.tasks;
      for (std::int64_t i = 0; i < width_; ++i)
        given->fails[index(i)] = self.random.chance(failing_);
      // Workers that nobody waits for any more may still be at it: they share the task.
      const combined_parts found = fan_.gather(
          width_, enough_,
          [this, given](std::int64_t worker) { return do_part(*given, worker); });
      mine.see(*given, found, *this);
    }

    // Whoever was left behind has ended, or else is missed in verify.
    void settle() const {
      const auto until = sync::clock::now() + patience;
      while (ended_.load() < expected() && sync::clock::now() < until) sync::yield();
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      thread_state sum;
      for (const thread_state& each : threads_) {
        sum.too_few += each.too_few;
        sum.repeated += each.repeated;
        sum.wrong_sum += each.wrong_sum;
        sum.wrong_failures += each.wrong_failures;
        sum.unseen += each.unseen;
      }
      return harness::first_failure(
          {harness::expect_equal("workers that ended", ended_.load(), "started",
                                 expected()),
           harness::expect_equal("results with too few parts", sum.too_few, "allowed", 0),
           harness::expect_equal("parts counted twice", sum.repeated, "allowed", 0),
           harness::expect_equal("wrong sums", sum.wrong_sum, "allowed", 0),
           harness::expect_equal("wrong numbers of failures", sum.wrong_failures,
                                 "allowed", 0),
           harness::expect_equal("workers whose doings were not seen", sum.unseen,
                                 "allowed", 0)});
    }

   private:
    static constexpr std::size_t widest = 64;
    static constexpr std::chrono::seconds patience{6};

    struct task {
      std::int64_t number = 0;
      std::array<bool, widest> fails{};
      // Written by the workers. No atomics: whoever has a worker's part sees what it did, and
      // the race run sees whether that is so.
      std::array<std::int64_t, widest> done{};
    };

    struct alignas(harness::padding) thread_state {
      void see(const task& given, const combined_parts& found, const run& here) {
        std::int64_t sum = 0;
        std::int64_t failed = 0;
        for (std::int64_t i = 0; i < here.width_; ++i) {
          if (!found.has(i)) continue;
          const bool fails = given.fails[index(i)];
          failed += fails ? 1 : 0;
          sum += fails ? 0 : value_of(given, i);
          unseen += given.done[index(i)] == given.number ? 0 : 1;
        }
        too_few += found.count() < here.enough_ ? 1 : 0;
        repeated += found.repeated();
        wrong_sum += found.sum() == sum ? 0 : 1;
        wrong_failures += found.failed() == failed ? 0 : 1;
      }

      std::int64_t tasks = 0;
      std::int64_t too_few = 0;
      std::int64_t repeated = 0;
      std::int64_t wrong_sum = 0;
      std::int64_t wrong_failures = 0;
      std::int64_t unseen = 0;
    };

    static std::size_t index(std::int64_t worker) {
      return static_cast<std::size_t>(worker);
    }
    static std::int64_t value_of(const task& given, std::int64_t worker) {
      return given.number * 1000 + worker * worker;
    }

    std::int64_t do_part(task& given, std::int64_t worker) {
      harness::work(work_);
      given.done[index(worker)] = given.number;
      const std::int64_t value = value_of(given, worker);
      const bool fails = given.fails[index(worker)];
      // Relaxed: only counts; what a worker did is handed on with its part.
      ended_.fetch_add(1, std::memory_order_relaxed);
      if (fails) throw part_error();
      return value;
    }

    std::int64_t expected() const {
      std::int64_t tasks = 0;
      for (const thread_state& each : threads_) tasks += each.tasks;
      return tasks * width_;
    }

    const std::int64_t width_;
    const std::int64_t enough_;
    const double failing_;
    const std::int64_t work_;
    std::vector<thread_state> threads_;
    alignas(harness::padding) std::atomic<std::int64_t> ended_{0};
    runtime runtime_;
    typename Subject::fan fan_;
  };
};

}  // namespace tussle::workloads::use_cases
