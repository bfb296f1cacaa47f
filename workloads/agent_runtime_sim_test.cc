// Agents on the pools of a runtime, as they are shipped, under the controlled scheduler: what
// becomes of actions for both pools when the runtime ends meanwhile. Built in mode sim.
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <string>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/report.h"
#include "harness/schedule/sim/weak_memory.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/reference/errors.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/plain.h"
#include "primitives/task/runtime.h"

namespace tussle {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

// One thread for each pool, so that an execution stays small.
std::unique_ptr<runtime> small_runtime(shutdown_policy at_end,
                                       sync::atomic<int>& reported) {
  return std::make_unique<runtime>(
      runtime_options{.compute_threads = 1,
                      .blocking = {.most_threads = 1},
                      .at_end = at_end,
                      .uncaught = [&reported](const std::exception_ptr&) {
                        reported.fetch_add(1, relaxed);
                      }});
}

// Sends so many actions in turn to both pools, of which each requires that it is the next one;
// returns how many were accepted.
int send_in_turn(const agent<int>& a, int actions, int first = 0) {
  for (int i = 0; i < actions; ++i) {
    const auto next = [i = first + i](int n) {
      sim::require(n == i, "no action runs behind one that was dropped, or twice");
      return n + 1;
    };
    try {
      if (i % 2 == 0) {
        a.send(next);
      } else {
        a.send_off(next);
      }
    } catch (const executor_rejected_error&) {
      return i;
    }
  }
  return actions;
}

void both_pools_take_turns() {
  sync::atomic<int> reported{0};
  const auto on = small_runtime(shutdown_policy::drain, reported);
  const agent<int> a(0, {.on = on.get()});
  sync::plain<int> unguarded{0};
  const auto add = [&](int n) {
    unguarded.write(unguarded.read() + 1);
    return n + 1;
  };
  sim::threads({[&] { a.send(add).send_off(add); }, [&] { a.send_off(add).send(add); }});
  await(a);
  sim::require(*a.load() == 4 && unguarded.read() == 4,
               "each ran once, one after the other");
}

// Ends with the runtime's destructor: nothing runs after it.
void ended_meanwhile(shutdown_policy how) {
  sync::atomic<int> reported{0};
  auto on = small_runtime(how, reported);
  const agent<int> a(0, {.on = on.get()});
  const int before = send_in_turn(a, 1);
  int later = 0;
  sim::threads({[&] { later = send_in_turn(a, 3, before); }, [&] { on->shutdown(how); }});
  on.reset();
  const int ran = *a.load();
  if (how == shutdown_policy::drain) {
    sim::require(ran == before + later, "what was accepted is drained");
  } else {
    sim::require(ran <= before + later, "nothing runs that was not accepted");
  }
  sim::require(reported.load(relaxed) == 0, "and nothing is reported");
}
void drained_meanwhile() { ended_meanwhile(shutdown_policy::drain); }
void discarded_meanwhile() { ended_meanwhile(shutdown_policy::discard); }

// What an action sends is held until it is over, and may come too late.
void held_sends_meet_the_end() {
  sync::atomic<int> reported{0};
  auto on = small_runtime(shutdown_policy::drain, reported);
  const agent<int> from(0, {.on = on.get()});
  const agent<int> to(0, {.on = on.get()});
  from.send([&to](int n) {
    to.send_off([](int m) { return m + 1; });
    return n + 1;
  });
  sim::threads({[&] { on->shutdown(shutdown_policy::drain); }});
  on.reset();
  sim::require(*from.load() == 1, "it was accepted");
  sim::require(*to.load() + reported.load(relaxed) == 1, "it runs, or somebody is told");
}

// What was accepted before a drain is waited for to its end.
void awaited_while_drained() {
  sync::atomic<int> reported{0};
  auto on = small_runtime(shutdown_policy::drain, reported);
  const agent<int> a(0, {.on = on.get()});
  static_cast<void>(send_in_turn(a, 2));
  sim::threads({[&] {
                  try {
                    await(a);
                    sim::require(*a.load() == 2, "what was sent before has run");
                  } catch (const executor_rejected_error&) {
                  }
                },
                [&] { on->shutdown(shutdown_policy::drain); }});
}

struct program {
  const char* name;
  void (*run)();
};

class agents_on_a_runtime : public testing::TestWithParam<program> {};

void expect_sound(sim::options how, const program& what) {
  how.name = what.name;
  const sim::result seen = sim::explore(how, what.run);
  EXPECT_FALSE(seen.failed) << sim::to_string(how.with)
                            << sim::render(seen.failed->shown);
}

TEST_P(agents_on_a_runtime, AGT_28_hold_whatever_the_schedule) {
  for (const auto how : {sim::strategy::random, sim::strategy::pct, sim::strategy::pos})
    expect_sound({.with = how, .executions = 2'000}, GetParam());
}

TEST_P(agents_on_a_runtime, AGT_28_hold_where_memory_is_weak) {
  expect_sound({.with = sim::strategy::random,
                .executions = 1'000,
                .memory = &sim::make_weak_memory},
               GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    all, agents_on_a_runtime,
    testing::Values(program{"both_pools_take_turns", &both_pools_take_turns},
                    program{"drained_meanwhile", &drained_meanwhile},
                    program{"discarded_meanwhile", &discarded_meanwhile},
                    program{"held_sends_meet_the_end", &held_sends_meet_the_end},
                    program{"awaited_while_drained", &awaited_while_drained}),
    [](const testing::TestParamInfo<program>& each) {
      return std::string(each.param.name);
    });

}  // namespace
}  // namespace tussle
