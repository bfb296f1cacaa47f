// naive_registry.h (planted): UC-14 as it is often written first.
//
// forgetful_loser:  an atom; who loses the race for a period leaves its timer running.
// start_in_swap:    starts the timer in the function of the swap, once for every attempt.
// inverted_test:    an agent whose action starts a timer where there is one, and not where
//                   there is none: the test the wrong way round.
// dies_of_a_timer:  an agent without an error handler: the first start that fails ends it.
// hasty_registry:   an agent's registry that does not wait before it relies on it.
// The mend:         subjects/logger_registries.h.
// Must be caught by: verification of logger_registry.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/atom/atom.h"
#include "primitives/reference/errors.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/subjects/logger_registries.h"
#include "workloads/use_cases/timers.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_registry_info(std::string name,
                                                 std::string description,
                                                 harness::expectation caught) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_registry.h",
          .breaks_invariant = caught};
}

// What both on an atom share.
class naive_atom_registry {
 public:
  explicit naive_atom_registry(use_cases::timer_service& timers) : timers_(timers) {}

  void catch_up() {}
  bool lists(std::int64_t period, std::int64_t function) const {
    return subjects::lists(*all_.load(), period, function);
  }
  template <typename F>
  void stop(F f) {
    subjects::stop_all(*all_.reset_vals(subjects::loggers()).first, timers_, f);
  }
  std::int64_t refused() const { return 0; }

 protected:
  use_cases::timer_service& timers_;
  tussle::atom<subjects::loggers> all_{subjects::loggers()};
};

struct forgetful_loser {
  static harness::subject_info info() {
    return naive_registry_info("forgetful_loser",
                               "Loggers in an atom; the loser of a race leaks its timer.",
                               harness::expectation::may);
  }
  static constexpr bool doubles_for_a_moment = true;

  class registry : public naive_atom_registry {
   public:
    registry(runtime& /*on*/, use_cases::timer_service& timers)
        : naive_atom_registry(timers) {}

    void add(std::int64_t period, std::int64_t function) {
      use_cases::timer_handle fresh = 0;
      if (!all_.load()->contains(period)) fresh = timers_.start(period);
      sync::schedule_point("planted.forgetful_loser.before_swap");
      sync::yield();  // what happens now and then, often
      all_.swap([&](const subjects::loggers& all) {
        return all.update(period, [&](const subjects::logger_entry& present) {
          return subjects::logger_entry{present.timer != 0 ? present.timer : fresh,
                                        present.functions.push_back(function)};
        });
      });
    }
  };
};

struct start_in_swap {
  static harness::subject_info info() {
    return naive_registry_info("start_in_swap",
                               "Loggers in an atom whose update starts the timer.",
                               harness::expectation::may);
  }
  static constexpr bool doubles_for_a_moment = true;

  class registry : public naive_atom_registry {
   public:
    registry(runtime& /*on*/, use_cases::timer_service& timers)
        : naive_atom_registry(timers) {}

    void add(std::int64_t period, std::int64_t function) {
      all_.swap([&](const subjects::loggers& all) {
        return all.update(period, [&](const subjects::logger_entry& present) {
          const use_cases::timer_handle timer =
              present.timer != 0 ? present.timer : timers_.start(period);
          sync::schedule_point("planted.start_in_swap.after_start");
          sync::yield();  // what happens now and then, often
          return subjects::logger_entry{timer, present.functions.push_back(function)};
        });
      });
    }
  };
};

struct inverted_test {
  static harness::subject_info info() {
    return naive_registry_info("inverted_test",
                               "Loggers in an agent; the test for a timer is inverted.",
                               harness::expectation::yes);
  }
  static constexpr bool doubles_for_a_moment = false;

  class registry : public subjects::agent_registry::registry {
   public:
    registry(runtime& on, use_cases::timer_service& timers)
        : subjects::agent_registry::registry(on, timers) {}

    void add(std::int64_t period, std::int64_t function) {
      all_.send([period, function, &timers = timers_](const subjects::loggers& all) {
        const subjects::logger_entry* const found = all.find(period);
        const subjects::logger_entry present =
            found == nullptr ? subjects::logger_entry()
                             : subjects::logger_entry{timers.start(period), {}};
        return all.assoc(period, present.with(function));
      });
    }
  };
};

struct dies_of_a_timer {
  static harness::subject_info info() {
    return naive_registry_info("dies_of_a_timer",
                               "Loggers in an agent that nobody restarts when it fails.",
                               harness::expectation::may);
  }
  static constexpr bool doubles_for_a_moment = false;

  class registry : public subjects::agent_registry::registry {
   public:
    registry(runtime& on, use_cases::timer_service& timers)
        : subjects::agent_registry::registry(on, timers) {
      all_.set_error_mode(error_mode::fail);
    }

    void add(std::int64_t period, std::int64_t function) {
      unless_failed([&] { subjects::agent_registry::registry::add(period, function); });
    }
    // Not by await, which would wait for ever for actions behind the failure.
    void catch_up() {
      unless_failed([&] {
        while (!await_for(patience, all_) && all_.error() == nullptr) {
        }
      });
    }
    template <typename F>
    void stop(F f) {
      unless_failed([&] {
        all_.send([&f, &timers = timers_](const subjects::loggers& all) {
          subjects::stop_all(all, timers, f);
          return subjects::loggers();
        });
        catch_up();
      });
      if (all_.error() != nullptr) subjects::stop_all(*all_.load(), timers_, f);
    }

   private:
    static constexpr std::chrono::milliseconds patience{20};

    template <typename Act>
    static void unless_failed(const Act& act) {
      try {
        act();
      } catch (const agent_failed_error&) {  // nobody looks at errors here
      }
    }
  };
};

struct hasty_registry {
  static harness::subject_info info() {
    return naive_registry_info(
        "hasty_registry", "Loggers in an agent, looked for before they can be there.",
        harness::expectation::may);
  }
  static constexpr bool doubles_for_a_moment = false;

  class registry : public subjects::agent_registry::registry {
   public:
    using subjects::agent_registry::registry::registry;
    void catch_up() {}
  };
};

}  // namespace tussle::workloads::planted
