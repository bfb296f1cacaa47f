// staged_pipeline.h (UC-12): is what comes in transformed and saved, in order, without piling
// up?
//
// Question:  what does it cost to have items transformed by some workers and saved by others,
//            in order?
// Invariant: every accepted item is saved, filtered out or failed, once; those that are saved
//            come out in the order in which they went in; no more than the allowed number of
//            workers is in a stage; no more items are inside than buffers and workers hold;
//            once the source is closed every stage ends, and the last item is not lost.
// A failure means: items were lost, repeated or overtaken, a slow stage makes memory grow, or
//            a stage goes on for ever.
//
// The threads of the team put items in; a step is one put, which waits while there is no room.
// Of the items some are filtered out and some fail, by their numbers.
//
// Teaching: a pipeline is closed at its source, and only there: each stage closes the next one
// when it has delivered everything. Whoever closes the output when *a* worker has found the end
// loses what the others still have.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <stdexcept>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/queued_elements.h"

namespace tussle::workloads::use_cases {

struct item_error : std::runtime_error {
  explicit item_error(std::int64_t which)
      : std::runtime_error("this item cannot be transformed"), item(which) {}
  std::int64_t item;
};

// How wide the stages are, and what lies between them.
struct pipeline_plan {
  std::size_t transformers;
  std::size_t savers;
  std::size_t room;  // of each of the two buffers: before the first stage, and the second

  // Between put() and the last word on an item; what is in hands is counted generously.
  std::int64_t most_inside() const {
    return static_cast<std::int64_t>(2 * room + (transformers + 2) + (savers + 2) + 8);
  }
};

// What the stages do, and what is noted of it. All functions from any threads at once, but
// for `saved`, which is called by one thread at a time.
class pipeline_ledger {
 public:
  pipeline_ledger(const pipeline_plan& plan, std::size_t producers, std::int64_t work,
                  std::int64_t save)
      : plan_(plan), work_(work), save_(save), saved_(producers) {}

  // First stage. None: filtered out. Throws: item_error.
  std::optional<std::int64_t> transform(std::int64_t item) {
    const in_stage here(transforming_, most_transforming_);
    harness::work(work_);
    const std::int64_t kind = item % items_a_turn;
    if (kind == filtered_kind) {
      // Relaxed: counts.
      filtered_.fetch_add(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    if (kind == failing_kind) throw item_error(item);
    return item;
  }
  // Second stage; may block.
  std::int64_t save(std::int64_t item) {
    const in_stage here(saving_, most_saving_);
    harness::work(save_);
    return item;
  }
  // In order.
  void saved(std::int64_t item) { saved_.take(item); }
  void failed(std::int64_t item) {
    if (item % items_a_turn != failing_kind) wrong_failures_.fetch_add(1);
    failed_.fetch_add(1, std::memory_order_relaxed);
  }

  // May be a little less than there are.
  std::int64_t ended() const {
    return saved_.count() + filtered_.load(std::memory_order_relaxed) +
           failed_.load(std::memory_order_relaxed);
  }

  // Of what was put, when all stages have ended.
  harness::verdict judge(std::int64_t put, std::int64_t to_be_saved,
                         std::uint64_t sum_to_be_saved) const {
    return harness::first_failure(
        {harness::expect_equal("items saved, filtered out and failed", ended(), "put",
                               put),
         harness::expect_equal("items saved", saved_.count(), "to be saved", to_be_saved),
         harness::expect_equal("items repeated or out of order", saved_.disordered(),
                               "allowed", 0),
         harness::expect_equal("items saved that are others",
                               saved_.sum() == sum_to_be_saved ? 0 : 1, "allowed", 0),
         harness::expect_equal("failures of items that cannot fail",
                               wrong_failures_.load(), "allowed", 0),
         harness::expect_equal("workers too many in the first stage",
                               std::max<std::int64_t>(0, most_transforming_.load() -
                                                             workers(plan_.transformers)),
                               "allowed", 0),
         harness::expect_equal(
             "workers too many in the second stage",
             std::max<std::int64_t>(0, most_saving_.load() - workers(plan_.savers)),
             "allowed", 0)});
  }

  static bool is_to_be_saved(std::int64_t item) {
    return item % items_a_turn != filtered_kind && item % items_a_turn != failing_kind;
  }

 private:
  static constexpr std::int64_t items_a_turn = 16;
  static constexpr std::int64_t filtered_kind = 5;
  static constexpr std::int64_t failing_kind = 11;

  // Counts who is in a stage, and how many were at most.
  class in_stage {
   public:
    in_stage(std::atomic<std::int64_t>& now, std::atomic<std::int64_t>& most)
        : now_(now) {
      const std::int64_t here = now_.fetch_add(1) + 1;
      std::int64_t seen = most.load();
      while (seen < here && !most.compare_exchange_weak(seen, here)) {
      }
      sync::schedule_point("staged_pipeline.in_stage");
    }
    ~in_stage() { now_.fetch_sub(1); }
    in_stage(const in_stage&) = delete;
    in_stage& operator=(const in_stage&) = delete;

   private:
    std::atomic<std::int64_t>& now_;
  };

  static std::int64_t workers(std::size_t count) {
    return static_cast<std::int64_t>(count);
  }

  const pipeline_plan plan_;
  const std::int64_t work_;
  const std::int64_t save_;
  elements_seen saved_;
  alignas(harness::padding) std::atomic<std::int64_t> filtered_{0};
  std::atomic<std::int64_t> failed_{0};
  std::atomic<std::int64_t> wrong_failures_{0};
  alignas(harness::padding) std::atomic<std::int64_t> transforming_{0};
  std::atomic<std::int64_t> most_transforming_{0};
  alignas(harness::padding) std::atomic<std::int64_t> saving_{0};
  std::atomic<std::int64_t> most_saving_{0};
};

template <typename S>
concept pipeline_subject = std::constructible_from<
    typename S::line, runtime&, const pipeline_plan&, pipeline_ledger&> &&
    requires(typename S::line line, std::int64_t item) {
  // From many threads; waits while there is no room.
  line.put(item);
  // After the last put: everything has been saved, and all stages have ended.
  line.finish();
};

struct staged_pipeline {
  static harness::workload_info info() {
    return {
        .name = "staged_pipeline",
        .question =
            "What does it cost to have items transformed by some workers and saved by "
            "others, in order?",
        .invariant =
            "Every accepted item is saved, filtered out or failed, once; what is saved "
            "comes out in order; no more items are inside than buffers and workers hold.",
        .failure =
            "Items were lost, repeated or overtaken, or a slow stage makes memory grow.",
        .role = "pipeline",
        .conditions = {{.name = "workers",
                        .unit = "workers",
                        .description = "How many work at once in each stage.",
                        .default_values = {2, 4},
                        .minimum = 1,
                        .maximum = 64,
                        .drawn_maximum = 4},
                       {.name = "work",
                        .unit = "units",
                        .description = "What it takes to transform an item.",
                        .default_values = {100},
                        .minimum = 0,
                        .maximum = 1'000'000,
                        .drawn_maximum = 1000},
                       {.name = "save",
                        .unit = "units",
                        .description = "What it takes to save an item.",
                        .default_values = {100},
                        .minimum = 0,
                        .maximum = 1'000'000,
                        .optional = true,
                        .drawn_maximum = 1000},
                       {.name = "room",
                        .unit = "items",
                        .description = "Of each of the two buffers.",
                        .default_values = {16},
                        .minimum = 1,
                        .maximum = 4096,
                        .optional = true,
                        .drawn_maximum = 16},
                       harness::threads_condition({1})},
        .operations = {"item"}};
  }

  template <pipeline_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : plan_{.transformers = static_cast<std::size_t>(values.count("workers")),
                .savers = static_cast<std::size_t>(values.count("workers")),
                .room = static_cast<std::size_t>(values.count("room"))},
          put_(static_cast<std::size_t>(values.threads())),
          ledger_(plan_, put_.size(), values.count("work"), values.count("save")),
          line_(on_, plan_, ledger_) {}

    void step(harness::worker& self) {
      const auto index = static_cast<std::size_t>(self.index());
      producer& mine = put_[index];
      const std::int64_t item = element_of(index, mine.sequence + 1);
      line_.put(item);
      ++mine.sequence;
      // Relaxed: a count, of which the others need no more than about how many.
      mine.count.store(mine.sequence, std::memory_order_relaxed);
      if (pipeline_ledger::is_to_be_saved(item)) mine.to_be_saved.add(item);
      if (mine.sequence % puts_between_looks == 0 && holds_too_many()) ++mine.crowded;
    }

    void settle() { line_.finish(); }

    harness::verdict verify(const harness::tally& /*done*/) const {
      std::int64_t crowded = 0;
      std::int64_t to_be_saved = 0;
      std::uint64_t sum = 0;
      for (const producer& each : put_) {
        crowded += each.crowded;
        to_be_saved += each.to_be_saved.count();
        sum += each.to_be_saved.sum();
      }
      return harness::first_failure(
          {ledger_.judge(count_put(), to_be_saved, sum),
           harness::expect_equal("looks that found more inside than there is room for",
                                 crowded, "allowed", 0)});
    }

   private:
    static constexpr std::int64_t puts_between_looks = 16;

    struct alignas(harness::padding) producer {
      std::int64_t sequence = 0;
      std::int64_t crowded = 0;
      std::atomic<std::int64_t> count{0};
      elements_seen to_be_saved{0};
    };

    std::int64_t count_put() const {
      std::int64_t sum = 0;
      for (const producer& each : put_) sum += each.count.load(std::memory_order_relaxed);
      return sum;
    }
    // What was put is read first, so that it can only look like less.
    bool holds_too_many() const {
      const std::int64_t put = count_put();
      return put - ledger_.ended() >
             plan_.most_inside() + static_cast<std::int64_t>(put_.size());
    }

    const pipeline_plan plan_;
    std::deque<producer> put_;
    runtime on_;
    pipeline_ledger ledger_;
    typename Subject::line line_;
  };
};

}  // namespace tussle::workloads::use_cases
