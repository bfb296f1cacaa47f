// logger_registry.h (UC-14): does every period get one timer, and does every timer end?
//
// Question:  what does a registry cost in which the first registration has a side effect?
// Invariant: every recorded period has one running timer; every function that was registered
//            is in one list, once; only a start that failed refuses a registration; timers
//            that were started, less those that were destroyed, are those that are recorded;
//            after stop there are none.
// A failure means: a timer was started whose handle nobody has, or a function was registered
//            that nobody will call.
//
// Functions come for one period after another, a few for each, so that the first of a period
// meet again and again. Now and then somebody stops everything while others register: what
// comes later is recorded anew. The variants of the contract are subjects: a on refs (a planted
// one whose body starts the timer, which leaks by design, and its repair), b on an atom, c on an
// agent.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/account_of.h"
#include "workloads/use_cases/timers.h"

namespace tussle::workloads::use_cases {

// What was recorded for a period when it was stopped. Functions are known by their numbers.
struct stopped_period {
  bool timer_ran;
  std::vector<std::int64_t> functions;
};

template <typename S>
concept logger_registry_subject =
    std::constructible_from<typename S::registry, runtime&, timer_service&> &&
    requires(typename S::registry registry, std::int64_t n,
             void (*f)(const stopped_period&)) {
  registry.add(n, n);   // a function for a period; timer_error: it is not registered
  registry.catch_up();  // what this thread added before is registered, or refused
  { registry.lists(n, n) } -> std::same_as<bool>;
  registry.stop(f);  // destroys all timers, and calls f for what was recorded
  { registry.refused() } -> std::same_as<std::int64_t>;  // beside what add threw
  // Whether two timers of one period may run for a moment.
  { S::doubles_for_a_moment } -> std::convertible_to<bool>;
};

struct logger_registry {
  static harness::workload_info info() {
    return {
        .name = "logger_registry",
        .question =
            "What does a registry cost in which the first registration has a side "
            "effect?",
        .invariant =
            "Every period has one timer and every function is listed once; "
            "started less destroyed timers are the recorded ones, none after "
            "stop.",
        .failure =
            "A timer was started whose handle nobody has, or a function was "
            "registered that nobody will call.",
        .role = "logger_registry",
        .conditions = {{.name = "functions",
                        .unit = "functions",
                        .description = "How many are registered for one period.",
                        .default_values = {4},
                        .minimum = 1,
                        .maximum = 1000,
                        .drawn_maximum = 64},
                       {.name = "start_fails",
                        .unit = "",
                        .description = "Whether every seventh start of a timer fails.",
                        .default_values = {0, 1},
                        .minimum = 0,
                        .maximum = 1,
                        .labels = {"no", "yes"}},
                       harness::threads_condition()},
        .operations = {"add", "look", "stop"}};
  }

  template <logger_registry_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : functions_(values.count("functions")),
          threads_(static_cast<std::size_t>(values.threads())),
          timers_(values.count("start_fails") == 1 ? 7 : 0),
          registry_(runtime_, timers_) {}

    // Returns which of the operations it was.
    std::size_t step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      // Relaxed: a number that nobody else has; it publishes nothing.
      const std::int64_t function = next_.fetch_add(1, std::memory_order_relaxed);
      if (function % functions_a_stop == functions_a_stop - 1) {
        stop(mine);
        return 2;
      }
      // Looking is also what bounds how far an asynchronous registry may lag behind.
      if (++mine.added % additions_a_look == 0) {
        add_and_look(mine, function);
        return 1;
      }
      add(mine, function);
      return 0;
    }

    void settle() { registry_.catch_up(); }

    harness::verdict verify(const harness::tally& /*done*/) {
      const timer_service::counts before = timers_.counted();
      thread_state last;
      stop(last);
      const auto recorded_at_end = last.recorded;
      for (const thread_state& each : threads_) last.take(each);
      const timer_service::counts timers = timers_.counted();
      const std::int64_t refused = last.refused + registry_.refused();
      harness::verdict found = harness::first_failure(
          {harness::expect_equal("functions listed", listed_once(last), "registered",
                                 last.added - refused),
           harness::expect_equal("functions listed again",
                                 count_of(last.listed) - listed_once(last), "allowed", 0),
           harness::expect_equal("registrations refused", refused, "starts that failed",
                                 timers.failed),
           harness::expect_equal("functions missing when looked for", last.missing,
                                 "allowed", 0),
           harness::expect_equal("periods without a timer", last.without_timer, "allowed",
                                 0),
           harness::expect_equal("timers before the last stop",
                                 before.started - before.destroyed, "recorded",
                                 recorded_at_end),
           harness::expect_equal("timers after stop", timers.started - timers.destroyed,
                                 "allowed", 0),
           harness::expect_equal("timers destroyed that did not run", timers.misused,
                                 "allowed", 0),
           harness::expect_equal("second timers of a period",
                                 Subject::doubles_for_a_moment ? 0 : timers.doubled,
                                 "allowed", 0)});
      // Variant a: what leaks is explained, to the last timer.
      if constexpr (requires { registry_.in_vain(); }) {
        const harness::verdict explained = harness::expect_equal(
            "timers leaked", timers.started - timers.destroyed,
            "attempts that started one and did not commit", registry_.in_vain());
        found.message += "; " + explained.message;
        found.passed = found.passed && explained.passed;
      }
      return with_account_of(registry_, std::move(found));
    }

   private:
    struct alignas(harness::padding) thread_state {
      void take(const thread_state& other) {
        added += other.added;
        refused += other.refused;
        missing += other.missing;
        without_timer += other.without_timer;
        listed.insert(listed.end(), other.listed.begin(), other.listed.end());
      }

      std::int64_t added = 0;
      std::int64_t refused = 0;
      std::int64_t missing = 0;
      std::int64_t recorded = 0;  // periods, at all stops
      std::int64_t without_timer = 0;
      std::vector<std::int64_t> listed;  // at all stops
    };

    static constexpr std::int64_t functions_a_stop = 4096;
    static constexpr std::int64_t additions_a_look = 32;

    static std::int64_t count_of(const std::vector<std::int64_t>& functions) {
      return static_cast<std::int64_t>(functions.size());
    }

    std::int64_t listed_once(const thread_state& all) const {
      std::vector<bool> seen(static_cast<std::size_t>(next_.load()));
      for (const std::int64_t function : all.listed)
        seen[static_cast<std::size_t>(function)] = true;
      return std::count(seen.begin(), seen.end(), true);
    }

    bool add(thread_state& mine, std::int64_t function) {
      try {
        registry_.add(function / functions_, function);
        return true;
      } catch (const timer_error&) {
        ++mine.refused;
        return false;
      }
    }

    // Judges only where no stop and no refusal can have come between.
    void add_and_look(thread_state& mine, std::int64_t function) {
      const std::int64_t refused = registry_.refused();
      const std::int64_t begun = stops_begun_.load();
      const bool undisturbed = stops_ended_.load() == begun;
      const bool added = add(mine, function);
      registry_.catch_up();
      const bool listed = registry_.lists(function / functions_, function);
      if (added && undisturbed && stops_begun_.load() == begun &&
          registry_.refused() == refused)
        mine.missing += listed ? 0 : 1;
    }

    void stop(thread_state& mine) {
      stops_begun_.fetch_add(1);
      registry_.stop([&](const stopped_period& each) {
        ++mine.recorded;
        mine.without_timer += each.timer_ran ? 0 : 1;
        mine.listed.insert(mine.listed.end(), each.functions.begin(),
                           each.functions.end());
      });
      stops_ended_.fetch_add(1);
    }

    const std::int64_t functions_;
    std::vector<thread_state> threads_;
    alignas(harness::padding) std::atomic<std::int64_t> next_{0};
    alignas(harness::padding) std::atomic<std::int64_t> stops_begun_{0};
    std::atomic<std::int64_t> stops_ended_{0};
    timer_service timers_;
    runtime runtime_;
    typename Subject::registry registry_;
  };
};

}  // namespace tussle::workloads::use_cases
