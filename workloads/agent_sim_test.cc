// Agents under the controlled scheduler: every interleaving of tiny programs, and the memory
// orders that C++20 allows. Built in mode sim.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/report.h"
#include "harness/schedule/sim/weak_memory.h"
#include "primitives/agent/agent.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/plain.h"
#include "primitives/task/executor.h"
#include "primitives/task/runtime.h"

namespace tussle {
namespace {

// Holds one task: enough for one agent, which is in one executor at a time. Fewer steps than
// a queue with a lock has.
class slot_executor final : public executor {
 public:
  [[nodiscard]] bool submit(task& work) noexcept override {
    // (1) acq_rel; release pairs with (2).
    if (closed_.load(std::memory_order_acquire) != 0) return false;
    task* const overwritten = slot_.exchange(&work, std::memory_order_acq_rel);
    sim::require(overwritten == nullptr, "an agent is submitted once at a time");
    return true;
  }

  bool run_one() {
    task* const work = slot_.exchange(nullptr, std::memory_order_acq_rel);  // (2)
    if (work == nullptr) return false;
    work->run();
    return true;
  }

  void close() { closed_.store(1, std::memory_order_release); }

 private:
  sync::atomic<task*> slot_{nullptr};
  sync::atomic<int> closed_{0};
};

// An agent whose actions note, without synchronisation of their own, what they see: an
// overlap or a missing order is a data race on a marked variable.
class program {
 public:
  slot_executor compute;
  slot_executor blocking;
  runtime home{compute, blocking};
  agent<int> a{0, {.on = &home}};
  sync::plain<int> unguarded{0};
  sync::atomic<int> ran{0};

  auto counted_action() {
    return [this](int n) {
      unguarded.write(unguarded.read() + 1);
      // Relaxed: the worker only wants to know when it may stop.
      ran.fetch_add(1, std::memory_order_relaxed);
      return n + 1;
    };
  }

  // A thread of both executors, until so many actions have run.
  void work(int until) {
    while (ran.load(std::memory_order_relaxed) < until) {
      if (!compute.run_one() && !blocking.run_one()) sync::yield();
    }
    while (compute.run_one() || blocking.run_one()) {
    }
  }
};

void expect_sound(const sim::options& how, const std::function<void()>& what) {
  const sim::result seen = sim::explore(how, what);

  EXPECT_FALSE(seen.failed) << (seen.failed ? sim::render(seen.failed->shown) : "");
  EXPECT_GT(seen.executions, 10U);
  ::testing::Test::RecordProperty("executions", std::to_string(seen.executions));
  if (how.with == sim::strategy::exhaustive) {
    EXPECT_TRUE(seen.complete);
  }
}

// Each program: all interleavings with few preemptions, then drawn ones with spurious failures,
// then what a weak memory may show.
void explore_all_ways(const std::string& name, const std::function<void()>& what) {
  expect_sound({.name = name,
                .with = sim::strategy::exhaustive,
                .most_preemptions = 2,
                .executions = 300'000},
               what);
  expect_sound({.name = name, .executions = 3'000, .within = {.spurious_failures = 2}},
               what);
  expect_sound({.name = name,
                .with = sim::strategy::pct,
                .executions = 3'000,
                .memory = &sim::make_weak_memory},
               what);
}

TEST(agent_sim, AGT_4_two_senders_and_a_worker_lose_nothing_and_run_nothing_twice) {
  explore_all_ways("two senders", [] {
    program p;
    sim::threads({[&] { p.a.send(p.counted_action()).send_off(p.counted_action()); },
                  [&] { p.a.send(p.counted_action()); }, [&] { p.work(3); }});
    sim::require(*p.a.load() == 3, "every action ran once");
    sim::require(p.unguarded.read() == 3, "one after the other");
  });
}

TEST(agent_sim, AGT_29_an_agent_whose_handles_are_dropped_lives_until_it_is_idle) {
  explore_all_ways("dropped handles", [] {
    program p;
    std::optional<agent<int>> mine(std::in_place, 0, agent_options<int>{.on = &p.home});
    std::optional<agent<int>> copy(mine);
    sim::threads({[&] {
                    mine->send(p.counted_action());
                    mine.reset();
                  },
                  [&] {
                    copy->send(p.counted_action());
                    copy.reset();
                  },
                  [&] { p.work(2); }});
    sim::require(p.unguarded.read() == 2, "both ran");
  });
}

TEST(agent_sim, AGT_19_a_failure_a_send_and_a_restart_lose_nothing) {
  explore_all_ways("failure and restart", [] {
    program p;
    sync::atomic<int> accepted{0};
    p.a.send([&p](int n) {
      p.ran.fetch_add(1, std::memory_order_relaxed);
      return n == 0 ? throw 1 : n;
    });
    sim::threads({[&] {
                    try {
                      p.a.send(p.counted_action());
                      accepted.store(1, std::memory_order_relaxed);
                    } catch (const agent_failed_error&) {
                    }
                  },
                  [&] {
                    p.work(1);
                    p.a.restart(10);
                    p.work(1);
                  }});
    p.work(1);
    const int sent = accepted.load(std::memory_order_relaxed);
    sim::require(*p.a.load() == 10 + sent, "what was accepted ran on top of the restart");
  });
}

TEST(agent_sim, AGT_28_a_refusal_takes_along_what_it_refuses_and_nothing_else) {
  explore_all_ways("refusal", [] {
    program p;
    sync::atomic<int> refused{0};
    p.compute.close();
    sim::threads({[&] {
                    try {
                      p.a.send(p.counted_action());
                    } catch (const executor_rejected_error&) {
                      refused.fetch_add(1, std::memory_order_relaxed);
                    }
                  },
                  [&] { p.a.send_off(p.counted_action()); }, [&] { p.work(1); }});
    sim::require(*p.a.load() == 1, "the other executor's action ran");
  });
}

TEST(agent_sim, AGT_22_await_sees_what_was_sent_before_it) {
  explore_all_ways("await", [] {
    program p;
    sim::threads({[&] {
                    p.a.send([&](int n) {
                      p.unguarded.write(5);
                      return n + 1;
                    });
                    await(p.a);
                    sim::require(p.unguarded.read() == 5, "the action is over");
                    sim::require(*p.a.load() == 1, "and its state is there");
                    p.ran.fetch_add(1, std::memory_order_relaxed);
                  },
                  [&] { p.work(1); }});
  });
}

}  // namespace
}  // namespace tussle
