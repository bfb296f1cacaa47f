// What an atom is when memory runs out (PIT-6). A binary of its own: it replaces operator
// new.
//
// Each operation is tried with its first allocation failing, then its second, and so on
// until it succeeds; after each failure the atom, its validator and its watches must be
// as they were.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <new>
#include <string>
#include <utility>

#include "primitives/atom/atom.h"
#include "primitives/testing/failing_allocation_testing.h"
#include "primitives/testing/instances_testing.h"

namespace tussle {
namespace {

using tests::counted_value;

// Runs `act` with ever later allocations failing, until it succeeds; `check` looks after
// each failure. Returns how often it failed.
int fail_each_allocation(const std::function<void()>& act,
                         const std::function<void()>& check) {
  for (int successes = 0;; ++successes) {
    tests::let_allocations_succeed(successes);
    try {
      act();
      tests::let_all_allocations_succeed();
      return successes;
    } catch (const std::bad_alloc&) {
      tests::let_all_allocations_succeed();
      check();
    }
  }
}

class atom_allocation : public ::testing::Test {
 public:
  // Longer than a string keeps within itself.
  const std::string key = "the key of a watch that needs memory of its own";

  void expect_unchanged() {
    EXPECT_TRUE(a.load().same_as(before));
    EXPECT_EQ(heard, 0);
  }

  std::int64_t live_before = counted_value::live();
  int heard = 0;
  atom<counted_value> a{counted_value(1)};
  snapshot<counted_value> before = a.load();
};

TEST_F(atom_allocation, PIT_6_an_update_that_finds_no_memory_changes_nothing) {
  a.add_watch("w", [this](auto&...) { ++heard; });
  const auto unchanged = [this] { expect_unchanged(); };

  // Where nodes come from a pool most updates need no memory.
  const int least = reclaim::detail::pools_nodes ? 0 : 1;
  EXPECT_GE(fail_each_allocation([&] { a.compare_and_set(before, counted_value(2)); },
                                 unchanged),
            least);
  EXPECT_EQ(std::exchange(heard, 0), 1);

  before = a.load();
  EXPECT_GE(fail_each_allocation([&] { a.reset(counted_value(3)); }, unchanged), least);
  EXPECT_EQ(std::exchange(heard, 0), 1);

  before = a.load();
  const auto next = [](const counted_value& v) { return counted_value(v.number() + 1); };
  EXPECT_GE(fail_each_allocation([&] { a.swap(next); }, unchanged), least);
  EXPECT_EQ(a.load()->number(), 4);
}

TEST_F(atom_allocation, PIT_6_adding_a_watch_without_memory_adds_none) {
  const auto not_added = [this] {
    expect_unchanged();
    before = a.reset(counted_value(0));
    EXPECT_EQ(heard, 0) << "the watch was not added";
  };

  const int failures = fail_each_allocation(
      [&] { a.add_watch(key, [this](auto&...) { ++heard; }); }, not_added);

  EXPECT_GT(failures, 2);
  a.reset(counted_value(0));
  EXPECT_EQ(heard, 1);
}

TEST_F(atom_allocation, PIT_6_replacing_a_watch_without_memory_keeps_the_present_one) {
  int first = 0;
  a.add_watch(key, [&](auto&...) { ++first; });
  const auto kept = [&] {
    first = 0;
    before = a.reset(counted_value(0));
    EXPECT_EQ(first, 1);
    EXPECT_EQ(heard, 0);
  };

  fail_each_allocation([&] { a.add_watch(key, [this](auto&...) { ++heard; }); }, kept);

  first = 0;
  a.reset(counted_value(0));
  EXPECT_EQ(first, 0);
  EXPECT_EQ(heard, 1);
}

TEST_F(atom_allocation, PIT_6_removing_a_watch_without_memory_keeps_it) {
  int kept = 0;
  a.add_watch("other", [](auto&...) {});
  a.add_watch(key, [&](auto&...) { ++kept; });
  const auto still_there = [&] {
    kept = 0;
    a.reset(counted_value(0));
    EXPECT_EQ(kept, 1);
  };

  fail_each_allocation([&] { a.remove_watch(key); }, still_there);

  kept = 0;
  a.reset(counted_value(0));
  EXPECT_EQ(kept, 0);
}

TEST_F(atom_allocation, PIT_6_installing_a_validator_without_memory_installs_none) {
  const auto still_free = [this] { EXPECT_NO_THROW(a.reset(counted_value(-1))); };
  const std::string reason = "needs memory of its own, more than a function object has";

  const int failures = fail_each_allocation(
      [&] {
        a.reset(counted_value(1));
        a.set_validator([reason](const counted_value& v) { return v.number() > 0; });
      },
      still_free);

  EXPECT_GT(failures, 2);
  EXPECT_THROW(a.reset(counted_value(-1)), invalid_state_error);
}

TEST_F(atom_allocation, PIT_6_an_atom_that_finds_no_memory_leaves_nothing_behind) {
  const auto live = counted_value::live();

  fail_each_allocation([] { atom<counted_value>(counted_value(1)); },
                       [&] { EXPECT_EQ(counted_value::live(), live); });

  EXPECT_EQ(counted_value::live(), live);
}

// Uses the atom when it is destroyed: deadlocks under a lock of the watches.
class using_on_destruction {
 public:
  explicit using_on_destruction(atom<counted_value>& a) : atom_(&a) {}
  using_on_destruction(using_on_destruction&& other) noexcept
      : atom_(std::exchange(other.atom_, nullptr)) {}
  using_on_destruction(const using_on_destruction&) = delete;
  using_on_destruction& operator=(const using_on_destruction&) = delete;
  using_on_destruction& operator=(using_on_destruction&&) = delete;
  ~using_on_destruction() {
    if (atom_ != nullptr) atom_->remove_watch("unknown");
  }

 private:
  atom<counted_value>* atom_;
};

TEST_F(atom_allocation,
       PIT_5_a_watch_that_finds_no_memory_is_not_destroyed_under_a_lock) {
  a.add_watch("w", [](auto&...) {});
  int failures = 0;

  fail_each_allocation(
      [&] { a.add_watch(key, [u = using_on_destruction(a)](auto&...) {}); },
      [&] { ++failures; });

  EXPECT_GT(failures, 2);
  a.remove_watch(key);
}

}  // namespace
}  // namespace tussle
