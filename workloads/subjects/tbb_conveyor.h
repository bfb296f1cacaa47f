// tbb_conveyor.h (subject): oneTBB's parallel_pipeline, on a thread of its own.
//
// A worker of TBB carries an item through all stages, and what bounds them is how many items are
// under way: as many as all stages have workers. What is put waits in a bounded queue, in which
// the pipeline's first stage waits, too: a thread of TBB's, or its own.
#pragma once

#if defined(TUSSLE_HAS_TBB)
#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <cstddef>
#include <thread>
#include <utility>
#endif

#include "harness/case/case_info.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/pipeline.h"

namespace tussle::workloads::subjects {

struct tbb_conveyor {
  static constexpr const char* needs = "libtbb-dev";

  static harness::subject_info info() {
    return {
        .name = "tbb_conveyor",
        .kind = harness::subject_kind::baseline,
        .description =
            "oneapi::tbb::parallel_pipeline: serial in order at both ends, parallel in "
            "between; workers carry an item through all stages.",
        .source = "workloads/subjects/tbb_conveyor.h",
        .not_race_checkable =
            "the distribution's oneTBB is not instrumented: the order between stages "
            "is invisible to ThreadSanitizer"};
  }

#if defined(TUSSLE_HAS_TBB)
  template <typename Load>
  class line {
    using item = conveyed<Load>;

   public:
    line(runtime& /*on*/, const conveyor_plan& plan, conveyor_ledger<Load>& ledger) {
      waiting_.set_capacity(static_cast<std::ptrdiff_t>(plan.room));
      thread_ = std::jthread([this, plan, &ledger] { run(plan, ledger); });
    }
    ~line() { finish(); }
    line(const line&) = delete;
    line& operator=(const line&) = delete;

    void put(item one) { waiting_.push(std::move(one)); }
    // The end is an item without a number.
    void finish() {
      if (!thread_.joinable()) return;
      waiting_.push(item());
      thread_.join();
    }

   private:
    void run(const conveyor_plan& plan, conveyor_ledger<Load>& ledger) {
      using oneapi::tbb::filter_mode;
      oneapi::tbb::filter<void, item> stages = oneapi::tbb::make_filter<void, item>(
          filter_mode::serial_in_order, [this](oneapi::tbb::flow_control& control) {
            item one;
            waiting_.pop(one);
            if (one.number == 0) control.stop();
            return one;
          });
      for (std::size_t i = 0; i < plan.stages; ++i) {
        stages = stages & oneapi::tbb::make_filter<item, item>(
                              filter_mode::parallel,
                              [&ledger](item one) { return ledger.work_on(one); });
      }
      oneapi::tbb::parallel_pipeline(
          plan.stages * plan.workers,
          stages & oneapi::tbb::make_filter<item, void>(
                       filter_mode::serial_in_order,
                       [&ledger](const item& one) { ledger.done(one); }));
    }

    oneapi::tbb::concurrent_bounded_queue<item> waiting_;
    std::jthread thread_;
  };
#endif
};

}  // namespace tussle::workloads::subjects
