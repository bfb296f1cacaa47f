// tbb_tasks.h (subjects): tasks of oneTBB. Who waits for a group runs tasks himself.
#pragma once

#if defined(TUSSLE_HAS_TBB)
#include <oneapi/tbb/task_group.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>
#endif

#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::subjects {

inline constexpr const char* tbb_package = "libtbb-dev";

inline harness::subject_info tbb_info(std::string name, std::string description) {
  return {
      .name = std::move(name),
      .kind = harness::subject_kind::baseline,
      .description = std::move(description),
      .source = "workloads/subjects/tbb_tasks.h",
      .not_race_checkable =
          "the distribution's oneTBB is not instrumented: the order between a task and "
          "who waits for it is invisible to ThreadSanitizer"};
}

struct tbb_fan_out {
  static harness::subject_info info() {
    return tbb_info("tbb_fan_out",
                    "A oneapi::tbb::task_group with a task for each part.");
  }

#if defined(TUSSLE_HAS_TBB)
  class fan_out {
   public:
    explicit fan_out(runtime& /*on*/) {}

    template <typename Part>
    std::int64_t sum(std::int64_t width, const Part& part) {
      std::vector<std::int64_t> results(static_cast<std::size_t>(width));
      oneapi::tbb::task_group parts;
      for (std::int64_t i = 0; i < width; ++i) {
        parts.run(
            [&results, &part, i] { results[static_cast<std::size_t>(i)] = part(i); });
      }
      parts.wait();
      return std::accumulate(results.begin(), results.end(), std::int64_t{0});
    }
  };
#endif
};

struct tbb_spawner {
  static harness::subject_info info() {
    return tbb_info("tbb_spawner", "A oneapi::tbb::task_group for each task.");
  }

#if defined(TUSSLE_HAS_TBB)
  class started {
   public:
    template <typename F>
    explicit started(F task) : there_(std::make_unique<result>()) {
      there_->group.run(
          [to = there_.get(), task = std::move(task)] { to->value = task(); });
    }
    std::int64_t get() {
      there_->group.wait();
      return there_->value;
    }

   private:
    struct result {
      oneapi::tbb::task_group group;
      std::int64_t value = 0;
    };
    std::unique_ptr<result> there_;
  };

  struct spawner {
    explicit spawner(runtime& /*on*/) {}
    template <typename F>
    started start(F task) {
      return started(std::move(task));
    }
  };
#endif
};

}  // namespace tussle::workloads::subjects
