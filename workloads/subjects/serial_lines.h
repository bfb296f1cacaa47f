// serial_lines.h (subjects): things that do what they are sent one at a time, in order.
//
// agent_line:  an agent for each target, on the pool for computing.
// thread_line: as many threads as that pool has, each with a deque behind a lock; a target
//              belongs to one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/any_agent.h"
#include "primitives/agent/await.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/increments.h"
#include "workloads/subjects/work_line.h"

namespace tussle::workloads::subjects {

struct agent_line {
  static harness::subject_info info() {
    return {.name = "agent_line",
            .kind = harness::subject_kind::ours,
            .description = "A tussle::agent for each target; send.",
            .source = "workloads/subjects/serial_lines.h"};
  }

  class lines {
   public:
    lines(runtime& on, std::int64_t targets) {
      agents_.reserve(static_cast<std::size_t>(targets));
      for (std::int64_t i = 0; i < targets; ++i)
        agents_.emplace_back(0, agent_options<std::int64_t>{.on = &on});
    }

    void send(std::int64_t target, const increment& one) {
      agents_[static_cast<std::size_t>(target)].send(one);
    }
    void finish() {
      const std::vector<any_agent> all(agents_.begin(), agents_.end());
      await(all);
    }
    std::int64_t value(std::int64_t target) const {
      return *agents_[static_cast<std::size_t>(target)].load();
    }

   private:
    std::vector<agent<std::int64_t>> agents_;
  };
};

// What waits in a line; without a target by default.
struct sent_increment {
  std::int64_t target = -1;
  increment what;
};

struct thread_line {
  static harness::subject_info info() {
    return {
        .name = "thread_line",
        .kind = harness::subject_kind::baseline,
        .description =
            "A few threads, each with a std::deque behind a std::mutex, and each with "
            "its share of the targets.",
        .source = "workloads/subjects/serial_lines.h"};
  }

  class lines {
   public:
    lines(runtime& /*on*/, std::int64_t targets)
        : values_(static_cast<std::size_t>(targets)), lines_(usual_width()) {
      threads_.reserve(lines_.size());
      for (auto& each : lines_) threads_.emplace_back([this, &each] { apply_all(each); });
    }
    ~lines() { finish(); }
    lines(const lines&) = delete;
    lines& operator=(const lines&) = delete;

    void send(std::int64_t target, const increment& one) {
      lines_[static_cast<std::size_t>(target) % lines_.size()].put({target, one});
    }
    void finish() {
      for (auto& each : lines_) each.close();
      threads_.clear();  // joins
    }
    std::int64_t value(std::int64_t target) const {
      return values_[static_cast<std::size_t>(target)];
    }

   private:
    void apply_all(work_line<sent_increment>& from) {
      for (std::deque<sent_increment> taken; from.take_all(taken); taken.clear()) {
        for (const sent_increment& each : taken) {
          std::int64_t& value = values_[static_cast<std::size_t>(each.target)];
          value = each.what(value);
        }
      }
    }

    std::vector<std::int64_t> values_;
    std::vector<work_line<sent_increment>> lines_;
    std::vector<std::jthread> threads_;
  };
};

}  // namespace tussle::workloads::subjects
