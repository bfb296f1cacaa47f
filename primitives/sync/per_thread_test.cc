// What a thread has of its own, and what happens when it ends.
#include "primitives/sync/per_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "primitives/testing/threads_testing.h"

namespace tussle::sync {
namespace {

struct tag;
using number = per_thread<tag, int>;
struct other_tag;
using other_number = per_thread<other_tag, int>;

TEST(per_thread, starts_empty_on_every_thread_and_is_not_shared) {
  number::mine() = 1;

  tests::on_another_thread([] {
    EXPECT_EQ(number::mine(), 0);
    number::mine() = 2;
  });

  EXPECT_EQ(number::mine(), 1);
  number::mine() = 0;
}

TEST(per_thread, different_tags_are_different_objects) {
  number::mine() = 1;

  EXPECT_EQ(other_number::mine(), 0);
  number::mine() = 0;
}

TEST(per_thread, can_be_used_from_destructors_of_thread_local_objects) {
  static std::atomic<int> seen{-1};
  struct reader {
    ~reader() { seen.store(number::mine(), std::memory_order_relaxed); }
  };

  tests::on_another_thread([] {
    static thread_local const reader last;
    static_cast<void>(last);
    number::mine() = 5;
  });

  EXPECT_EQ(seen.load(std::memory_order_relaxed), 5);
}

std::atomic<int> exits{0};
std::atomic<int> asked_again{0};

void note_exit() noexcept {
  exits.fetch_add(1, std::memory_order_relaxed);
  // Once more while the thread is ending.
  if (number::mine()++ == 0) {
    at_thread_exit(&note_exit);
    asked_again.fetch_add(1, std::memory_order_relaxed);
  }
}

TEST(at_thread_exit, calls_once_for_each_time_that_it_was_asked_before_the_last_call) {
  tests::on_another_thread([] {
    at_thread_exit(&note_exit);
    at_thread_exit(&note_exit);
    EXPECT_EQ(exits.load(std::memory_order_relaxed), 0);
  });

  EXPECT_EQ(asked_again.load(std::memory_order_relaxed), 1);
  EXPECT_EQ(exits.load(std::memory_order_relaxed), 2);
}

std::atomic<int> order{0};
std::atomic<int> first_came{0};
std::atomic<int> second_came{0};

TEST(at_thread_exit,
     calls_different_functions_in_the_order_in_which_they_were_asked_for) {
  tests::on_another_thread([] {
    at_thread_exit([]() noexcept { first_came.store(order.fetch_add(1) + 1); });
    at_thread_exit([]() noexcept { second_came.store(order.fetch_add(1) + 1); });
  });

  EXPECT_EQ(first_came.load(), 1);
  EXPECT_EQ(second_came.load(), 2);
}

}  // namespace
}  // namespace tussle::sync
