// results.h: what comes once (promises, delays, futures), and what is sent to agents, while
// somebody else does something about it. Executors are manual: a task runs where an actor
// says so, and every other moment is the scheduler's.
#pragma once

#include <array>

#include "harness/litmus/program.h"
#include "primitives/agent/agent.h"
#include "primitives/reference/errors.h"
#include "primitives/sync/plain.h"
#include "primitives/task/delay.h"
#include "primitives/task/future.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/promise.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::litmus {

using namespace tussle::litmus;  // NOLINT(google-build-using-namespace): a table's words

struct promise_publishes {
  static program_info info() {
    return {.name = "promise.publishes",
            .question = "Does who sees a promise delivered see what came before?",
            .statement = "PRM-1",
            .source = "workloads/litmus/results.h"};
  }
  static constexpr std::array outcomes = {
      outcome{7, acceptable, "delivered, and visible"},
      outcome{9, acceptable, "not delivered yet"},
      outcome{0, forbidden, "delivered before what came first"},
  };

  sync::plain<int> cargo{0};
  promise<int> arrived;
  int seen = 9;

  void actor_1() {
    cargo.write(7);
    static_cast<void>(arrived.deliver(1));
  }
  void actor_2() {
    if (arrived.is_realized()) seen = cargo.read();
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

struct promise_delivered_twice {
  static program_info info() {
    return {.name = "promise.delivered_twice",
            .question = "Does one of two deliveries win, and its value stand?",
            .statement = "PRM-3",
            .source = "workloads/litmus/results.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, 0, 1, acceptable, "actor 1 was first"},
      outcome{0, 1, 2, acceptable, "actor 2 was first"},
      outcome{1, 1, 1, forbidden, "both believe that they won"},
      outcome{1, 1, 2, forbidden, "both believe that they won"},
  };

  promise<int> p;
  int first = 0;
  int second = 0;

  void actor_1() { first = p.deliver(1) ? 1 : 0; }
  void actor_2() { second = p.deliver(2) ? 1 : 0; }
  std::array<int, 3> arbiter() { return {first, second, p.get()}; }
};

struct delay_forced_twice {
  static program_info info() {
    return {.name = "delay.forced_twice",
            .question = "Does the body run once, whoever forces?",
            .statement = "DLY-2",
            .source = "workloads/litmus/results.h"};
  }
  static constexpr std::array outcomes = {
      outcome{7, 7, 1, acceptable, "one run, and both have its value"},
      outcome{7, 7, 2, forbidden, "two runs"},
  };

  sync::plain<int> runs{0};
  delay<int> d = make_delay([this] {
    runs.write(runs.read() + 1);
    return 7;
  });
  int first = 0;
  int second = 0;

  void actor_1() { first = d.force(); }
  void actor_2() { second = d.force(); }
  std::array<int, 3> arbiter() { return {first, second, runs.read()}; }
};

// What a runtime on manual executors is made of, in the order of their lives.
struct manual_runtime {
  manual_executor work;
  runtime on{work, work};
};

inline constexpr int none = -1;  // no value: cancelled, refused

struct cancel_against_completion {
  static program_info info() {
    return {.name = "future.cancel_against_completion",
            .question = "Does cancelling win if and only if there is no result?",
            .statement = "FUT-11",
            .source = "workloads/litmus/results.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, 7, acceptable, "it was done before"},
      outcome{1, none, acceptable, "it was cancelled before"},
      outcome{1, 7, forbidden, "cancelled, and a result all the same"},
      outcome{0, none, forbidden, "not cancelled, and no result"},
  };

  manual_runtime with;
  future<int> f = future_call(with.on, [] { return 7; });
  int cancelled = 0;

  void actor_1() { with.work.run_all(); }
  void actor_2() { cancelled = f.cancel() ? 1 : 0; }
  std::array<int, 2> arbiter() { return {cancelled, result_of(f)}; }

  static int result_of(const future<int>& done) {
    try {
      return done.get();
    } catch (const future_cancelled_error&) {
      return none;
    }
  }
};

struct two_cancel {
  static program_info info() {
    return {.name = "future.two_cancel",
            .question = "Is a future cancelled by one call only?",
            .statement = "FUT-6",
            .source = "workloads/litmus/results.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, 0, none, acceptable, "actor 1 was first"},
      outcome{0, 1, none, acceptable, "actor 2 was first"},
      outcome{1, 1, none, forbidden, "both believe that they did"},
      outcome{0, 0, 7, forbidden, "neither did"},
  };

  manual_runtime with;
  future<int> f = future_call(with.on, [] { return 7; });
  int first = 0;
  int second = 0;

  void actor_1() { first = f.cancel() ? 1 : 0; }
  void actor_2() { second = f.cancel() ? 1 : 0; }
  std::array<int, 3> arbiter() {
    with.work.run_all();
    return {first, second, cancel_against_completion::result_of(f)};
  }
};

inline int plus_one(int present) { return present + 1; }

struct two_send {
  static program_info info() {
    return {.name = "agent.two_send",
            .question = "Is nothing lost where two threads find an agent idle?",
            .statement = "AGT-4",
            .source = "workloads/litmus/results.h"};
  }
  static constexpr std::array outcomes = {
      outcome{2, acceptable, "both actions ran"},
      outcome{1, forbidden, "an action was lost"},
      outcome{3, forbidden, "an action ran twice"},
  };

  manual_runtime with;
  agent<int> a{0, {.on = &with.on}};

  void actor_1() { a.send(plus_one); }
  void actor_2() { a.send(plus_one); }
  std::array<int, 1> arbiter() {
    with.work.run_all();
    return {*a.load()};
  }
};

struct send_against_going_idle : two_send {
  static program_info info() {
    return {.name = "agent.send_against_going_idle",
            .question = "Is an action run that comes while the agent runs out of them?",
            .statement = "AGT-4",
            .source = "workloads/litmus/results.h"};
  }

  send_against_going_idle() { a.send(plus_one); }
  void actor_1() { with.work.run_all(); }
};

struct send_against_shutdown {
  static program_info info() {
    return {.name = "agent.send_against_shutdown",
            .question = "Does an action run if and only if its send was accepted?",
            .statement = "AGT-28",
            .source = "workloads/litmus/results.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, 1, acceptable, "accepted before"},
      outcome{0, 0, acceptable, "refused"},
      outcome{1, 0, forbidden, "accepted, and lost"},
      outcome{0, 1, forbidden, "refused, and run all the same"},
  };

  manual_runtime with;
  agent<int> a{0, {.on = &with.on}};
  int accepted = 0;

  void actor_1() {
    try {
      a.send(plus_one);
      accepted = 1;
    } catch (const executor_rejected_error&) {  // closed before
    }
  }
  void actor_2() { with.work.close(); }
  std::array<int, 2> arbiter() {
    with.work.run_all();
    return {accepted, *a.load()};
  }
};

struct send_against_restart {
  static program_info info() {
    return {.name = "agent.send_against_restart",
            .question = "Does an action that is accepted at a restart run on top of it?",
            .statement = "AGT-19",
            .source = "workloads/litmus/results.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, 11, acceptable, "restarted before"},
      outcome{0, 10, acceptable, "refused: it was failed still"},
      outcome{1, 10, forbidden, "accepted, and lost"},
      outcome{1, 1, forbidden, "run on top of the old value"},
  };

  manual_runtime with;
  agent<int> a{0, {.on = &with.on}};
  int accepted = 0;

  send_against_restart() {
    a.send([](int) -> int { throw 1; });
    with.work.run_all();
  }
  void actor_1() { a.restart(10); }
  void actor_2() {
    try {
      a.send(plus_one);
      accepted = 1;
    } catch (const agent_failed_error&) {  // not restarted yet
    }
  }
  std::array<int, 2> arbiter() {
    with.work.run_all();
    return {accepted, *a.load()};
  }
};

// What waits is dropped, but not what is accepted once the agent is well again.
struct send_against_clearing_restart : send_against_restart {
  static program_info info() {
    return {.name = "agent.send_against_clearing_restart",
            .question = "Does an action that is accepted at a clearing restart run?",
            .statement = "AGT-20",
            .source = "workloads/litmus/results.h"};
  }
  void actor_1() { a.restart(10, restart_queue::clear); }
};

}  // namespace tussle::workloads::litmus
