// result_claims.h: what is taught of futures and promises, and of a registry that starts
// things.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/claims/claim.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/atom/atom.h"
#include "primitives/sync/stop_token.h"
#include "primitives/task/future.h"
#include "primitives/task/promise.h"
#include "primitives/task/runtime.h"
#include "primitives/value/map.h"
#include "workloads/claims/gate.h"

namespace tussle::workloads::claims {

using tussle::claims::evidence;
using tussle::claims::verdict;

// Three calls that wait for somebody else, as calls over a network do.
inline evidence three_parallel_calls() {
  constexpr std::chrono::milliseconds one_call{40};
  constexpr double most_ratio = 1.5;
  constexpr int tries = 5;
  const auto call = [one_call] {
    std::this_thread::sleep_for(one_call);
    return 1;
  };
  double best = 1e9;
  double alone = 1e9;
  runtime on;
  for (int i = 0; i < tries; ++i) {
    auto begun = std::chrono::steady_clock::now();
    call();
    alone = std::min(alone, seconds_since(begun));
    begun = std::chrono::steady_clock::now();
    const std::vector<future<int>> all = {future_call(on, call), future_call(on, call),
                                          future_call(on, call)};
    for (const auto& each : all) each.get();
    best = std::min(best, seconds_since(begun));
  }
  const double ratio = best / alone;
  return {ratio <= most_ratio ? verdict::supported : verdict::refuted,
          "the time of three at once over that of one",
          {{"one call", alone * 1e3, "ms"},
           {"three at once", best * 1e3, "ms"},
           {"ratio", ratio}}};
}

inline evidence timed_wait() {
  constexpr std::chrono::milliseconds longest{20};
  gate stopped;
  runtime on;
  const auto slow = future_call(on, [&](const sync::stop_token& asked) {
    while (!asked.stop_requested()) std::this_thread::yield();
    stopped.open();
    return 1;
  });
  const auto begun = std::chrono::steady_clock::now();
  const int got = slow.get_for(longest, -1);
  const double waited = seconds_since(begun);
  const bool cancelled = slow.cancel();
  const bool ended = stopped.passes_within(long_enough);
  const bool holds = got == -1 && waited >= 0.02 && waited < 2 && cancelled && ended;
  return {
      holds ? verdict::supported : verdict::refuted,
      holds ? "the wait ended at its deadline with the fallback, and the body was stopped"
            : "the wait did not end in time, or the body went on",
      {{"asked to wait", 20, "ms"}, {"waited", waited * 1e3, "ms"}}};
}

inline evidence promise_bridges_a_callback() {
  constexpr int waiters = 3;
  const promise<int> answer;
  std::atomic<int> right{0};
  std::vector<std::thread> team;
  team.reserve(waiters);
  for (int i = 0; i < waiters; ++i)
    team.emplace_back([&] { right.fetch_add(answer.get() == 7 ? 1 : 0); });
  bool second = true;
  std::thread callback([answer, &second] {
    static_cast<void>(answer.deliver(7));
    second = answer.deliver(8);  // a library that calls twice
  });
  callback.join();
  for (std::thread& each : team) each.join();
  const bool holds = right.load() == waiters && !second;
  return {
      holds ? verdict::supported : verdict::refuted,
      holds ? "all who waited had the first answer, and the second one changed nothing"
            : "somebody had another answer",
      {{"threads that waited", waiters * 1.0}, {"had the answer", right.load() * 1.0}}};
}

// Things that are started when they are made. One that was recorded may be destroyed late.
struct counted_things {
  std::atomic<int> started{0};
  std::atomic<int> destroyed{0};
};
class started_thing {
 public:
  explicit started_thing(std::shared_ptr<counted_things> all) : all_(std::move(all)) {
    all_->started.fetch_add(1);
  }
  started_thing(const started_thing&) = delete;
  started_thing& operator=(const started_thing&) = delete;
  ~started_thing() { all_->destroyed.fetch_add(1); }

 private:
  std::shared_ptr<counted_things> all_;
};
using things = value::map<std::string, std::shared_ptr<started_thing>>;

// Two threads want the same thing started, and both have looked before either enters it.
inline evidence registry_on_an_atom() {
  const auto all = std::make_shared<counted_things>();
  std::atomic<int> looked{0};
  atom<things> registry{things{}};
  const auto ensure = [&] {
    bool first = true;
    registry.swap([&](const things& known) {
      const bool there = known.contains("log");
      if (std::exchange(first, false)) {
        looked.fetch_add(1);
        while (looked.load() < 2) std::this_thread::yield();
      }
      return there ? known : known.assoc("log", std::make_shared<started_thing>(all));
    });
  };
  std::thread other(ensure);
  ensure();
  other.join();
  const int begun = all->started.load();
  const int ended = all->destroyed.load();
  // Three, if who would have won had to try again for no reason (compare_exchange_weak).
  const bool holds = begun >= 2 && ended == begun - 1 && registry.load()->size() == 1;
  return {holds ? verdict::supported : verdict::refuted,
          "the loser of the race had started one, which its retry dropped",
          {{"started", begun * 1.0},
           {"destroyed again", ended * 1.0},
           {"recorded", static_cast<double>(registry.load()->size())}}};
}

inline evidence registry_on_an_agent() {
  const auto all = std::make_shared<counted_things>();
  runtime on;
  const agent<things> registry(things(), {.on = &on});
  const auto ensure = [&] {
    registry.send_off([&](const things& known) {
      return known.contains("log")
                 ? known
                 : known.assoc("log", std::make_shared<started_thing>(all));
    });
  };
  std::thread other(ensure);
  ensure();
  other.join();
  await(registry);
  const bool holds = all->started.load() == 1 && registry.load()->size() == 1;
  return {holds ? verdict::supported : verdict::refuted,
          "the second request found the first one's",
          {{"requests", 2},
           {"started", all->started.load() * 1.0},
           {"recorded", static_cast<double>(registry.load()->size())}}};
}

inline tussle::claims::claims result_claims() {
  const char* const here = "workloads/claims/result_claims.h";
  return {
      {.id = "future.three_parallel_calls",
       .statement = "three parallel calls take one call's time",
       .threshold = "at most 1.5 times one call's (calls of 40 ms, best of 5)",
       .source = here,
       .try_it = three_parallel_calls},
      {.id = "future.timed_wait",
       .statement = "a timed wait gives up on time, and the call can be cancelled",
       .threshold =
           "not before its 20 ms; with the fallback; the body sees that it is to stop",
       .source = here,
       .expected = verdict::supported,
       .try_it = timed_wait},
      {.id = "promise.bridges_a_callback",
       .statement = "a promise bridges a callback",
       .threshold = "all who wait have the first answer; a second one changes nothing",
       .source = here,
       .expected = verdict::supported,
       .try_it = promise_bridges_a_callback},
      {.id = "registry.atom_makes_extra_handles",
       .statement = "a registry on an atom starts and destroys extra handles",
       .threshold =
           "of what two threads that have both looked start, all but one is destroyed",
       .source = here,
       .expected = verdict::supported,
       .try_it = registry_on_an_atom},
      {.id = "registry.agent_makes_one",
       .statement = "a registry on an agent starts exactly one",
       .threshold = "two requests, one start",
       .source = here,
       .expected = verdict::supported,
       .try_it = registry_on_an_agent},
  };
}

}  // namespace tussle::workloads::claims
