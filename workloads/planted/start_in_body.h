// start_in_body.h (planted): UC-14 a, as it is written first: the body starts the timer.
//
// What is wrong: an attempt that does not commit has started a timer whose handle is thrown
//                away. That many leak: started, less recorded, is the number of attempts that
//                started one and did not commit. `in_vain` counts them, and the verdict shows
//                both.
// The mend:      subjects/ref_registry.h: record the wish, start by what is sent.
// Must be caught by: verification of logger_registry.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/stm/transact.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"
#include "workloads/subjects/ref_registry.h"
#include "workloads/use_cases/timers.h"

namespace tussle::workloads::planted {

struct start_in_body {
  static harness::subject_info info() {
    return {.name = "start_in_body",
            .kind = harness::subject_kind::planted,
            .description = "Loggers in two refs; the body starts the timer.",
            .source = "workloads/planted/start_in_body.h",
            .breaks_invariant = harness::expectation::may};
  }
  static constexpr bool doubles_for_a_moment = true;

  class registry {
   public:
    registry(runtime& /*on*/, use_cases::timer_service& timers) : timers_(timers) {}

    // A start that throws leaves the transaction, and nothing behind.
    void add(std::int64_t period, std::int64_t function) {
      const bool started = transact([&] {
        const bool wanted = !all_.timers.load()->contains(period);
        if (wanted) {
          const use_cases::timer_handle fresh = timers_.start(period);
          attempts_.fetch_add(1);
          sync::schedule_point("planted.start_in_body.started");
          sync::yield();  // what happens now and then, often
          all_.record(period, fresh);
        }
        all_.add(period, function);
        return wanted;
      });
      if (started) committed_.fetch_add(1);
    }
    void catch_up() {}
    bool lists(std::int64_t period, std::int64_t function) const {
      return all_.lists(period, function);
    }
    template <typename F>
    void stop(F f) {
      subjects::stop_each(take(), timers_, f);
    }
    std::int64_t refused() const { return 0; }

    // Attempts that started a timer, and did not commit.
    std::int64_t in_vain() const { return attempts_.load() - committed_.load(); }
    std::string account() const {
      return std::to_string(in_vain()) + " attempts started one and did not commit";
    }

   private:
    std::vector<subjects::taken_period> take() {
      return transact([&] {
        std::vector<subjects::taken_period> taken;
        const auto functions = all_.functions.load();
        all_.timers.load()->for_each(
            [&](std::int64_t period, use_cases::timer_handle timer) {
              taken.push_back({period, timer, functions->at(period)});
            });
        all_.timers.set(subjects::timers_by_period());
        all_.functions.set(subjects::functions_by_period());
        return taken;
      });
    }

    use_cases::timer_service& timers_;
    subjects::registered all_;
    std::atomic<std::int64_t> attempts_{0};
    std::atomic<std::int64_t> committed_{0};
  };
};

}  // namespace tussle::workloads::planted
