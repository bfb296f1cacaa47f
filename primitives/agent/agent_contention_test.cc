// What holds of agents under contention (AGT-2 ... AGT-4, AGT-29).
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <latch>
#include <thread>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/stage_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::run_together;
using tests::running_stage;
using tests::stage;

constexpr int senders = 3;
constexpr int sends = tests::rounds / 4;

int plus_one(int n) { return n + 1; }

// Alternates between the two pools.
template <typename F>
void send_either_way(const agent<int>& a, int i, F f) {
  if (i % 3 == 0) {
    a.send_off(f);
  } else {
    a.send(f);
  }
}

TEST(agent, AGT_2_actions_of_one_agent_never_overlap) {
  stage s;
  const running_stage running(s, 2);
  agent<int> a(0, {.on = &s.home()});
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  int unguarded = 0;  // what ThreadSanitizer would see of an overlap

  run_together(senders, [&](int) {
    for (int i = 0; i < sends; ++i) {
      send_either_way(a, i, [&](int n) {
        most = std::max(most.load(), ++inside);
        ++unguarded;
        --inside;
        return n + 1;
      });
    }
  });
  await(a);

  EXPECT_EQ(most.load(), 1);
  EXPECT_EQ(unguarded, senders * sends);
}

TEST(agent, AGT_2_while_one_is_inside_no_other_of_its_agent_can_be_run) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  std::latch inside(1);
  std::latch go_on(1);
  std::atomic<bool> is_over{false};
  int too_early = 0;
  const auto look = [&](int n) {
    if (!is_over.load()) ++too_early;
    return n + 1;
  };
  a.send([&](int n) {
    inside.count_down();
    go_on.wait();
    is_over.store(true);
    return n + 1;
  });
  a.send(look).send_off(look);
  std::thread first([&s] { s.run_one(); });
  inside.wait();

  a.send(look).send_off(look);
  s.run_all();
  go_on.count_down();
  first.join();
  s.run_all();

  EXPECT_EQ(too_early, 0);
  EXPECT_EQ(*a.load(), 5);
}

TEST(agent, AGT_3_the_actions_of_each_sender_run_in_the_order_sent) {
  stage s;
  const running_stage running(s, 2);
  agent<int> a(0, {.on = &s.home()});
  std::vector<int> last(senders, -1);
  int out_of_order = 0;

  run_together(senders, [&](int sender) {
    for (int i = 0; i < sends; ++i) {
      send_either_way(a, i, [&, sender, i](int n) {
        int& before = last[static_cast<std::size_t>(sender)];
        if (before != i - 1) ++out_of_order;
        before = i;
        return n;
      });
    }
  });
  await(a);

  EXPECT_EQ(out_of_order, 0);
  EXPECT_EQ(last, std::vector<int>(senders, sends - 1));
}

TEST(agent, AGT_4_every_action_runs_exactly_once) {
  stage s;
  const running_stage running(s, 2);
  agent<int> a(0, {.on = &s.home()});

  run_together(senders, [&](int) {
    for (int i = 0; i < sends; ++i) a.send(plus_one);
  });
  await(a);

  EXPECT_EQ(*a.load(), senders * sends);
}

TEST(agent, AGT_4_also_when_the_agent_falls_idle_again_and_again) {
  stage s;
  const running_stage running(s, 2);
  agent<int> a(0, {.on = &s.home()});
  std::atomic<int> ran{0};

  for (int i = 1; i <= sends; ++i) {
    a.send([&](int n) {
      ran.fetch_add(1);
      return n + 1;
    });
    while (i % 7 == 0 && ran.load() < i) std::this_thread::yield();
  }
  await(a);

  EXPECT_EQ(*a.load(), sends);
}

TEST(agent, AGT_4_actions_that_send_on_reach_everybody_once) {
  stage s;
  const running_stage running(s, 2);
  constexpr int ring = 8;
  constexpr int hops = sends / 4;
  std::vector<agent<int>> agents;
  for (int i = 0; i < ring; ++i)
    agents.emplace_back(0, agent_options<int>{.on = &s.home()});
  std::atomic<int> under_way{ring};

  struct hop {
    std::vector<agent<int>>& agents;
    std::atomic<int>& under_way;
    int left;
    int at;
    int operator()(int n) const {
      const int to = (at + 1) % ring;
      if (left == 0) {
        under_way.fetch_sub(1);
      } else {
        agents[static_cast<std::size_t>(to)].send(hop{agents, under_way, left - 1, to});
      }
      return n + 1;
    }
  };
  for (int i = 0; i < ring; ++i) {
    agents[static_cast<std::size_t>(i)].send(hop{agents, under_way, hops - 1, i});
  }
  while (under_way.load() != 0) std::this_thread::yield();
  await(std::vector<any_agent>(agents.begin(), agents.end()));

  int sum = 0;
  for (const auto& a : agents) sum += *a.load();
  EXPECT_EQ(sum, ring * hops);
}

TEST(agent, AGT_19_restarts_race_with_sends_and_nothing_is_lost_or_run_twice) {
  stage s;
  const running_stage running(s, 2);
  agent<int> a(0, {.on = &s.home()});
  std::atomic<int> ran{0};
  std::atomic<int> accepted{0};
  std::atomic<int> busy{senders};

  run_together(senders + 1, [&](int who) {
    if (who == senders) {
      while (busy.load() != 0) {
        try {
          a.restart(0);
        } catch (const agent_not_failed_error&) {
          std::this_thread::yield();
        }
      }
      return;
    }
    for (int i = 0; i < sends; ++i) {
      try {
        a.send([&, i](int n) {
          ran.fetch_add(1);
          if (i % 50 == 0) throw int{i};
          return n;
        });
        accepted.fetch_add(1);
      } catch (const agent_failed_error&) {
        std::this_thread::yield();
      }
    }
    busy.fetch_sub(1);
  });
  // It may have failed last, with others behind.
  while (ran.load() < accepted.load()) {
    if (a.error()) a.restart(0);
    std::this_thread::yield();
  }

  EXPECT_EQ(ran.load(), accepted.load());
}

TEST(agent, AGT_29_agents_are_made_used_and_dropped_by_many_threads) {
  const std::int64_t live = tests::counted_value::live();
  std::atomic<int> ran{0};
  {
    stage s;
    const running_stage running(s, 2);
    run_together(senders, [&](int) {
      for (int i = 0; i < sends / 4; ++i) {
        agent<int> a(0, {.on = &s.home()});
        const tests::counted_value held(1);
        a.send([&ran, held](int n) {
          ran.fetch_add(static_cast<int>(held.number()));
          return n;
        });
      }
    });
  }

  EXPECT_EQ(ran.load(), senders * (sends / 4));
  EXPECT_EQ(tests::counted_value::live(), live);
}

}  // namespace
}  // namespace tussle
