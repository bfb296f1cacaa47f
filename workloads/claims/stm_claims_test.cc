// Can the evidence on transactions tell something that does not keep the promise?
#include "workloads/claims/stm_claims.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "workloads/claims/impatience_for_test.h"

namespace tussle::workloads::claims {
namespace {

// Each purse is changed by itself; together is one after the other.
class two_atomics {
 public:
  static constexpr int in_each = 100;
  void take(int amount) { first_.fetch_sub(amount); }
  void give(int amount) { second_.fetch_add(amount); }
  template <typename F>
  void together(F f) {
    f();
  }
  int sum() { return first_.load() + second_.load(); }

 private:
  std::atomic<int> first_{in_each};
  std::atomic<int> second_{in_each};
};

TEST(stm_claims, two_atomics_are_seen_to_do_half_a_transfer) {
  EXPECT_EQ(all_or_nothing<two_atomics>().came_to, verdict::refuted);
}

TEST(stm_claims, two_atomics_are_seen_not_to_compose) {
  EXPECT_EQ(transactions_compose<two_atomics>().came_to, verdict::refuted);
}

// Sees nothing by half, but does not undo what failed.
class locked_purses {
 public:
  static constexpr int in_each = 100;
  void take(int amount) { first_ -= amount; }
  void give(int amount) { second_ += amount; }
  template <typename F>
  void together(F f) {
    const std::lock_guard held(lock_);
    f();
  }
  // Does not wait for who stands still: what it saw last is of one moment, too.
  int sum() {
    const std::unique_lock held(lock_, std::try_to_lock);
    if (held.owns_lock()) last_ = first_ + second_;
    return last_;
  }

 private:
  std::mutex lock_;
  int first_ = in_each;
  int second_ = in_each;
  int last_ = 2 * in_each;
};

TEST(stm_claims, a_lock_is_seen_to_keep_half_of_what_failed) {
  EXPECT_EQ(all_or_nothing<locked_purses>().came_to, verdict::refuted);
  EXPECT_EQ(transactions_compose<locked_purses>().came_to, verdict::supported);
}

// As std::timed_mutex, whose timed lock the ThreadSanitizer of g++ 12 does not know.
class lock_with_limit {
 public:
  void lock() {
    std::unique_lock held(lock_);
    free_.wait(held, [this] { return !taken_; });
    taken_ = true;
  }
  bool try_lock() { return try_lock_for(std::chrono::seconds(0)); }
  template <typename Duration>
  bool try_lock_for(const Duration& limit) {
    std::unique_lock held(lock_);
    if (!free_.wait_for(held, limit, [this] { return !taken_; })) return false;
    taken_ = true;
    return true;
  }
  void unlock() {
    const std::lock_guard held(lock_);
    taken_ = false;
    free_.notify_one();
  }

 private:
  std::mutex lock_;
  std::condition_variable free_;
  bool taken_ = false;
};

// Two locks in the order of the call; who waits too long says so.
class call_order_places {
 public:
  explicit call_order_places(int first_patience = 3) : first_patience_(first_patience) {}
  template <typename F>
  bool change_both(std::size_t first, std::size_t second, F after_first) {
    const std::unique_lock held(locks_[first]);
    after_first();
    // The first is to stand still for as long as anybody looks; of those who cross, one has to
    // see that it is in vain.
    const int patience = calls_.fetch_add(1) == 0 ? first_patience_ : 3;
    const std::unique_lock other(locks_[second], patience * long_enough);
    if (!other.owns_lock()) return false;
    values_[first].fetch_add(1);
    values_[second].fetch_add(1);
    return true;
  }
  template <typename F>
  void change(std::size_t which, F afterwards) {
    const std::unique_lock held(locks_[which]);
    afterwards();
    values_[which].fetch_add(1);
  }
  int value(std::size_t which) const { return values_[which].load(); }
  double retries() const { return 1; }

 private:
  const int first_patience_;  // in times of how long others look
  std::atomic<int> calls_{0};
  std::array<lock_with_limit, 2> locks_;
  std::array<std::atomic<int>, 2> values_{};
};

struct call_order_places_of_one_who_stays : call_order_places {
  call_order_places_of_one_who_stays() : call_order_places(300) {}
};

TEST(stm_claims, two_locks_in_the_order_of_the_call_are_seen_to_stand_still) {
  const impatience short_waits;
  EXPECT_EQ(never_deadlocks<call_order_places>().came_to, verdict::refuted);
}

TEST(stm_claims, who_keeps_what_it_has_and_stands_still_detects_no_cycles) {
  const impatience short_waits;
  const evidence found = detects_cycles<call_order_places_of_one_who_stays>();

  EXPECT_EQ(found.came_to, verdict::refuted);
  EXPECT_EQ(found.because, "who waits keeps what it has");
}

// Two locks, of which one says who waits for whom: who would close a cycle gives way.
class detecting_places {
 public:
  template <typename F>
  bool change_both(std::size_t first, std::size_t second, F after_first) {
    for (;;) {
      lock(first);
      after_first();
      const bool both = lock_unless_cycle(second, first);
      if (both) {
        ++values_[first];
        ++values_[second];
        unlock(second);
      }
      unlock(first);
      if (both) return true;
      ++retries_;
      std::this_thread::yield();
    }
  }
  template <typename F>
  void change(std::size_t which, F afterwards) {
    lock(which);
    afterwards();
    ++values_[which];
    unlock(which);
  }
  int value(std::size_t which) const { return values_[which].load(); }
  double retries() const { return retries_.load(); }

 private:
  void lock(std::size_t which) {
    std::unique_lock held(mutex_);
    changed_.wait(held, [&] { return !taken_[which]; });
    taken_[which] = true;
  }
  // Of two locks, a cycle is that who has this one waits for the other.
  bool lock_unless_cycle(std::size_t which, std::size_t mine) {
    std::unique_lock held(mutex_);
    if (taken_[which] && waits_with_[which]) return false;
    waits_with_[mine] = true;
    changed_.wait(held, [&] { return !taken_[which]; });
    waits_with_[mine] = false;
    taken_[which] = true;
    return true;
  }
  void unlock(std::size_t which) {
    const std::lock_guard held(mutex_);
    taken_[which] = false;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<bool, 2> taken_{};
  std::array<bool, 2> waits_with_{};
  std::array<std::atomic<int>, 2> values_{};
  std::atomic<int> retries_{0};
};

TEST(stm_claims, what_does_detect_cycles_is_seen_to) {
  const impatience short_waits;
  EXPECT_EQ(detects_cycles<detecting_places>().came_to, verdict::supported);
  EXPECT_EQ(never_deadlocks<detecting_places>().came_to, verdict::supported);
}

class checked_outside {
 public:
  template <typename F>
  bool take_one(F after_look) {
    if (stock_.load() < 1) return false;
    after_look();
    stock_.fetch_sub(1);
    return true;
  }
  int stock() const { return stock_.load(); }

 private:
  std::atomic<int> stock_{1};
};

TEST(stm_claims, a_check_outside_is_seen_to_sell_the_last_one_twice) {
  EXPECT_EQ(no_stock_sold_twice<checked_outside>().came_to, verdict::refuted);
}

TEST(stm_claims, a_registry_that_sends_what_starts_is_seen_not_to_leak) {
  const evidence found = refs_leak_handles<ref_registry_by_send>();

  EXPECT_EQ(found.came_to, verdict::refuted);
  EXPECT_EQ(found.figures[0].value, 1) << "started";
  EXPECT_EQ(found.figures[1].value, 1) << "recorded";
}

}  // namespace
}  // namespace tussle::workloads::claims
