// logger_registries.h (subjects): the registry of UC-14 on an atom, on an agent and behind a
// mutex.
//
// atom_registry:  starts a timer first and records it afterwards; who comes too late destroys
//                 the timer that nobody will know of.
// agent_registry: actions run one at a time and once, so that an action may start a timer. Its
//                 errors go to a handler, and the agent goes on.
// mutex_registry: looks, starts and records under one lock; a slow start holds everybody up.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "harness/case/case_info.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/atom/atom.h"
#include "primitives/value/map.h"
#include "primitives/value/vector.h"
#include "workloads/use_cases/logger_registry.h"
#include "workloads/use_cases/timers.h"

namespace tussle::workloads::subjects {

// What a registry has for a period. Never changes.
struct logger_entry {
  logger_entry with(std::int64_t function) const {
    return {timer, functions.push_back(function)};
  }
  use_cases::stopped_period stop(std::int64_t period,
                                 use_cases::timer_service& timers) const {
    const bool ran = timers.runs(timer, period);
    if (timer != 0) timers.destroy(timer);
    return {ran, {functions.begin(), functions.end()}};
  }

  use_cases::timer_handle timer = 0;
  value::vector<std::int64_t> functions;
};

using loggers = value::map<std::int64_t, logger_entry>;

inline bool lists(const loggers& all, std::int64_t period, std::int64_t function) {
  const logger_entry* const found = all.find(period);
  if (found == nullptr) return false;
  for (const std::int64_t each : found->functions) {
    if (each == function) return true;
  }
  return false;
}

template <typename F>
void stop_all(const loggers& all, use_cases::timer_service& timers, F& f) {
  all.for_each([&](std::int64_t period, const logger_entry& entry) {
    f(entry.stop(period, timers));
  });
}

struct atom_registry {
  static harness::subject_info info() {
    return {.name = "atom_registry",
            .kind = harness::subject_kind::ours,
            .description =
                "Loggers in a tussle::atom: who loses the race destroys its timer.",
            .source = "workloads/subjects/logger_registries.h",
            .counts_failed_attempts = true};
  }
  static constexpr bool doubles_for_a_moment = true;

  class registry {
   public:
    registry(runtime& /*on*/, use_cases::timer_service& timers) : timers_(timers) {}

    void add(std::int64_t period, std::int64_t function) {
      use_cases::timer_handle fresh = 0;
      bool entered = false;
      while (!entered) {
        // Not in the function of the swap, which runs again for each race that it loses.
        if (fresh == 0 && !all_.load()->contains(period)) fresh = timers_.start(period);
        const auto [before, after] = all_.swap_vals([&](const loggers& all) {
          return entered_in(all, period, {fresh, {}}, function);
        });
        const logger_entry* const found = after->find(period);
        entered = found != nullptr;  // not if a stop came before the swap, and no timer
        if (entered && fresh != 0 && found->timer != fresh) timers_.destroy(fresh);
      }
    }
    void catch_up() {}
    bool lists(std::int64_t period, std::int64_t function) const {
      return subjects::lists(*all_.load(), period, function);
    }
    template <typename F>
    void stop(F f) {
      stop_all(*all_.reset_vals(loggers()).first, timers_, f);
    }
    std::int64_t refused() const { return 0; }

   private:
    static loggers entered_in(const loggers& all, std::int64_t period,
                              const logger_entry& fresh, std::int64_t function) {
      const logger_entry* const found = all.find(period);
      if (found != nullptr) return all.assoc(period, found->with(function));
      return fresh.timer == 0 ? all : all.assoc(period, fresh.with(function));
    }

    use_cases::timer_service& timers_;
    tussle::atom<loggers> all_{loggers()};
  };
};

struct agent_registry {
  static harness::subject_info info() {
    return {.name = "agent_registry",
            .kind = harness::subject_kind::ours,
            .description =
                "Loggers in a tussle::agent, whose actions start the timers: one at a "
                "time.",
            .source = "workloads/subjects/logger_registries.h"};
  }
  static constexpr bool doubles_for_a_moment = false;

  class registry {
   public:
    registry(runtime& on, use_cases::timer_service& timers)
        : timers_(timers),
          all_(loggers(),
               {.error_handler = [this](auto&, auto&) { refused_.fetch_add(1); },
                .on = &on}) {}

    void add(std::int64_t period, std::int64_t function) {
      all_.send([period, function, &timers = timers_](const loggers& all) {
        const logger_entry* const found = all.find(period);
        const logger_entry present =
            found != nullptr ? *found : logger_entry{timers.start(period), {}};
        return all.assoc(period, present.with(function));
      });
    }
    void catch_up() { await(all_); }
    bool lists(std::int64_t period, std::int64_t function) const {
      return subjects::lists(*all_.load(), period, function);
    }
    // Through the queue like everything else, so that what was added before is stopped, too.
    template <typename F>
    void stop(F f) {
      all_.send([&f, &timers = timers_](const loggers& all) {
        stop_all(all, timers, f);
        return loggers();
      });
      await(all_);
    }
    std::int64_t refused() const { return refused_.load(); }

   protected:  // for the planted ones
    use_cases::timer_service& timers_;
    std::atomic<std::int64_t> refused_{0};
    tussle::agent<loggers> all_;
  };
};

struct mutex_registry {
  static harness::subject_info info() {
    return {.name = "mutex_registry",
            .kind = harness::subject_kind::baseline,
            .description = "Loggers in an absl::flat_hash_map behind a std::mutex.",
            .source = "workloads/subjects/logger_registries.h"};
  }
  static constexpr bool doubles_for_a_moment = false;

  class registry {
   public:
    registry(runtime& /*on*/, use_cases::timer_service& timers) : timers_(timers) {}

    void add(std::int64_t period, std::int64_t function) {
      const std::lock_guard held(lock_);
      auto found = all_.find(period);
      if (found == all_.end())
        found = all_.emplace(period, entry{timers_.start(period), {}}).first;
      found->second.functions.push_back(function);
    }
    void catch_up() {}
    bool lists(std::int64_t period, std::int64_t function) const {
      const std::lock_guard held(lock_);
      const auto found = all_.find(period);
      if (found == all_.end()) return false;
      const auto& functions = found->second.functions;
      return std::find(functions.begin(), functions.end(), function) != functions.end();
    }
    template <typename F>
    void stop(F f) {
      absl::flat_hash_map<std::int64_t, entry> taken;
      {
        const std::lock_guard held(lock_);
        // Under the lock: who registers for the period now starts a timer of its own.
        for (auto& [period, each] : all_) each.ran = timers_.runs(each.timer, period);
        for (auto& [period, each] : all_) timers_.destroy(each.timer);
        std::swap(taken, all_);
      }
      for (auto& [period, each] : taken) f({each.ran, std::move(each.functions)});
    }
    std::int64_t refused() const { return 0; }

   private:
    struct entry {
      use_cases::timer_handle timer = 0;
      std::vector<std::int64_t> functions;
      bool ran = false;
    };

    use_cases::timer_service& timers_;
    mutable std::mutex lock_;
    absl::flat_hash_map<std::int64_t, entry> all_;
  };
};

}  // namespace tussle::workloads::subjects
