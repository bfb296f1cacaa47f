// naive_spawner.h (planted): spawn with a result that is read too early.
//
// hasty_spawner: has who asks for the result wait until the task runs, not until it has run.
// The mend:      subjects/spawners.h.
// Must be caught by: verification of spawn, and the race run.
//
// The result is an atomic that both share, so that a result that is read too early is a wrong
// one, and no access to memory that is gone.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"
#include "workloads/subjects/work_line.h"

namespace tussle::workloads::planted {

struct hasty_spawner {
  static harness::subject_info info() {
    return {.name = "hasty_spawner",
            .kind = harness::subject_kind::planted,
            .description = "Results that are read as soon as the task has begun.",
            .source = "workloads/planted/naive_spawner.h",
            .breaks_invariant = harness::expectation::may,
            .races = harness::expectation::may};
  }

  struct result {
    std::atomic<bool> begun{false};
    std::atomic<std::int64_t> value{0};
  };

  class started {
   public:
    explicit started(std::shared_ptr<result> shared) : shared_(std::move(shared)) {}
    std::int64_t get() {
      shared_->begun.wait(false);
      return shared_->value.load();
    }

   private:
    std::shared_ptr<result> shared_;
  };

  class spawner {
   public:
    explicit spawner(runtime& /*on*/) {}

    template <typename F>
    started start(F task) {
      auto shared = std::make_shared<result>();
      pool_.run([shared, task = std::move(task)] {
        shared->begun.store(true);
        shared->begun.notify_all();
        sync::schedule_point("planted.hasty_spawner.begun");
        shared->value.store(task());
      });
      return started(std::move(shared));
    }

   private:
    subjects::fixed_pool pool_{usual_width()};
  };
};

}  // namespace tussle::workloads::planted
