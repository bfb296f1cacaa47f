// ref_registry.h (subjects): the registry of UC-14 on refs.
//
// A body may run again, so it must not start a timer (planted/start_in_body.h does). It records
// that one is wanted, and sends what starts it: what is sent goes out with the commit, once.
// The agent that starts is the only one that does, so that a period never has two; and `stop`
// goes through it, too, behind the starts that were asked for before.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/stm/transact.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/task/runtime.h"
#include "primitives/value/map.h"
#include "workloads/subjects/logger_registries.h"
#include "workloads/use_cases/logger_registry.h"
#include "workloads/use_cases/timers.h"

namespace tussle::workloads::subjects {

using timers_by_period = value::map<std::int64_t, use_cases::timer_handle>;
using functions_by_period = value::map<std::int64_t, value::vector<std::int64_t>>;

// Two refs that change together.
struct registered {
  bool lists(std::int64_t period, std::int64_t function) const {
    return transact([&] {
      const auto all = functions.load();
      const value::vector<std::int64_t>* const found = all->find(period);
      return found != nullptr &&
             std::find(found->begin(), found->end(), function) != found->end();
    });
  }
  void add(std::int64_t period, std::int64_t function) {
    functions.alter([&](const functions_by_period& all) {
      return all.update(period, [function](const value::vector<std::int64_t>& present) {
        return present.push_back(function);
      });
    });
  }
  void record(std::int64_t period, use_cases::timer_handle timer) {
    timers.alter([&](const timers_by_period& all) { return all.assoc(period, timer); });
  }
  void forget(std::int64_t period) {
    timers.alter([&](const timers_by_period& all) { return all.dissoc(period); });
    functions.alter([&](const functions_by_period& all) { return all.dissoc(period); });
  }

  tx_ref<timers_by_period> timers{timers_by_period()};
  tx_ref<functions_by_period> functions{functions_by_period()};
};

// What is taken out of a registry, to be stopped outside any transaction.
struct taken_period {
  std::int64_t period;
  use_cases::timer_handle timer;
  value::vector<std::int64_t> functions;
};

template <typename F>
void stop_each(const std::vector<taken_period>& all, use_cases::timer_service& service,
               F& f) {
  for (const taken_period& each : all) {
    const bool ran = service.runs(each.timer, each.period);
    service.destroy(each.timer);
    f(use_cases::stopped_period{ran, {each.functions.begin(), each.functions.end()}});
  }
}

struct ref_registry {
  static harness::subject_info info() {
    return {.name = "ref_registry",
            .kind = harness::subject_kind::ours,
            .description =
                "Loggers in two tussle::tx_refs; an agent starts what they wish for.",
            .source = "workloads/subjects/ref_registry.h",
            .counts_failed_attempts = true};
  }
  static constexpr bool doubles_for_a_moment = false;

  class registry {
   public:
    registry(runtime& on, use_cases::timer_service& timers)
        : timers_(timers), starter_(0, {.on = &on}) {}

    // Reads `timers` and may not change it; but whoever takes a period away changes both.
    void add(std::int64_t period, std::int64_t function) {
      transact([&] {
        all_.add(period, function);
        if (all_.timers.load()->contains(period)) return;
        all_.record(period, wanted);
        starter_.send([this, period, function](std::int64_t asked) {
          start(period, function);
          return asked + 1;
        });
      });
    }
    void catch_up() { await(starter_); }
    bool lists(std::int64_t period, std::int64_t function) const {
      return all_.lists(period, function);
    }
    template <typename F>
    void stop(F f) {
      starter_.send([this, &f](std::int64_t asked) {
        stop_each(take(), timers_, f);
        return asked;
      });
      await(starter_);
    }
    std::int64_t refused() const { return refused_.load(); }

   private:
    static constexpr use_cases::timer_handle wanted = 0;

    // By the agent. Where no timer starts, whose function asked for it is refused, and the
    // next one in the list asks.
    void start(std::int64_t period, std::int64_t function) {
      for (;;) {
        try {
          const use_cases::timer_handle fresh = timers_.start(period);
          transact([&] { all_.record(period, fresh); });
          return;
        } catch (const use_cases::timer_error&) {
          refused_.fetch_add(1);
          if (!refuse_first(period, function)) return;
        }
      }
    }

    // False: nobody else waits for a timer of this period. Else `function` becomes who does.
    bool refuse_first(std::int64_t period, std::int64_t& function) {
      const std::int64_t refused = function;
      return transact([&] {
        const auto functions = all_.functions.load();
        value::vector<std::int64_t> rest;
        for (const std::int64_t each : functions->at(period)) {
          if (each != refused) rest = std::move(rest).push_back(each);
        }
        if (rest.empty()) {
          all_.forget(period);
          return false;
        }
        function = *rest.begin();
        all_.functions.alter(
            [&](const functions_by_period& all) { return all.assoc(period, rest); });
        return true;
      });
    }

    // By the agent, too. What is still to be started stays: its start stands in line behind.
    std::vector<taken_period> take() {
      return transact([&] {
        std::vector<taken_period> taken;
        const auto timers = all_.timers.load();
        const auto functions = all_.functions.load();
        timers->for_each([&](std::int64_t period, use_cases::timer_handle timer) {
          if (timer != wanted) taken.push_back({period, timer, functions->at(period)});
        });
        for (const taken_period& each : taken) all_.forget(each.period);
        return taken;
      });
    }

    use_cases::timer_service& timers_;
    std::atomic<std::int64_t> refused_{0};
    registered all_;
    agent<std::int64_t> starter_;  // counts what it was asked for
  };
};

}  // namespace tussle::workloads::subjects
