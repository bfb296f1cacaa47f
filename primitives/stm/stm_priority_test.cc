// Who goes first after failing often, and what retries are counted as.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <thread>

#include "primitives/reference/errors.h"
#include "primitives/stm/stm_counters.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/testing/threads_testing.h"
#include "primitives/testing/transactions_testing.h"

namespace tussle {
namespace {

using tests::add_one_elsewhere;
using tests::on_another_thread;
using tests::run_together;
using tests::scoped_options;
using tests::set_elsewhere;
using tests::wait_for_retry;
using namespace std::chrono_literals;

int plus_one(int v) { return v + 1; }
int plus(int v, int n) { return v + n; }

constexpr std::uint64_t never = 1'000'000;

using retries = decltype(stm_counters::retries);

// Of a transaction of another thread that may try twice, and cannot succeed.
template <typename Body>
retries retries_elsewhere(const Body& body) {
  const stm_counters before = count_stm();
  on_another_thread([&] {
    const scoped_options few(
        {.most_attempts = 2, .attempts_before_priority = never, .longest_wait = 1ms});
    EXPECT_THROW(transact(body), retry_limit_error);
  });
  retries seen = count_stm().retries;
  for (std::size_t i = 0; i < seen.size(); ++i) seen[i] -= before.retries[i];
  return seen;
}

retries twice(retry_cause why) {
  retries expected{};
  expected[static_cast<std::size_t>(why)] = 2;
  return expected;
}

TEST(fairness, STM_54_retries_are_counted_by_their_causes) {
  tx_ref<int> r(0);
  const auto change = [&] { r.set(1); };
  const auto commute = [&] { r.commute(plus_one); };

  transact([&] {
    r.set(1);
    EXPECT_EQ(retries_elsewhere(change), twice(retry_cause::owned));
    EXPECT_EQ(retries_elsewhere(commute), twice(retry_cause::at_commit));
  });
  transact([&] {
    r.ensure();
    EXPECT_EQ(retries_elsewhere(change), twice(retry_cause::ensured));
    EXPECT_EQ(retries_elsewhere(commute), twice(retry_cause::at_commit));
  });
  EXPECT_EQ(retries_elsewhere([&] {
              r.load();
              add_one_elsewhere(r);
              r.set(1);
            }),
            twice(retry_cause::stale));
}

TEST(fairness,
     STM_50_nobody_else_claims_ensures_or_commits_before_the_one_that_goes_first) {
  const scoped_options at_once({.attempts_before_priority = 0});
  tx_ref<int> r(0);
  tx_ref<int> q(0);

  int got_through = 0;

  transact([&] {
    r.set(1);
    EXPECT_EQ(retries_elsewhere([&] { q.set(1), ++got_through; }),
              twice(retry_cause::priority));
    EXPECT_EQ(retries_elsewhere([&] { q.ensure(), ++got_through; }),
              twice(retry_cause::priority));
    EXPECT_EQ(retries_elsewhere([&] { q.commute(plus_one); }),
              twice(retry_cause::priority));
  });

  EXPECT_EQ(got_through, 0) << "bodies stop before they claim or ensure anything";
  EXPECT_EQ(*q.load(), 0);
}

TEST(fairness, STM_50_after_enough_failures_nobody_else_commits_first) {
  const scoped_options soon({.attempts_before_priority = 3});
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  int bodies = 0;
  std::thread rival;
  const auto ensure_and_add = [&] { transact([&] { q.ensure(), r.alter(plus_one); }); };
  const auto before = count_stm();

  transact([&] {
    ++bodies;
    r.load();
    if (bodies <= 3) {
      add_one_elsewhere(r);
    } else {
      rival = std::thread(ensure_and_add);
      wait_for_retry(retry_cause::priority, before);
    }
    r.alter(plus, 10);
  });
  rival.join();

  EXPECT_EQ(bodies, 4);
  EXPECT_EQ(*r.load(), 3 + 10 + 1);
}

TEST(fairness, STM_50_a_commit_waits_for_the_one_that_goes_first_too) {
  const scoped_options soon({.attempts_before_priority = 1});
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  std::latch claimed(1);
  std::latch goes_first(1);
  int rival_bodies = 0;
  int bodies = 0;
  const auto before = count_stm();
  std::thread rival([&] {
    transact([&] {
      ++rival_bodies;
      q.set(rival_bodies);
      if (rival_bodies > 1) return;
      claimed.count_down();
      goes_first.wait();
    });
  });
  claimed.wait();

  transact([&] {
    ++bodies;
    r.load();
    if (bodies == 1) {
      set_elsewhere(r, 5);
    } else {
      goes_first.count_down();
      wait_for_retry(retry_cause::priority, before);
    }
    r.alter(plus_one);
  });
  rival.join();

  EXPECT_EQ(bodies, 2);
  EXPECT_EQ(rival_bodies, 2);
  EXPECT_EQ(*q.load(), 2);
}

// The oldest reads what all others change all the time, and changes it last: without priority
// it would hardly ever find it unchanged.
TEST(fairness, STM_50_the_oldest_commits_within_the_bound) {
  constexpr std::uint64_t patience = 4;
  constexpr int others = 3;
  tx_ref<int> hot(0);
  std::atomic<bool> ended{false};
  int most = 0;

  run_together(1 + others, [&](int index) {
    if (index > 0) {
      while (!ended.load()) transact([&] { hot.alter(plus_one); });
      return;
    }
    // The bound is one while no wait takes its longest time.
    const scoped_options soon(
        {.attempts_before_priority = patience, .longest_wait = std::chrono::hours(1)});
    for (int i = 0; i < 50 || (most == 1 && i < 5000); ++i) {
      int bodies = 0;
      transact([&] {
        ++bodies;
        const int seen = *hot.load();
        const auto until = std::chrono::steady_clock::now() + 100us;
        while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
        hot.set(seen + 1);
      });
      most = std::max(most, bodies);
    }
    ended.store(true);
  });

  EXPECT_GT(most, 1) << "they did get in its way";
  EXPECT_LE(most, static_cast<int>(patience) + 2 * others + 1);
}

}  // namespace
}  // namespace tussle
