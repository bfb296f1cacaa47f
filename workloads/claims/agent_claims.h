// agent_claims.h: what is taught of agents; templates of what plays the agent, as
// atom_claims.h.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "harness/claims/claim.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/reference/errors.h"
#include "primitives/task/runtime.h"
#include "workloads/claims/gate.h"

namespace tussle::workloads::claims {

using tussle::claims::evidence;
using tussle::claims::verdict;

// An agent on a runtime that ends with the evidence: the default one never does.
class agent_on : public agent<int> {
 public:
  agent_on(int initial, runtime& on) : agent<int>(initial, {.on = &on}) {}
};

// While the first action stands still, a thousand more are sent.
template <typename Agent>
evidence send_returns_at_once() {
  constexpr int sends = 1000;
  gate let_go;
  gate sent;
  double longest = 0;
  runtime on;
  const Agent a(0, on);
  std::thread sender([&] {
    a.send_off([&](int present) {
      let_go.pass();
      return present + 1;
    });
    for (int i = 1; i < sends; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      a.send_off([](int present) { return present + 1; });
      longest = std::max(longest, seconds_since(begun));
    }
    sent.open();
  });
  const bool returned = sent.passes_within(long_enough);
  let_go.open();
  sender.join();
  await(a);
  const int ran = *a.load();
  return {returned && ran == sends ? verdict::supported : verdict::refuted,
          returned ? "all sends returned while the first action stood still, and all ran"
                   : "a send waited for an action",
          {{"sends", sends * 1.0},
           {"actions that ran in the end", ran * 1.0},
           {"the longest send", longest * 1e6, "µs"}}};
}

// How many actions are under way at a time, at most.
class overlap {
 public:
  void begin() {
    const int now = inside_.fetch_add(1) + 1;
    int seen = most_.load();
    while (seen < now && !most_.compare_exchange_weak(seen, now)) {
    }
  }
  void end() { inside_.fetch_sub(1); }
  int most() const { return most_.load(); }

 private:
  std::atomic<int> inside_{0};
  std::atomic<int> most_{0};
};

template <typename Agent>
void send_watched(const Agent& a, int sends, overlap& seen) {
  for (int k = 0; k < sends; ++k) {
    a.send_off([&seen](int present) {
      seen.begin();
      // Every so often, so that another thread could come.
      if (present % 64 == 0) std::this_thread::yield();
      seen.end();
      return present + 1;
    });
  }
}

template <typename Agent, int sends = 5000>
evidence actions_are_serial() {
  constexpr int senders = 4;
  overlap seen;
  runtime on;
  const Agent a(0, on);
  std::vector<std::thread> team;
  team.reserve(senders);
  for (int i = 0; i < senders; ++i)
    team.emplace_back([&] { send_watched(a, sends, seen); });
  for (std::thread& each : team) each.join();
  await(a);
  const bool holds = seen.most() == 1 && *a.load() == senders * sends;
  return {holds ? verdict::supported : verdict::refuted,
          holds ? "no two actions were under way at a time, and none was lost"
                : "actions overlapped, or were lost",
          {{"actions sent by 4 threads", senders * sends * 1.0},
           {"counted by the agent", *a.load() * 1.0},
           {"most under way at a time", seen.most() * 1.0}}};
}

inline evidence error_pauses_the_agent() {
  runtime on;
  const agent_on a(0, on);
  gate failing;
  a.send([](int present) { return present + 1; });
  a.send([&](int) -> int {
    failing.pass();
    throw std::runtime_error("the action failed");
  });
  a.send([](int present) { return present + 10; });  // waits behind it
  failing.open();                                    // the caller got here
  while (!a.error()) std::this_thread::yield();
  const int paused_at = *a.load();
  bool refused = false;
  try {
    a.send([](int present) { return present; });
  } catch (const agent_failed_error&) {
    refused = true;
  }
  a.restart(100);
  await(a);
  const bool holds = paused_at == 1 && refused && *a.load() == 110;
  return {
      holds ? verdict::supported : verdict::refuted,
      holds ? "the sender went on, the agent stood still until its restart, and what "
              "waited ran then"
            : "the failed agent went on, or lost what waited",
      {{"value while it is failed", paused_at * 1.0},
       {"value after a restart with 100 and an action that adds 10", *a.load() * 1.0}}};
}

inline evidence reads_may_lag() {
  gate inside;
  gate let_go;
  runtime on;
  const agent_on a(1, on);
  a.send_off([&](int) {
    inside.open();
    let_go.pass();
    return 2;
  });
  inside.pass();
  const int before = *a.load();
  let_go.open();
  await(a);
  const int after = *a.load();
  return {
      before == 1 && after == 2 ? verdict::supported : verdict::refuted,
      "a read while the action ran gave the old value, a read after await the new one",
      {{"read during the action", before * 1.0}, {"read after await", after * 1.0}}};
}

// Which threads run the actions of a hundred agents?
inline evidence pools_of_their_own() {
  constexpr int agents = 100;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  runtime on;
  std::vector<agent<int>> all;
  all.reserve(agents);
  for (int i = 0; i < agents; ++i) all.push_back(agent_on(0, on));
  for (const agent<int>& each : all) {
    each.send([&](int present) {
      const std::lock_guard lock(mutex);
      threads.insert(std::this_thread::get_id());
      return present + 1;
    });
  }
  for (const agent<int>& each : all) await(each);
  const auto seen = static_cast<double>(threads.size());
  const auto most = static_cast<double>(usual_width());
  return {seen <= most ? verdict::refuted : verdict::supported,
          "all agents share the runtime's pools: an agent is a queue, not a thread",
          {{"agents", agents * 1.0},
           {"threads that ran their actions", seen},
           {"threads of the pool, at most", most}}};
}

inline tussle::claims::claims agent_claims() {
  const char* const here = "workloads/claims/agent_claims.h";
  return {
      {.id = "agent.send_returns_at_once",
       .statement = "send returns at once",
       .threshold =
           "1000 sends return while the first action stands still; all run later",
       .source = here,
       .expected = verdict::supported,
       .try_it = send_returns_at_once<agent_on>},
      {.id = "agent.actions_are_serial",
       .statement = "an agent's actions run one at a time",
       .threshold =
           "of 20 000 actions from 4 threads never two are under way, and all run",
       .source = here,
       .expected = verdict::supported,
       .try_it = actions_are_serial<agent_on>},
      {.id = "agent.error_pauses_the_agent",
       .statement = "an error pauses the agent, and not the caller",
       .threshold = "the value stays, sends are refused, and a restart goes on with what "
                    "waited",
       .source = here,
       .expected = verdict::supported,
       .try_it = error_pauses_the_agent},
      {.id = "agent.reads_may_lag",
       .statement = "a read of an agent may lag behind what was sent",
       .threshold = "the old value while an action runs, the new one after await",
       .source = here,
       .expected = verdict::supported,
       .try_it = reads_may_lag},
      {.id = "agent.own_thread_pool",
       .statement = "each agent runs in its own thread pool",
       .threshold = "more threads run the actions of 100 agents than the shared pool has",
       .source = here,
       .expected = verdict::refuted,
       .try_it = pools_of_their_own},
  };
}

}  // namespace tussle::workloads::claims
