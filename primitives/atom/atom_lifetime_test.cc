// When values, validators and watches of an atom die, and what their destructors may do
// (ATOM-17, PIT-5, -10).
//
// A destructor that uses the atom deadlocks if it runs under one of the atom's locks.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "primitives/atom/atom.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::counted_value;

class atom_lifetime : public ::testing::Test {
 public:
  std::int64_t live() const { return all() - live_before_; }

 private:
  // Replaced values may wait for their thread to look again (reclaim/retired.h).
  static std::int64_t all() {
    reclaim::clean_up();
    return counted_value::live();
  }

  const std::int64_t live_before_ = all();
};

counted_value next(const counted_value& v) { return counted_value(v.number() + 1); }

TEST_F(atom_lifetime, ATOM_17_replaced_values_are_destroyed_once) {
  {
    atom<counted_value> a(counted_value(0));
    EXPECT_EQ(live(), 1);

    for (int i = 0; i < 10; ++i) a.swap(next);
    for (int i = 0; i < 10; ++i) a.reset(counted_value(i));
    for (int i = 0; i < 10; ++i) a.compare_and_set(a.load(), counted_value(i));
    for (int i = 0; i < 10; ++i)
      a.compare_and_set(snapshot(counted_value(i)), counted_value(i));

    EXPECT_EQ(live(), 1);
  }
  EXPECT_EQ(live(), 0);
}

TEST_F(atom_lifetime, ATOM_17_a_held_snapshot_keeps_its_value_across_updates) {
  atom<counted_value> a(counted_value(7));
  {
    const auto held = a.load();

    for (int i = 0; i < 10; ++i) a.reset(counted_value(i));

    EXPECT_EQ(held->number(), 7);
    EXPECT_EQ(live(), 2);
  }
  EXPECT_EQ(live(), 1);
}

TEST_F(atom_lifetime, ATOM_17_a_snapshot_outlives_the_atom) {
  std::optional<atom<counted_value>> a(std::in_place, counted_value(7));
  const auto held = a->load();

  a.reset();

  EXPECT_EQ(held->number(), 7);
  EXPECT_EQ(live(), 1);
}

TEST_F(atom_lifetime, ATOM_17_values_live_on_while_any_handle_to_the_atom_does) {
  std::optional<atom<counted_value>> a(std::in_place, counted_value(7));
  const atom<counted_value> copy = *a;

  a.reset();

  EXPECT_EQ(copy.load()->number(), 7);
  EXPECT_EQ(live(), 1);
}

TEST_F(atom_lifetime, ATOM_17_under_contention_nothing_leaks_and_nothing_dies_early) {
  {
    atom<counted_value> a(counted_value(0));

    tests::run_together(3, [&](int index) {
      std::vector<snapshot<counted_value>> held;
      for (int i = 0; i < tests::rounds / 4; ++i) {
        if (index == 0) a.reset(counted_value(i));
        if (index == 1) a.swap(next);
        held.push_back(a.load());
        if (held.size() == 16) held.clear();
      }
    });

    EXPECT_EQ(live(), 1);
  }
  EXPECT_EQ(live(), 0);
}

TEST_F(atom_lifetime, validators_and_watches_die_when_they_are_replaced_or_removed) {
  const counted_value in_closure(1);
  const auto only_mine = live();
  atom<int> a(1);

  for (int i = 0; i < 3; ++i) {
    a.set_validator([in_closure](int) { return true; });
    a.add_watch("w", [in_closure](auto&...) {});
  }
  EXPECT_EQ(live(), only_mine + 2);

  a.set_validator(nullptr);
  a.remove_watch("w");
  EXPECT_EQ(live(), only_mine);
}

// PIT-10: what it costs to own the atom from its own watch, and how to do without.
TEST_F(atom_lifetime,
       PIT_10_a_watch_that_owns_its_atom_keeps_it_alive_until_it_is_removed) {
  std::optional<atom<counted_value>> a(std::in_place, counted_value(7));
  const atom<counted_value>* owned_by_the_watch = nullptr;
  a->add_watch("cycle", [&, owner = *a](auto&...) { owned_by_the_watch = &owner; });
  a->swap(next);

  a.reset();
  EXPECT_EQ(live(), 1);

  a = *owned_by_the_watch;
  a->remove_watch("cycle");
  a.reset();
  EXPECT_EQ(live(), 0);
}

TEST_F(atom_lifetime,
       PIT_10_a_watch_that_uses_the_reference_it_is_given_keeps_nothing_alive) {
  {
    atom<counted_value> a(counted_value(7));
    a.add_watch("w", [](auto&, auto& reference, auto&, auto&) { reference.load(); });
    a.swap(next);
  }

  EXPECT_EQ(live(), 0);
}

// Calls back, once, when the last of its copies is destroyed.
class on_destruction {
 public:
  explicit on_destruction(std::function<void()> act)
      : act_(std::make_shared<std::function<void()>>(std::move(act))) {}
  on_destruction(const on_destruction&) = default;
  on_destruction(on_destruction&&) noexcept = default;
  on_destruction& operator=(const on_destruction&) = delete;
  on_destruction& operator=(on_destruction&&) = delete;
  ~on_destruction() {
    if (act_ == nullptr || act_.use_count() > 1) return;
    if (const auto act = std::exchange(*act_, nullptr)) act();
  }

  bool has_demands() const { return act_ != nullptr && *act_ != nullptr; }

 private:
  std::shared_ptr<std::function<void()>> act_;
};

// Everything that takes a lock of a boxed atom with rules.
template <typename T>
void use_everything(atom<T>& a) {
  const auto present = a.load();
  a.compare_and_set(present, present);
  a.reset(present);
  a.add_watch("passing", [](auto&...) {}).remove_watch("passing");
  a.set_validator(a.validator());
}

class atom_destructors : public ::testing::Test {
 public:
  // A value (or part of a closure) whose destructor uses the atom.
  on_destruction demanding() {
    return on_destruction([this] {
      use_everything(a);
      ++destroyed_;
    });
  }

  int destroyed() const {
    reclaim::clean_up();
    return destroyed_;
  }

  // Each test leaves it without demands: nothing may use an atom that is being destroyed.
  atom<on_destruction> a{on_destruction(nullptr)};

 private:
  int destroyed_ = 0;
};

TEST_F(atom_destructors, PIT_5_displaced_values_are_not_destroyed_under_a_lock) {
  a.reset(demanding());
  a.reset(demanding());
  EXPECT_EQ(destroyed(), 1);

  a.swap([&](const on_destruction&) { return demanding(); });
  EXPECT_EQ(destroyed(), 2);

  EXPECT_TRUE(a.compare_and_set(a.load(), on_destruction(nullptr)));
  EXPECT_EQ(destroyed(), 3);
}

TEST_F(atom_destructors, PIT_5_failed_candidates_are_not_destroyed_under_a_lock) {
  const tests::undisturbed exactly;
  const auto outdated = a.load();
  a.reset(on_destruction(nullptr));

  EXPECT_FALSE(a.compare_and_set(outdated, demanding()));
  EXPECT_EQ(destroyed(), 1);

  int calls = 0;
  a.swap([&](const on_destruction&) {
    if (++calls > 1) return on_destruction(nullptr);
    a.reset(on_destruction(nullptr));
    return demanding();
  });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(destroyed(), 2);
}

TEST_F(atom_destructors, PIT_5_rejected_candidates_are_not_destroyed_under_a_lock) {
  a.set_validator([](const on_destruction& v) { return !v.has_demands(); });

  EXPECT_THROW(a.reset(demanding()), invalid_state_error);
  const auto demand = [&](const on_destruction&) { return demanding(); };
  EXPECT_THROW(a.swap(demand), invalid_state_error);
  EXPECT_THROW(a.compare_and_set(a.load(), demanding()), invalid_state_error);

  EXPECT_EQ(destroyed(), 3);
}

TEST_F(atom_destructors,
       PIT_5_replaced_and_removed_watches_are_not_destroyed_under_a_lock) {
  a.add_watch("w", [d = demanding()](auto&...) {});
  a.add_watch("w", [d = demanding()](auto&...) {});
  EXPECT_EQ(destroyed(), 1);

  a.remove_watch("w");
  EXPECT_EQ(destroyed(), 2);
}

TEST_F(atom_destructors,
       PIT_5_replaced_and_rejected_validators_are_not_destroyed_under_a_lock) {
  a.set_validator([d = demanding()](const on_destruction&) { return true; });
  a.set_validator([d = demanding()](const on_destruction&) { return true; });
  EXPECT_EQ(destroyed(), 1);

  auto reject = [d = demanding()](const on_destruction&) { return false; };
  EXPECT_THROW(a.set_validator(std::move(reject)), invalid_state_error);
  EXPECT_EQ(destroyed(), 2);

  a.set_validator(nullptr);
  EXPECT_EQ(destroyed(), 3);
}

}  // namespace
}  // namespace tussle
