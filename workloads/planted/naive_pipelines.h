// naive_pipelines.h (planted): UC-12 as it is often written first.
//
// boundless_pipeline: queues without a bound between the stages: a slow stage makes memory grow.
// lost_tail:          the first worker that finds the end closes what comes behind it; what the
//                     others still have is lost.
// as_they_come:       workers hand on what they have done when they have done it.
// The mend:           subjects/pipelines.h.
// Must be caught by:  verification of staged_pipeline.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"
#include "workloads/planted/naive_queues.h"
#include "workloads/subjects/queues.h"
#include "workloads/use_cases/staged_pipeline.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_pipeline_info(std::string name,
                                                 std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_pipelines.h",
          .breaks_invariant = harness::expectation::may};
}

// Threads of two stages, and a queue before each of them.
template <typename Queue, std::size_t most_workers, bool closes_at_first_end>
class pipeline_of_threads {
 public:
  pipeline_of_threads(runtime& /*on*/, const use_cases::pipeline_plan& plan,
                      use_cases::pipeline_ledger& ledger)
      : ledger_(ledger), raw_(plan.room), transformed_(plan.room) {
    const std::size_t transformers = std::min(plan.transformers, most_workers);
    const std::size_t savers = std::min(plan.savers, most_workers);
    transformers_.reserve(transformers);
    for (std::size_t i = 0; i < transformers; ++i)
      transformers_.emplace_back([this] { transform_all(); });
    savers_.reserve(savers);
    for (std::size_t i = 0; i < savers; ++i) savers_.emplace_back([this] { save_all(); });
  }
  ~pipeline_of_threads() { finish(); }
  pipeline_of_threads(const pipeline_of_threads&) = delete;
  pipeline_of_threads& operator=(const pipeline_of_threads&) = delete;

  void put(std::int64_t item) { static_cast<void>(raw_.put(item)); }
  void finish() {
    raw_.close();
    transformers_.clear();  // joins
    transformed_.close();
    savers_.clear();
  }

 private:
  void transform_all() {
    while (const std::optional<std::int64_t> item = raw_.take()) {
      try {
        const std::optional<std::int64_t> result = ledger_.transform(*item);
        sync::schedule_point("planted.pipeline.transformed");
        sync::yield();  // what happens now and then, often
        if (result) static_cast<void>(transformed_.put(*result));
      } catch (const use_cases::item_error& e) {
        ledger_.failed(e.item);
      }
    }
    if (closes_at_first_end) transformed_.close();
  }
  void save_all() {
    while (const std::optional<std::int64_t> item = transformed_.take()) {
      const std::int64_t saved = ledger_.save(*item);
      const std::lock_guard held(saving_);
      ledger_.saved(saved);
    }
  }

  use_cases::pipeline_ledger& ledger_;
  Queue raw_;
  Queue transformed_;
  std::mutex saving_;
  std::vector<std::jthread> transformers_;
  std::vector<std::jthread> savers_;
};

struct boundless_pipeline {
  static harness::subject_info info() {
    return naive_pipeline_info("boundless_pipeline",
                               "Stages with queues without a bound between them.");
  }
  using line = pipeline_of_threads<no_bound::queue, 1, false>;
};

struct lost_tail {
  static harness::subject_info info() {
    return naive_pipeline_info("lost_tail",
                               "A stage whose first worker at the end closes the next.");
  }
  using line = pipeline_of_threads<subjects::condition_queue::queue, 64, true>;
};

struct as_they_come {
  static harness::subject_info info() {
    return naive_pipeline_info("as_they_come",
                               "Workers that hand on what they have done at once.");
  }
  using line = pipeline_of_threads<subjects::condition_queue::queue, 64, false>;
};

}  // namespace tussle::workloads::planted
