// Do promises, futures and pools hold in every interleaving that the controlled scheduler
// comes upon? Lost wake-ups, leaks and uses after free are findings of its own.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/report.h"
#include "harness/schedule/sim/weak_memory.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/plain.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/delay.h"
#include "primitives/task/future.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/promise.h"
#include "primitives/task/seque.h"
#include "primitives/task/timer.h"

namespace tussle {
namespace {

// Memory that is watched: read only by who may.
struct cargo {
  sync::plain<int> value{0};
};

void deliver_while_two_wait() {
  const promise<std::shared_ptr<cargo>> p;
  const auto wait = [p] {
    sim::require(p.get()->value.read() == 7, "what the deliverer did is visible");
  };
  sim::threads({[p] {
                  auto made = std::make_shared<cargo>();
                  made->value.write(7);
                  sim::require(p.deliver(std::move(made)), "nobody else delivers");
                },
                wait, wait});
}

void two_deliver() {
  const promise<int> p;
  bool first = false;
  bool second = false;
  sim::threads({[&] { first = p.deliver(1); }, [&] { second = p.deliver(2); },
                [p] { sim::require(p.get() > 0, "a value"); }});
  sim::require(first != second, "one of them won");
  sim::require(p.get() == (first ? 1 : 2), "its value stands");
}

void three_force() {
  int runs = 0;
  const auto d = make_delay([&runs] { return ++runs; });
  const auto force = [d] { sim::require(d.force() == 1, "one run"); };
  sim::threads({force, force, force});
}

void cancel_while_it_runs() {
  bool won = false;
  bool cancelled = false;
  {
    runtime on({.blocking = {.most_threads = 1}});
    const auto f = future_call(on, [] { return 1; });
    sim::threads({[&] { won = f.cancel(); },
                  [&] {
                    try {
                      sim::require(f.get() == 1, "the value");
                    } catch (const future_cancelled_error&) {
                      cancelled = true;
                    }
                  }});
    sim::require(won == f.is_cancelled(), "who cancelled it knows");
  }
  sim::require(won == cancelled, "and so does who waits");
}

void futures_wait_for_futures() {
  runtime on;
  const promise<int> p;
  const auto first = future_call(on, [p] { return p.get() + 1; });
  const auto second = future_call(on, [p] { static_cast<void>(p.deliver(1)); });
  sim::require(first.get() == 2, "the later one ran though the first one waits");
  second.get();
}

// Four blocked tasks, whatever the pool thinks of how long tasks take.
void tasks_wait_for_later_ones(std::chrono::nanoseconds patience) {
  runtime on({.blocking = {.patience = patience}});
  const promise<int> p;
  std::vector<future<int>> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.push_back(future_call(on, [p] { return p.get(); }));
  }
  future_call(on, [p] { static_cast<void>(p.deliver(1)); }).get();
  for (const auto& each : waiting) sim::require(each.get() == 1, "it ran to its end");
}
void tasks_wait_for_later_ones_patiently() {
  tasks_wait_for_later_ones(std::chrono::microseconds(50));
}
void tasks_wait_for_later_ones_impatiently() {
  tasks_wait_for_later_ones(std::chrono::nanoseconds(0));
}

// In a way that the pool is not told of: that they stand still is all it can see.
void tasks_block_where_the_pool_cannot_see() {
  sync::mutex mutex;
  sync::condition_variable opened;
  bool open = false;
  runtime on;
  std::vector<future<void>> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(future_call(on, [&, opens = i == 3] {
      const sync::mutex_lock lock(mutex);
      if (opens) {
        open = true;
        opened.notify_all();
      }
      while (!open) opened.wait(mutex);
    }));
  }
  for (const auto& each : all) each.get();
}

// Two that submit to a pool of three, where two tasks wait for either of the others.
void few_threads_and_much_to_do() {
  runtime on({.blocking = {.most_threads = 3}});
  const promise<int> p;
  const auto submit = [&on, p] {
    const auto first = future_call(on, [p] { return p.get(); });
    const auto second = future_call(on, [p] { static_cast<void>(p.deliver(1)); });
    sim::require(first.get() == 1, "the first one");
    second.get();
  };
  sim::threads({submit, submit});
}

void drain_while_tasks_wait() {
  const promise<int> p;
  std::vector<future<int>> waiting;
  {
    runtime on({.at_end = shutdown_policy::drain});
    for (int i = 0; i < 3; ++i) {
      waiting.push_back(future_call(on, [p, i] {
        if (i == 2) static_cast<void>(p.deliver(1));
        return p.get();
      }));
    }
  }
  for (const auto& each : waiting) sim::require(each.get() == 1, "all were drained");
}

// The later one waits until the thread is there that the earlier one starts.
void two_submit_to_a_pool_without_threads() {
  runtime on({.blocking = {.most_threads = 1}});
  const auto call = [&on] {
    sim::require(future_call(on, [] { return 1; }).get() == 1, "it ran");
  };
  sim::threads({call, call});
}

void shut_down_while_one_submits() {
  std::optional<future<int>> accepted;
  runtime on({.blocking = {.most_threads = 1}});
  sim::threads({[&] { on.shutdown(shutdown_policy::discard); },
                [&] {
                  try {
                    accepted = future_call(on, [] { return 1; });
                  } catch (const executor_rejected_error&) {
                    return;
                  }
                }});
  if (!accepted) return;
  try {
    sim::require(accepted->get() == 1, "it ran");
  } catch (const executor_rejected_error&) {  // or it was discarded; but it is settled
  }
}

// Whoever asks second, too, can rely on nothing being accepted afterwards.
void two_shut_down() {
  runtime on;
  const auto shut_down = [&on] {
    on.shutdown(shutdown_policy::drain);
    bool refused = false;
    try {
      static_cast<void>(future_call(on, [] { return 1; }));
    } catch (const executor_rejected_error&) {
      refused = true;
    }
    sim::require(refused, "nothing is accepted after a shutdown");
  };
  sim::threads({shut_down, shut_down});
}

// Throws when it is moved for the second time, and lets others run meanwhile.
struct throws_when_stored {
  explicit throws_when_stored(int moves) : left(moves) {}
  throws_when_stored(throws_when_stored&& other) : left(other.left - 1) {
    sync::schedule_point("moved");
    if (left == 0) throw left;
  }
  int left;
};

void a_delivery_that_fails_beside_another() {
  const promise<throws_when_stored> p;
  bool delivered = false;
  sim::threads({[p] {
                  try {
                    sim::require(!p.deliver(throws_when_stored(1)), "its move throws");
                  } catch (int) {  // or the other one was first
                  }
                },
                [p, &delivered] { delivered = p.deliver(throws_when_stored(9)); }});
  sim::require(delivered && p.is_realized(), "the other one is not turned away for it");
}

void read_ahead() {
  runtime on({.blocking = {.most_threads = 1}});
  seque<int> ahead(on, 1, [n = 0]() mutable {
    return n == 3 ? std::optional<int>() : std::optional<int>(n++);
  });
  for (int i = 0; i < 3; ++i) sim::require(ahead.next() == i, "in order");
  sim::require(!ahead.next(), "and then the end");
}

void leave_what_is_read_ahead() {
  runtime on({.blocking = {.most_threads = 1}});
  seque<int> ahead(on, 1, [] { return std::optional<int>(1); });
  sim::require(ahead.next() == 1, "one element");
}

// Two that submit, where the system may give no thread when it is asked for one. Who is
// refused does the work himself; nobody waits for what nobody runs.
void starts_fail(thread_pool_options options) {
  runtime on({.blocking = options});
  const promise<int> p;
  const auto submit = [&on, p] {
    std::optional<future<int>> waits;
    try {
      waits = future_call(on, [p] { return p.get(); });
    } catch (const executor_rejected_error&) {
    }
    try {
      future_call(on, [p] { static_cast<void>(p.deliver(1)); }).get();
    } catch (const executor_rejected_error&) {
      static_cast<void>(p.deliver(1));
    }
    if (waits) sim::require(waits->get() == 1, "it ran to its end");
  };
  sim::threads({submit, submit});
}
void starts_fail_patiently() { starts_fail({}); }
void starts_fail_impatiently() { starts_fail({.patience = std::chrono::nanoseconds(0)}); }
// Threads that find nothing end at once.
void starts_fail_restlessly() {
  starts_fail({.idle_time = std::chrono::nanoseconds(1),
               .patience = std::chrono::nanoseconds(0)});
}

// One task waits; what it waits for is left to a thread that is being started for another
// task, and that task alone is refused when the start fails.
void a_start_fails_that_others_rely_on() {
  runtime on;
  const promise<int> p;
  std::optional<future<int>> waits;
  try {
    waits = future_call(on, [p] { return p.get(); });
  } catch (const executor_rejected_error&) {
    return;
  }
  sim::threads({[&on] {
                  try {
                    static_cast<void>(future_call(on, [] {}));
                  } catch (const executor_rejected_error&) {
                  }
                },
                [&on, p] {
                  try {
                    future_call(on, [p] { static_cast<void>(p.deliver(1)); }).get();
                  } catch (const executor_rejected_error&) {
                    static_cast<void>(p.deliver(1));
                  }
                }});
  sim::require(waits->get() == 1, "it ran to its end");
}

void timed_calls_and_cancels() {
  int ran = 0;
  int cancelled = 0;
  {
    manual_executor runs;
    timer t(runs);
    const auto ask = [&] {
      const auto one =
          t.at(sync::clock::now() + std::chrono::milliseconds(1), [&] { ++ran; });
      if (one.cancel()) ++cancelled;
    };
    sim::threads({ask, ask});
    // What the timer has taken it hands over, if it has not yet.
    while (static_cast<int>(runs.pending()) < 2 - cancelled) sync::yield();
    runs.run_all();
  }
  sim::require(ran + cancelled == 2, "each ran or was cancelled");
}

void a_timer_ends_while_one_asks() {
  manual_executor runs;
  timer t(runs);
  sim::threads({[&] { t.shutdown(); },
                [&] {
                  try {
                    t.at(sync::clock::now() + std::chrono::milliseconds(1), [] {});
                  } catch (const executor_rejected_error&) {
                  }
                }});
}

struct program {
  const char* name;
  void (*run)();
};

class tasks_in_sim : public testing::TestWithParam<program> {};
class tasks_in_sim_without_threads : public testing::TestWithParam<program> {};

sim::result explored(const program& what, sim::strategy how, bool weak,
                     int failed_starts = 0) {
  sim::options options{.name = what.name, .with = how};
  options.executions = failed_starts == 0 ? 1'500 : 4'000;
  if (weak) options.memory = &sim::make_weak_memory;
  options.within.failed_starts = failed_starts;
  return sim::explore(options, what.run);
}

TEST_P(tasks_in_sim, hold_whatever_the_schedule) {
  for (const auto how : {sim::strategy::random, sim::strategy::pct, sim::strategy::pos}) {
    const sim::result seen = explored(GetParam(), how, false);
    EXPECT_FALSE(seen.failed) << sim::to_string(how) << sim::render(seen.failed->shown);
  }
}

TEST_P(tasks_in_sim, hold_where_memory_is_weak) {
  const sim::result seen = explored(GetParam(), sim::strategy::random, true);
  EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
}

TEST_P(tasks_in_sim_without_threads, hold_however_many_starts_fail) {
  for (const auto how : {sim::strategy::random, sim::strategy::pct, sim::strategy::pos}) {
    for (const int failed_starts : {1, 3}) {
      const sim::result seen = explored(GetParam(), how, false, failed_starts);
      EXPECT_FALSE(seen.failed) << sim::to_string(how) << sim::render(seen.failed->shown);
    }
  }
}

TEST_P(tasks_in_sim_without_threads, hold_where_memory_is_weak) {
  const sim::result seen = explored(GetParam(), sim::strategy::random, true, 2);
  EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
}

INSTANTIATE_TEST_SUITE_P(
    all, tasks_in_sim_without_threads,
    testing::Values(program{"starts_fail_patiently", &starts_fail_patiently},
                    program{"starts_fail_impatiently", &starts_fail_impatiently},
                    program{"starts_fail_restlessly", &starts_fail_restlessly},
                    program{"a_start_fails_that_others_rely_on",
                            &a_start_fails_that_others_rely_on}),
    [](const testing::TestParamInfo<program>& each) {
      return std::string(each.param.name);
    });

// What comes to a lookout while it starts a thread for others shows only in rare schedules.
TEST(tasks_in_sim, a_lookout_that_is_called_while_it_starts_a_thread_hears_it) {
  const sim::result seen = sim::explore(
      {.name = "a_lookout_is_called", .with = sim::strategy::pos, .executions = 40'000},
      [] {
        runtime on({.blocking = {.idle_time = std::chrono::nanoseconds(1)}});
        const auto call_twice = [&on] {
          const promise<int> p;
          const auto waits = future_call(on, [p] { return p.get(); });
          const auto delivers = future_call(on, [p] { static_cast<void>(p.deliver(1)); });
          sim::require(waits.get() == 1, "it was delivered");
          delivers.get();
        };
        sim::threads({call_twice, call_twice});
        future_call(on, [] {}).get();
      });
  EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
}

INSTANTIATE_TEST_SUITE_P(
    all, tasks_in_sim,
    testing::Values(program{"deliver_while_two_wait", &deliver_while_two_wait},
                    program{"two_deliver", &two_deliver},
                    program{"three_force", &three_force},
                    program{"cancel_while_it_runs", &cancel_while_it_runs},
                    program{"futures_wait_for_futures", &futures_wait_for_futures},
                    program{"tasks_wait_for_later_ones_patiently",
                            &tasks_wait_for_later_ones_patiently},
                    program{"tasks_wait_for_later_ones_impatiently",
                            &tasks_wait_for_later_ones_impatiently},
                    program{"tasks_block_where_the_pool_cannot_see",
                            &tasks_block_where_the_pool_cannot_see},
                    program{"few_threads_and_much_to_do", &few_threads_and_much_to_do},
                    program{"drain_while_tasks_wait", &drain_while_tasks_wait},
                    program{"two_submit_to_a_pool_without_threads",
                            &two_submit_to_a_pool_without_threads},
                    program{"shut_down_while_one_submits", &shut_down_while_one_submits},
                    program{"two_shut_down", &two_shut_down},
                    program{"a_delivery_that_fails_beside_another",
                            &a_delivery_that_fails_beside_another},
                    program{"timed_calls_and_cancels", &timed_calls_and_cancels},
                    program{"a_timer_ends_while_one_asks", &a_timer_ends_while_one_asks},
                    program{"read_ahead", &read_ahead},
                    program{"leave_what_is_read_ahead", &leave_what_is_read_ahead}),
    [](const testing::TestParamInfo<program>& each) {
      return std::string(each.param.name);
    });

}  // namespace
}  // namespace tussle
