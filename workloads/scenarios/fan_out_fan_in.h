// fan_out_fan_in.h: what does it cost to spread work over threads and to add up what they find?
//
// Question:  what does a fan cost, from the first part that is handed out to the sum, as there
//            are more parts and more work in each?
// Invariant: the sum is that of all parts, each done once, and who adds up sees what they did.
// A failure means: a part was lost, done twice, or added before it was there.
//
// A step is one fan. The use case fan_in (UC-11) asks for more: there workers fail, some are
// not waited for, and who is left behind must disturb nobody. Here all succeed and all are
// waited for, so that barriers and latches can play, and a fan is wide.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads {

template <typename S>
concept fan_out_subject = std::constructible_from<typename S::fan_out, runtime&> &&
    requires(typename S::fan_out fan, std::int64_t width,
             std::int64_t (*part)(std::int64_t index)) {
  // The sum of part(0) ... part(width - 1), each called once, on whichever threads. When it
  // returns, nobody uses `part` any more.
  { fan.sum(width, part) } -> std::same_as<std::int64_t>;
};

struct fan_out_fan_in {
  static harness::workload_info info() {
    return {.name = "fan_out_fan_in",
            .question =
                "What does it cost to spread work over threads and to add up what they "
                "find?",
            .invariant = "The sum is that of all parts, each done once.",
            .failure = "A part was lost, done twice, or added before it was there.",
            .role = "fan_out",
            .conditions = {{.name = "width",
                            .unit = "parts",
                            .description = "Parts that a fan consists of.",
                            .default_values = {10, 100},
                            .minimum = 2,
                            .maximum = 1000,
                            .drawn_maximum = 20},
                           {.name = "work",
                            .unit = "work units",
                            .description = "Work of one part; about 1 ns a unit.",
                            .default_values = {0, 1000},
                            .minimum = 0,
                            .maximum = 1'000'000,
                            .drawn_maximum = 10'000},
                           harness::threads_condition()},
            .operations = {"fan"}};
  }

  template <fan_out_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : width_(values.count("width")), work_(values.count("work")), fan_(runtime_) {
      threads_.reserve(static_cast<std::size_t>(values.threads()));
      for (int i = 0; i < values.threads(); ++i)
        threads_.emplace_back(static_cast<std::size_t>(width_));
    }

    void step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      const std::int64_t fan = ++mine.fans;
      const std::int64_t found = fan_.sum(width_, [this, &mine, fan](std::int64_t index) {
        harness::work(work_);
        ++mine.done[static_cast<std::size_t>(index)];
        return value_of(fan, index);
      });
      mine.see(found, width_);
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      std::int64_t wrong_sums = 0;
      std::int64_t not_once = 0;
      for (const thread_state& each : threads_) {
        wrong_sums += each.wrong_sums;
        not_once += each.not_once;
      }
      return harness::first_failure(
          {harness::expect_equal("parts that were not seen done once", not_once,
                                 "allowed", 0),
           harness::expect_equal("wrong sums", wrong_sums, "allowed", 0)});
    }

   private:
    struct alignas(harness::padding) thread_state {
      explicit thread_state(std::size_t width) : done(width) {}

      void see(std::int64_t sum, std::int64_t width) {
        std::int64_t right = 0;
        for (std::int64_t i = 0; i < width; ++i) {
          right += value_of(fans, i);
          std::int64_t& times = done[static_cast<std::size_t>(i)];
          not_once += times == fans ? 0 : 1;
          times = fans;
        }
        wrong_sums += sum == right ? 0 : 1;
      }

      std::int64_t fans = 0;
      // How often each part was done. No atomics: who has the sum sees what the parts did, and
      // the race run sees whether that is so.
      std::vector<std::int64_t> done;
      std::int64_t wrong_sums = 0;
      std::int64_t not_once = 0;
    };

    // Of another fan it is another one, and no two parts of a fan make up for each other.
    static std::int64_t value_of(std::int64_t fan, std::int64_t index) {
      return fan * 1001 + index * index;
    }

    const std::int64_t width_;
    const std::int64_t work_;
    std::vector<thread_state> threads_;
    runtime runtime_;
    typename Subject::fan_out fan_;
  };
};

}  // namespace tussle::workloads
