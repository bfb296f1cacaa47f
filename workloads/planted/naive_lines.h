// naive_lines.h (planted): serial_counter with two workers where there must be one.
//
// overtaking_line: two workers take what is in one line. A lock for each target keeps
//                  increments from meeting, but while one worker applies what it took the
//                  other may take what came later, and be first.
// The mend:        subjects/serial_lines.h: a target belongs to one worker, or whoever finds it
//                  idle keeps it until nothing waits.
// Must be caught by: verification of serial_counter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/increments.h"
#include "workloads/subjects/serial_lines.h"
#include "workloads/subjects/work_line.h"

namespace tussle::workloads::planted {

struct overtaking_line {
  static harness::subject_info info() {
    return {.name = "overtaking_line",
            .kind = harness::subject_kind::planted,
            .description = "Two threads that take from one line, and a lock a target.",
            .source = "workloads/planted/naive_lines.h",
            .breaks_invariant = harness::expectation::may};
  }

  class lines {
   public:
    lines(runtime& /*on*/, std::int64_t targets)
        : targets_(static_cast<std::size_t>(targets)) {
      for (int i = 0; i < 2; ++i) workers_.emplace_back([this] { apply_all(); });
    }
    ~lines() { finish(); }
    lines(const lines&) = delete;
    lines& operator=(const lines&) = delete;

    void send(std::int64_t target, const increment& one) { line_.put({target, one}); }
    void finish() {
      line_.close();
      workers_.clear();  // joins
    }
    std::int64_t value(std::int64_t target) const {
      return targets_[static_cast<std::size_t>(target)].value;
    }

   private:
    struct counted {
      std::mutex lock;
      std::int64_t value = 0;
    };

    void apply_all() {
      for (std::deque<subjects::sent_increment> taken; line_.take_all(taken);
           taken.clear()) {
        sync::schedule_point("planted.overtaking_line.taken");
        sync::yield();  // what happens now and then, often
        for (const subjects::sent_increment& each : taken) {
          counted& to = targets_[static_cast<std::size_t>(each.target)];
          const std::lock_guard held(to.lock);
          to.value = each.what(to.value);
        }
      }
    }

    std::vector<counted> targets_;
    subjects::work_line<subjects::sent_increment> line_;
    std::vector<std::jthread> workers_;
  };
};

}  // namespace tussle::workloads::planted
