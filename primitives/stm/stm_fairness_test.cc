// Who takes what from whom, who waits, and who gives up.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <thread>

#include "primitives/reference/errors.h"
#include "primitives/stm/participant.h"
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

TEST(fairness, STM_34_what_can_never_succeed_stops_after_so_many_attempts) {
  const scoped_options few({.most_attempts = 5, .attempts_before_priority = never});
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  int bodies = 0;

  EXPECT_THROW(transact([&] {
                 ++bodies;
                 q.set(1);
                 r.load();
                 set_elsewhere(r, 100 + bodies);
                 r.set(1);
               }),
               retry_limit_error);

  EXPECT_EQ(bodies, 5);
  EXPECT_EQ(*r.load(), 105);
  EXPECT_EQ(*q.load(), 0);
  transact([&] { q.set(2); });
  on_another_thread([&] { transact([&] { q.alter(plus_one); }); });
  EXPECT_EQ(*q.load(), 3);
}

TEST(fairness, STM_34_attempts_that_wait_in_place_count_as_well) {
  tx_ref<int> r(0);

  transact([&] {
    r.set(1);
    on_another_thread([&] {
      const scoped_options few(
          {.most_attempts = 3, .attempts_before_priority = never, .longest_wait = 1ms});
      const auto before = count_stm();
      EXPECT_THROW(transact([&] { r.set(2); }), retry_limit_error);
      EXPECT_THROW(transact([&] { r.commute(plus_one); }), retry_limit_error);
      EXPECT_EQ(count_stm().all_retries() - before.all_retries(), 6U);
    });
  });

  EXPECT_EQ(*r.load(), 1);
}

// Two transactions, one of which began before the other.
class older_and_younger : public ::testing::Test {
 public:
  // Starts the older one, which runs `body` from when `younger_is_there` counts down.
  template <typename Body>
  void start_older(const Body& body) {
    older = std::thread([this, body] {
      transact([&] {
        ++older_bodies;
        older_began.count_down();
        younger_is_there.wait();
        body();
      });
      older_ended.count_down();
    });
    older_began.wait();
    transact([&] { other.alter(plus_one); });  // later ones have a later point
  }
  void arrive_once() {
    if (younger_bodies == 1) younger_is_there.count_down();
  }

  tx_ref<int> r{0};
  tx_ref<int> other{0};
  std::thread older;
  std::latch older_began{1};
  std::latch younger_is_there{1};
  std::latch older_ended{1};
  std::atomic<int> older_bodies{0};
  int younger_bodies = 0;
};

TEST_F(older_and_younger, STM_49_an_older_transaction_takes_what_a_younger_one_claimed) {
  const auto before = count_stm();
  start_older([this] { r.alter(plus, 1); });

  transact([&] {
    ++younger_bodies;
    r.alter(plus, 10);
    arrive_once();
    older_ended.wait();
    EXPECT_EQ(*r.load(), younger_bodies == 1 ? 10 : 11) << "its own, though it is killed";
  });
  older.join();

  EXPECT_EQ(*r.load(), 11);
  EXPECT_EQ(older_bodies.load(), 1);
  EXPECT_EQ(younger_bodies, 2);
  EXPECT_EQ(count_stm().barges - before.barges, 1U);
  EXPECT_EQ(
      count_stm().retried(retry_cause::killed) - before.retried(retry_cause::killed), 1U);
}

TEST_F(older_and_younger, STM_49_and_may_ensure_it) {
  start_older([this] { EXPECT_EQ(*r.ensure(), 0); });

  transact([&] {
    ++younger_bodies;
    r.alter(plus, 10);
    arrive_once();
    older_ended.wait();
  });
  older.join();

  EXPECT_EQ(younger_bodies, 2);
  EXPECT_EQ(*r.load(), 10);
}

TEST_F(older_and_younger, STM_49_a_killed_one_sees_no_mixture_of_old_and_new) {
  start_older([this] {
    r.alter(plus, 1);
    other.alter(plus, 1);
  });

  transact([&] {
    ++younger_bodies;
    const int mine = *r.alter(plus, 10);
    arrive_once();
    older_ended.wait();
    EXPECT_EQ(mine - *other.load(), 10 - 1) << "both were changed together";
  });
  older.join();

  EXPECT_EQ(younger_bodies, 2);
}

TEST_F(older_and_younger, STM_49_a_younger_one_never_takes_what_an_older_one_claimed) {
  const auto before = count_stm();
  start_older([this, before] {
    r.alter(plus, 1);
    wait_for_retry(retry_cause::owned, before);
  });

  younger_is_there.count_down();
  while (count_stm().versions_made < before.versions_made + 2) std::this_thread::yield();
  const scoped_options by_age_alone({.attempts_before_priority = never});
  transact([&] {
    ++younger_bodies;
    r.alter(plus, 10);
  });
  older.join();

  EXPECT_EQ(older_bodies.load(), 1);
  EXPECT_EQ(younger_bodies, 1) << "it had seen nothing: it waited where it was";
  EXPECT_EQ(count_stm().barges, before.barges);
  EXPECT_EQ(*r.load(), 11);
}

TEST_F(older_and_younger, STM_36_a_committing_transaction_is_not_killed) {
  const auto before = count_stm();
  start_older([this] { r.alter(plus, 1); });
  bool committing = false;
  r.set_validator([&](int v) {  // runs at the commit
    if (v != 10 || committing) return true;
    committing = true;
    younger_is_there.count_down();
    wait_for_retry(retry_cause::owned, before);
    return true;
  });

  transact([&] {
    ++younger_bodies;
    r.alter(plus, 10);
  });
  older.join();

  EXPECT_EQ(younger_bodies, 1);
  EXPECT_EQ(count_stm().barges, before.barges);
  EXPECT_EQ(*r.load(), 11);
}

// Until another transaction has met what the caller claimed.
void wait_until_met() {
  const auto met = [](const stm_counters& c) {
    return c.retried(retry_cause::owned) + c.barges;
  };
  const auto before = met(count_stm());
  while (met(count_stm()) == before) std::this_thread::yield();
}

TEST(fairness, STM_37_a_long_transaction_commits_beside_a_stream_of_short_ones) {
  // Only what began before it takes it away: of each other thread one, which may itself have
  // to come again for the other one's.
  constexpr int most = 20 * (2 * 2 + 1);
  tx_ref<int> hot(0);
  std::atomic<bool> ended{false};
  int bodies = 0;

  run_together(3, [&](int index) {
    if (index > 0) {
      while (!ended.load()) transact([&] { hot.alter(plus_one); });
      return;
    }
    const scoped_options by_age_alone({.attempts_before_priority = never});
    for (int i = 0; i < 20; ++i) {
      transact([&] {
        ++bodies;
        hot.alter(plus, 1000);
        if (bodies <= most) wait_until_met();
      });
    }
    ended.store(true);
  });

  EXPECT_GE(*hot.load(), 20 * 1000);
  EXPECT_LE(bodies, most);
}

bool somebody_sleeps() {
  for (std::size_t i = 0; i < stm::participants(); ++i) {
    if (stm::participant_at(i).waiting.is_used()) return true;
  }
  return stm::the_ensured.waiting.is_used();
}
void wait_until_somebody_sleeps() {
  while (!somebody_sleeps()) std::this_thread::yield();
}
// Adds one on a thread that would rather wait for ever than poll.
std::thread add_one_patiently(tx_ref<int>& r) {
  return std::thread([&r] {
    const scoped_options patient({.longest_wait = 1h});
    transact([&] { r.alter(plus_one); });
  });
}

TEST(waiting, STM_52_whoever_waits_is_woken) {
  tx_ref<int> r(0);
  std::thread waiter;

  transact([&] {
    r.set(1);
    waiter = add_one_patiently(r);
    wait_until_somebody_sleeps();
  });
  waiter.join();

  EXPECT_EQ(*r.load(), 2);
}

// One that does not wait has soon used up what it may try.
TEST(waiting, STM_52_for_as_long_as_there_are_numbers_too) {
  tx_ref<int> r(0);
  std::atomic<bool> gave_up{false};
  std::thread waiter;

  transact([&] {
    r.set(1);
    waiter = std::thread([&] {
      const scoped_options forever(
          {.most_attempts = 2, .longest_wait = std::chrono::nanoseconds::max()});
      try {
        transact([&] { r.alter(plus_one); });
      } catch (const retry_limit_error&) {
        gave_up.store(true);
      }
    });
    while (!somebody_sleeps() && !gave_up.load()) std::this_thread::yield();
    for (int i = 0; i < 10'000 && !gave_up.load(); ++i) std::this_thread::yield();
  });
  waiter.join();

  EXPECT_FALSE(gave_up.load());
  EXPECT_EQ(*r.load(), 2);
}

TEST(waiting, STM_34_after_the_last_attempt_nobody_waits_and_no_body_runs_again) {
  tx_ref<int> r(0);
  std::atomic<bool> gave_up{false};
  bool slept = false;
  const auto before = count_stm();

  transact([&] {
    r.set(1);
    std::thread other([&] {
      const scoped_options once({.most_attempts = 1});
      EXPECT_THROW(transact([&] { r.set(2); }), retry_limit_error);
      gave_up.store(true);
    });
    while (!gave_up.load()) {
      slept = slept || somebody_sleeps();
      std::this_thread::yield();
    }
    other.join();
  });

  EXPECT_FALSE(slept);
  EXPECT_EQ(count_stm().retried(retry_cause::owned),
            before.retried(retry_cause::owned) + 1);
  EXPECT_EQ(count_stm().bodies_again, before.bodies_again);
}

// The one that has failed stands in its body until the one that waited for it has got through.
TEST(waiting, STM_52_who_waits_for_one_that_has_failed_does_not_wait_on) {
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  int bodies = 0;
  std::thread waiter;

  transact([&] {
    r.alter(plus, 10);
    q.load();
    if (++bodies > 1) return;
    add_one_elsewhere(q);  // so that the next one is younger, too
    waiter = add_one_patiently(r);
    wait_until_somebody_sleeps();
    try {
      q.alter(plus_one);
    } catch (...) {  // and go on
    }
    waiter.join();
  });

  EXPECT_EQ(bodies, 2);
  EXPECT_EQ(*r.load(), 11);
}

TEST(waiting, STM_52_who_waits_for_the_one_that_goes_first_is_woken_too) {
  const scoped_options at_once({.attempts_before_priority = 0, .longest_wait = 1h});
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  std::thread waiter;

  transact([&] {
    r.set(1);
    waiter = add_one_patiently(q);
    wait_until_somebody_sleeps();
  });
  waiter.join();

  EXPECT_EQ(*q.load(), 1);
}

TEST(waiting, STM_52_who_waits_for_what_was_ensured_is_woken_too) {
  tx_ref<int> r(0);
  std::thread waiter;

  transact([&] {
    r.ensure();
    waiter = add_one_patiently(r);
    wait_until_somebody_sleeps();
  });
  waiter.join();

  EXPECT_EQ(*r.load(), 1);
}

TEST(waiting, STM_52_also_where_the_one_that_ensured_it_changes_it) {
  tx_ref<int> before(0);
  tx_ref<int> r(0);
  std::thread waiter;

  transact([&] {
    before.set(1);
    r.ensure();
    waiter = add_one_patiently(r);
    wait_until_somebody_sleeps();
    r.alter(plus_one);
  });
  waiter.join();

  EXPECT_EQ(*r.load(), 2);
}

// The one that is killed stands in its body until the one that waited for it has got through.
TEST_F(older_and_younger, STM_49_who_waits_for_one_that_is_killed_does_not_wait_on) {
  start_older([this] { r.alter(plus, 1); });
  std::thread waiter;

  transact([&] {
    ++younger_bodies;
    r.alter(plus, 10);
    if (younger_bodies > 1) return;
    add_one_elsewhere(other);  // so that the next one is younger still
    waiter = add_one_patiently(r);
    wait_until_somebody_sleeps();
    arrive_once();
    older_ended.wait();
    waiter.join();
  });
  older.join();

  EXPECT_EQ(younger_bodies, 2);
  EXPECT_EQ(*r.load(), 12);
}

// An older one goes first instead, and ends, while the one that is waited for is in its body.
TEST(waiting, STM_52_who_waits_for_one_that_no_longer_goes_first_does_not_wait_on) {
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  tx_ref<int> other(0);
  std::latch older_began(1);
  std::latch older_goes_on(1);
  std::thread older([&] {
    const scoped_options soon({.attempts_before_priority = 1, .longest_wait = 1ms});
    int bodies = 0;
    transact([&] {
      q.load();
      if (++bodies == 1) {
        older_began.count_down();
        older_goes_on.wait();
      }
      q.alter(plus_one);
    });
  });
  older_began.wait();
  add_one_elsewhere(other);  // so that this one is younger
  const scoped_options at_once({.attempts_before_priority = 0});
  std::thread waiter;

  transact([&] {
    waiter = add_one_patiently(r);
    wait_until_somebody_sleeps();
    older_goes_on.count_down();
    older.join();
    waiter.join();
  });

  EXPECT_EQ(*q.load(), 1);
  EXPECT_EQ(*r.load(), 1);
}

TEST(waiting, STM_52_two_that_ensured_what_the_other_wants_do_not_wait_for_each_other) {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  std::latch both_ensured(2);

  run_together(2, [&](int index) {
    const scoped_options patient({.longest_wait = 1h});
    auto& mine = index == 0 ? a : b;
    auto& other = index == 0 ? b : a;
    int bodies = 0;
    transact([&] {
      mine.ensure();
      if (++bodies == 1) both_ensured.arrive_and_wait();
      other.alter(plus_one);
    });
  });

  EXPECT_EQ(*a.load() + *b.load(), 2);
}

}  // namespace
}  // namespace tussle
