// What an atom does when another thread steps in where no user code runs: between the
// last look and the install, and between the install and the watches. Built in modes with
// schedule points only.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "primitives/atom/atom.h"
#include "primitives/sync/hooks.h"
#include "primitives/sync/mode.h"
#include "primitives/testing/events_testing.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/schedulers_testing.h"

namespace tussle {
namespace {

static_assert(sync::has_schedule_points);

using tests::sample;
using tests::successor;

template <typename T>
class atom_schedule : public ::testing::Test {
 public:
  static T of(std::int64_t n) { return sample<T>::of(n); }
  std::int64_t present() const { return sample<T>::number(*a.load()); }

  atom<T> a{sample<T>::of(1)};
};
TYPED_TEST_SUITE(atom_schedule, tests::all_representations, tests::representation_names);

TYPED_TEST(atom_schedule,
           ATOM_15_an_update_that_lands_just_before_the_install_is_not_lost) {
  tests::freeze_at freeze("atom.swap.before_install");
  int calls = 0;
  std::thread updater([&] {
    this->a.swap([&](const TypeParam& v) {
      ++calls;
      return successor(v);
    });
  });

  freeze.wait_until_reached();
  this->a.reset(this->of(10));
  freeze.let_go();
  updater.join();

  EXPECT_EQ(calls, 2);
  EXPECT_EQ(this->present(), 11);
}

TYPED_TEST(atom_schedule, ATOM_9_a_spurious_failure_is_retried_with_the_same_value) {
  this->a
      .load();  // a thread's first look takes a row, by weak compare-exchanges of its own
  const tests::fail_weakly fail(5);
  const tests::counted_events here;
  int calls = 0;

  this->a.swap([&](const TypeParam& v) {
    ++calls;
    return successor(v);
  });

  constexpr int failures = 5;
  EXPECT_EQ(calls, 1 + failures);
  EXPECT_EQ(here[sync::event::failed_attempt], static_cast<std::uint64_t>(failures));
  EXPECT_EQ(this->present(), 2);
}

TYPED_TEST(atom_schedule,
           ATOM_11_compare_and_set_does_not_fail_spuriously_when_weak_ones_do) {
  const tests::fail_weakly fail(1'000'000);

  for (std::int64_t n = 2; n < 100; ++n) {
    EXPECT_TRUE(this->a.compare_and_set(this->a.load(), this->of(n)));
  }
}

TYPED_TEST(atom_schedule,
           ATOM_16_reset_frozen_before_its_install_reports_what_it_replaces) {
  tests::freeze_at freeze("atom.reset.before_install");
  std::int64_t replaced = 0;
  std::thread updater([&] {
    replaced = sample<TypeParam>::number(*this->a.reset_vals(this->of(2)).first);
  });

  freeze.wait_until_reached();
  this->a.swap([&](const TypeParam&) { return this->of(10); });
  freeze.let_go();
  updater.join();

  EXPECT_EQ(replaced, 10);
}

TYPED_TEST(atom_schedule, WATCH_5_a_watch_removed_before_the_round_starts_is_not_called) {
  int calls = 0;
  this->a.add_watch("w", [&](auto&...) { ++calls; });
  tests::freeze_at freeze("atom.before_notify");
  std::thread updater([&] { this->a.swap(successor<TypeParam>); });

  freeze.wait_until_reached();
  EXPECT_EQ(this->present(), 2) << "the change is installed before the round";
  this->a.remove_watch("w");
  freeze.let_go();
  updater.join();

  EXPECT_EQ(calls, 0);
}

// Notes whether the thread holds a lock of the seam.
class lock_depth final : public tests::scoped_scheduler {
 public:
  lock_depth() { install(); }
  ~lock_depth() { uninstall(); }
  lock_depth(const lock_depth&) = delete;
  lock_depth& operator=(const lock_depth&) = delete;

  void before(const sync::visible_operation& next) noexcept override {
    if (next.kind == sync::operation::lock) ++depth;
    if (next.kind == sync::operation::unlock) --depth;
  }

  int depth = 0;
};

TYPED_TEST(atom_schedule, ATOM_15_no_user_function_runs_under_a_lock) {
  lock_depth locks;
  int calls = 0;
  const auto unlocked = [&] { return ++calls > 0 && locks.depth == 0; };
  this->a.set_validator([&](const TypeParam&) { return unlocked(); });
  this->a.add_watch("w", [&](auto&...) { EXPECT_TRUE(unlocked()); });

  this->a.swap([&](const TypeParam& v) {
    EXPECT_TRUE(unlocked());
    return successor(v);
  });
  this->a.reset(this->of(5));
  EXPECT_TRUE(this->a.compare_and_set(this->a.load(), this->of(6)));

  EXPECT_EQ(calls, 8) << "validator: 4, watch: 3, update function: 1";
}

// On x86 an exchange is a full barrier whatever its order, so that no execution here can
// show a weaker one: what is asked for is what is tested.
TEST(atom_of_one_word, ATOM_14_asks_for_sequential_consistency_in_every_operation) {
  atom<std::int64_t> a(1);
  const tests::note_operations noting;

  a.load();
  a.swap([](std::int64_t v) { return v + 1; });
  a.reset(5);
  a.compare_and_set(a.load(), 6);

  std::size_t on_words = 0;
  for (const sync::visible_operation& seen : noting.seen) {
    if (seen.kind == sync::operation::named_point) continue;
    EXPECT_EQ(seen.order, std::memory_order_seq_cst);
    EXPECT_EQ(seen.failure_order, std::memory_order_seq_cst);
    ++on_words;
  }
  EXPECT_GE(on_words, 6U);
}

}  // namespace
}  // namespace tussle
