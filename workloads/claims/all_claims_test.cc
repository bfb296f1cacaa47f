// Do the claims come to what they come to everywhere, and can the evidence tell something that
// does not keep the promise?
#include "workloads/claims/all_claims.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <latch>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/claims/result.h"
#include "workloads/claims/agent_claims.h"
#include "workloads/claims/atom_claims.h"
#include "workloads/claims/impatience_for_test.h"

namespace tussle::workloads {
namespace {

using tussle::claims::claim;
using tussle::claims::result;
using tussle::claims::verdict;

TEST(all_claims, have_ids_of_their_own_and_say_what_decides_or_why_nothing_does) {
  std::set<std::string> ids;
  for (const claim& each : all_claims()) {
    EXPECT_TRUE(ids.insert(each.id).second) << each.id;
    EXPECT_FALSE(each.statement.empty()) << each.id;
    EXPECT_EQ(each.threshold.empty(), !each.try_it) << each.id;
    EXPECT_EQ(each.source.empty(), !each.try_it) << each.id;
    EXPECT_EQ(each.untested.empty(), static_cast<bool>(each.try_it)) << each.id;
  }
}

TEST(all_claims, come_to_what_they_come_to_everywhere) {
  for (const claim& each : all_claims()) {
    if (each.expected == verdict::not_tested) continue;
    const result one = tussle::claims::try_claim(each);

    EXPECT_EQ(one.error, "") << each.id;
    EXPECT_FALSE(one.is_surprise()) << to_text(one);
  }
}

// An update holds the lock that readers take.
template <typename T>
class locked {
 public:
  explicit locked(T initial) : value_(std::move(initial)) {}
  template <typename F>
  void swap(F f) {
    const std::lock_guard lock(mutex_);
    value_ = f(std::as_const(value_));
  }
  template <typename F>
  auto read(F f) const {
    const std::lock_guard lock(mutex_);
    return f(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_;
};

TEST(all_claims, a_lock_around_the_value_is_seen_to_make_readers_wait) {
  const claims::impatience short_waits;
  EXPECT_EQ(claims::readers_never_wait<locked<claims::wide_value>>().came_to,
            verdict::refuted);
  EXPECT_FALSE(claims::swaps_beside_one_that_stands_still<locked<std::int64_t>>());
}

// Runs actions on whoever sends, or on a thread for each.
template <bool OnThreads>
class no_agent {
 public:
  no_agent(int initial, runtime& /*on*/) : state_(std::make_shared<state>(initial)) {}
  ~no_agent() { finish(); }
  no_agent(const no_agent&) = delete;
  no_agent& operator=(const no_agent&) = delete;

  template <typename F>
  void send_off(F f) const {
    const auto act = [s = state_, f]() mutable {
      const int present = s->value.load();
      // The first two meet: the change of one of them is lost.
      if (OnThreads && s->loaded.fetch_add(1) < 2) s->both_have_loaded.arrive_and_wait();
      s->value.store(f(present));
    };
    if constexpr (OnThreads) {
      const std::lock_guard lock(state_->mutex);
      state_->threads.emplace_back(act);
    } else {
      auto run = act;
      run();
    }
  }
  std::unique_ptr<int> load() const {
    return std::make_unique<int>(state_->value.load());
  }
  void finish() const {
    for (std::thread& each : state_->threads) each.join();
    state_->threads.clear();
  }

 private:
  struct state {
    explicit state(int initial) : value(initial) {}
    std::atomic<int> value;
    std::atomic<int> loaded{0};
    std::latch both_have_loaded{2};
    std::mutex mutex;
    std::vector<std::thread> threads;
  };
  std::shared_ptr<state> state_;
};
template <bool OnThreads>
void await(const no_agent<OnThreads>& a) {
  a.finish();
}

TEST(all_claims, a_send_that_runs_the_action_itself_is_seen_to_wait) {
  const claims::impatience short_waits;
  EXPECT_EQ(claims::send_returns_at_once<no_agent<false>>().came_to, verdict::refuted);
}

TEST(all_claims, actions_on_threads_of_their_own_are_seen_to_overlap_or_to_be_lost) {
  EXPECT_EQ((claims::actions_are_serial<no_agent<true>, 50>().came_to), verdict::refuted);
}

}  // namespace
}  // namespace tussle::workloads
