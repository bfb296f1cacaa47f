// What every lock must do, and what some of them promise beyond it.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "harness/case/worker.h"
#include "workloads/subjects/absl_mutex.h"
#include "workloads/subjects/atomic_wait.h"
#include "workloads/subjects/clh_lock.h"
#include "workloads/subjects/mcs_lock.h"
#include "workloads/subjects/mutex.h"
#include "workloads/subjects/semaphore.h"
#include "workloads/subjects/shared_mutex.h"
#include "workloads/subjects/spin_lock.h"
#include "workloads/subjects/spin_lock_backoff.h"
#include "workloads/subjects/teams_for_test.h"
#include "workloads/subjects/ticket_lock.h"

namespace tussle::workloads::subjects {
namespace {

template <typename Subject>
class locked : public ::testing::Test {};

using locks =
    ::testing::Types<mutex, shared_mutex, absl_mutex, spin_lock, spin_lock_backoff,
                     ticket_lock, mcs_lock, clh_lock, atomic_wait, semaphore>;
TYPED_TEST_SUITE(locked, locks);

TYPED_TEST(locked, runs_one_update_at_a_time_and_each_once) {
  typename TypeParam::template cell<std::int64_t> subject(0);
  std::atomic<int> inside{0};
  std::atomic<int> company{0};
  std::atomic<int> calls{0};

  run_on_all([&] {
    for (int i = 0; i < each; ++i) {
      subject.update([&](std::int64_t value) {
        calls.fetch_add(1, std::memory_order_relaxed);
        if (inside.fetch_add(1, std::memory_order_relaxed) != 0) company.fetch_add(1);
        harness::work(10);
        // Now and then others get the core while the lock is held: they have to wait.
        if (value % 8 == 0) std::this_thread::yield();
        inside.fetch_sub(1, std::memory_order_relaxed);
        return value + 1;
      });
    }
  });

  EXPECT_EQ(company.load(), 0);
  EXPECT_EQ(calls.load(), threads * each);
}

// While a first reader copies it, a second reader copies it from start to end.
struct read_by_two {
  read_by_two() = default;
  read_by_two(const read_by_two& other) : second_reader(other.second_reader) {
    if (second_reader == nullptr || entered.exchange(true)) return;
    std::thread(*second_reader).join();
    met = true;
  }
  read_by_two& operator=(const read_by_two&) = default;

  const std::function<void()>* second_reader = nullptr;
  inline static std::atomic<bool> entered{false};
  inline static bool met = false;
};

template <typename Subject>
class shared_by_readers : public ::testing::Test {};

using reader_locks = ::testing::Types<shared_mutex, absl_mutex>;
TYPED_TEST_SUITE(shared_by_readers, reader_locks);

TYPED_TEST(shared_by_readers, lets_a_second_reader_in) {
  typename TypeParam::template cell<read_by_two> subject(read_by_two{});
  const std::function<void()> second_reader = [&subject] { (void)subject.load(); };
  subject.update([&](read_by_two value) {
    value.second_reader = &second_reader;
    read_by_two::entered = true;
    return value;
  });
  read_by_two::entered = false;
  read_by_two::met = false;

  (void)subject.load();

  EXPECT_TRUE(read_by_two::met);
}

// Locks that promise to serve in the order of arrival.
template <typename Lock>
class fair : public ::testing::Test {};

using fair_locks = ::testing::Types<ticket_order_lock, mcs_queue_lock, clh_queue_lock>;
TYPED_TEST_SUITE(fair, fair_locks);

TYPED_TEST(fair, serves_in_the_order_of_arrival) {
  TypeParam lock;
  std::vector<int> served;
  std::vector<std::thread> line;
  lock.lock();

  // Each thread stands in the line before the next one starts.
  for (int i = 0; i < threads; ++i) {
    const std::uintptr_t end_of_line = lock.last_place();
    line.emplace_back([&, i] {
      const std::lock_guard guard(lock);
      served.push_back(i);
    });
    while (lock.last_place() == end_of_line) std::this_thread::yield();
  }
  lock.unlock();
  for (std::thread& one : line) one.join();

  EXPECT_EQ(served, (std::vector<int>{0, 1, 2, 3}));
}

TYPED_TEST(fair, lets_a_thread_hold_several_in_any_order) {
  TypeParam first;
  TypeParam second;
  std::int64_t inside_both = 0;

  run_on_all([&] {
    for (int i = 0; i < each; ++i) {
      first.lock();
      second.lock();
      ++inside_both;
      // In the order of locking: nodes are given back in another order than taken.
      first.unlock();
      second.unlock();
    }
  });

  EXPECT_EQ(inside_both, threads * each);
}

TYPED_TEST(fair, outlives_the_threads_that_stood_in_its_line) {
  TypeParam lock;
  int turns = 0;

  for (int i = 0; i < threads; ++i) {
    std::thread([&] {
      const std::lock_guard guard(lock);
      ++turns;
    }).join();
  }
  const std::lock_guard guard(lock);

  EXPECT_EQ(turns, threads);
}

}  // namespace
}  // namespace tussle::workloads::subjects
