// Is a promise kept once, and seen by all who wait for it?
#include "primitives/task/promise.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(promise, PRM_1_deliver_releases_all_who_wait_with_the_identical_value) {
  const promise<std::string> p;
  EXPECT_FALSE(p.is_realized());
  std::vector<const std::string*> seen(4);
  std::latch about_to_get(4);
  std::vector<std::thread> waiting;
  for (const std::string*& each : seen) {
    waiting.emplace_back([&, &each = each] {
      about_to_get.count_down();
      each = &p.get();
    });
  }
  about_to_get.wait();
  EXPECT_EQ(p.get_for(milliseconds(1), "nothing"), "nothing") << "nobody delivered yet";

  EXPECT_TRUE(p.deliver("kept"));

  for (std::thread& each : waiting) each.join();
  EXPECT_TRUE(p.is_realized());
  for (const std::string* const each : seen) EXPECT_EQ(each, &p.get());
  EXPECT_EQ(p.get(), "kept");
}

TEST(promise, PRM_2_a_second_deliver_changes_nothing_and_says_so) {
  const promise<int> p;

  EXPECT_TRUE(p.deliver(1));
  EXPECT_FALSE(p.deliver(2));
  EXPECT_EQ(p.get(), 1);
  EXPECT_TRUE(p.is_realized());
}

TEST(promise, PRM_3_of_racing_delivers_one_wins_and_all_see_its_value) {
  constexpr int threads = 4;
  for (int round = 0; round < tests::rounds / 50; ++round) {
    const promise<int> p;
    std::atomic<int> wins{0};
    std::atomic<int> winner{-1};
    std::vector<int> seen(threads);
    tests::run_together(threads, [&](int index) {
      if (p.deliver(index)) {
        wins.fetch_add(1);
        winner.store(index);
      }
      seen[static_cast<std::size_t>(index)] = p.get();
    });

    ASSERT_EQ(wins.load(), 1);
    ASSERT_EQ(seen, std::vector<int>(threads, winner.load()));
  }
}

// A value that acts when it is moved, once: in the middle of a delivery.
template <bool Quiet>
struct acts_when_moved {
  explicit acts_when_moved(int n, std::function<void()> f = {})
      : number(n), act(std::move(f)) {}
  acts_when_moved(acts_when_moved&& other) noexcept(Quiet) : number(other.number) {
    if (const auto now = std::exchange(other.act, nullptr)) now();
  }
  int number;
  std::function<void()> act;
};

template <typename Value>
void expect_that_one_wins() {
  const promise<Value> p;
  bool second = false;
  const bool first = p.deliver(Value(1, [&p, &second] { second = p.deliver(Value(2)); }));

  EXPECT_NE(first, second);
  EXPECT_EQ(p.get().number, first ? 1 : 2);
}

TEST(promise, PRM_3_of_a_deliver_in_the_middle_of_another_one_wins) {
  expect_that_one_wins<acts_when_moved<true>>();
  expect_that_one_wins<acts_when_moved<false>>();
}

TEST(promise, PRM_4_get_for_returns_the_fallback_not_before_its_time) {
  const promise<int> p;
  const auto begin = std::chrono::steady_clock::now();

  EXPECT_EQ(p.get_for(milliseconds(20), -1), -1);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(20));
  EXPECT_EQ(p.get_for(milliseconds(0), -2), -2);
  EXPECT_EQ(p.get_for(hours(-1), -3), -3);

  EXPECT_TRUE(p.deliver(7));
  EXPECT_EQ(p.get_for(milliseconds(0), -1), 7);
  EXPECT_EQ(p.get_for(hours::max(), -1), 7) << "longer than the clock goes";
}

TEST(promise, PRM_4_get_for_returns_a_value_that_comes_in_time) {
  const promise<int> p;
  std::thread deliverer([p] { EXPECT_TRUE(p.deliver(5)); });

  EXPECT_EQ(p.get_for(hours::max(), -1), 5);
  deliverer.join();
}

TEST(promise, PRM_5_an_empty_value_counts_as_delivered) {
  const promise<std::optional<int>> nothing;
  const promise<std::shared_ptr<int>> null;

  ASSERT_TRUE(nothing.deliver(std::nullopt));
  ASSERT_TRUE(null.deliver(nullptr));
  ASSERT_TRUE(nothing.is_realized());
  ASSERT_TRUE(null.is_realized());
  EXPECT_EQ(nothing.get(), std::nullopt);
  EXPECT_FALSE(nothing.deliver(1));
  EXPECT_EQ(null.get(), nullptr);
}

TEST(promise, PRM_6_one_that_nobody_delivers_never_throws_by_itself) {
  const promise<int> p;
  { const promise<int> deliverers_handle = p; }

  EXPECT_EQ(p.get_for(milliseconds(1), -1), -1);
  EXPECT_FALSE(p.is_realized());
}

TEST(promise, what_the_deliverer_did_before_is_visible) {
  for (int round = 0; round < tests::rounds / 50; ++round) {
    const promise<int> p;
    int before = 0;
    std::thread deliverer([&] {
      before = 1;
      static_cast<void>(p.deliver(0));
    });
    EXPECT_EQ(p.get(), 0);
    EXPECT_EQ(before, 1);
    deliverer.join();
  }
}

TEST(promise, a_value_that_cannot_be_moved_leaves_it_open) {
  struct throws {
    throws() = default;
    // NOLINTNEXTLINE(performance-noexcept-move-constructor): that it throws is the point
    throws(throws&&) { throw std::runtime_error("does not move"); }
  };
  const promise<throws> p;

  EXPECT_THROW(p.deliver(throws()), std::runtime_error);
  EXPECT_FALSE(p.is_realized());
}

TEST(promise, of_a_temporary_the_value_is_a_copy) {
  promise<std::string> p;
  EXPECT_TRUE(p.deliver("long enough to be stored elsewhere"));

  const std::string& kept = std::move(p).get();

  EXPECT_EQ(kept, "long enough to be stored elsewhere");
}

TEST(promise, a_handle_denotes_what_its_copies_do) {
  const promise<int> p;
  const promise<int> copy = p;

  EXPECT_EQ(p, copy);
  EXPECT_FALSE(p == promise<int>());
  EXPECT_TRUE(copy.deliver(3));
  EXPECT_EQ(p.get(), 3);
}

}  // namespace
}  // namespace tussle
