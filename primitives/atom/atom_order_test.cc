// What threads may conclude from what they read (ATOM-14 and section 2.3 of CONTRACT.md).
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "primitives/atom/atom.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::pair_barrier;
using tests::rounds;
using tests::run_together;
using tests::sample;

// How often both threads of the store-buffer litmus missed the other's store:
//   thread 0: x.reset(i); r0 = y.load()      thread 1: y.reset(i); r1 = x.load()
template <typename X, typename Y>
int times_both_missed(int tries) {
  atom<X> x(sample<X>::of(0));
  atom<Y> y(sample<Y>::of(0));
  pair_barrier barrier;
  std::int64_t seen[2] = {0, 0};
  int both_missed = 0;

  run_together(2, [&](int index) {
    for (int i = 1; i <= tries; ++i) {
      barrier.meet();
      if (index == 0) {
        x.reset(sample<X>::of(i));
        seen[0] = sample<Y>::number(*y.load());
      } else {
        y.reset(sample<Y>::of(i));
        seen[1] = sample<X>::number(*x.load());
      }
      barrier.meet();
      if (index == 0 && seen[0] < i && seen[1] < i) ++both_missed;
    }
  });
  return both_missed;
}

constexpr int tries = rounds / 2;

TEST(atom_order, ATOM_14_stores_to_two_inline_atoms_are_not_both_missed) {
  EXPECT_EQ((times_both_missed<std::int64_t, std::int64_t>(tries)), 0);
}

TEST(atom_order, ATOM_14_stores_to_inline_atoms_of_different_types_are_not_both_missed) {
  EXPECT_EQ((times_both_missed<std::int64_t, tests::halves>(tries)), 0);
}

TEST(atom_order, ATOM_14_stores_to_two_boxed_atoms_are_not_both_missed) {
  EXPECT_EQ((times_both_missed<tests::wide, tests::wide>(tries)), 0);
}

TEST(atom_order, ATOM_14_stores_to_an_inline_and_a_boxed_atom_are_not_both_missed) {
  EXPECT_EQ((times_both_missed<std::int64_t, tests::wide>(tries)), 0);
}

template <typename T>
class atom_order_of : public ::testing::Test {};
TYPED_TEST_SUITE(atom_order_of, tests::all_representations, tests::representation_names);

TYPED_TEST(atom_order_of, ATOM_14_what_came_before_an_update_is_visible_to_who_loads_it) {
  // The payload is plain: without the order this is a data race, which ThreadSanitizer
  // reports.
  std::vector<int> payload(static_cast<std::size_t>(rounds) + 1, 0);
  atom<TypeParam> published(sample<TypeParam>::of(0));

  run_together(2, [&](int index) {
    for (std::int64_t i = 1; index == 0 && i <= rounds; ++i) {
      payload[static_cast<std::size_t>(i)] = 7;
      published.reset(sample<TypeParam>::of(i));
    }
    for (std::int64_t seen = 0; index == 1 && seen < rounds;) {
      seen = sample<TypeParam>::number(*published.load());
      ASSERT_TRUE(seen == 0 || payload[static_cast<std::size_t>(seen)] == 7);
    }
  });
}

// One atom, one thread that subscribes to it, and one that updates it.
template <typename T>
struct subscription {
  void subscribe() {
    subject.add_watch("w", [this](auto&...) { ++heard; });
    loaded = sample<T>::number(*subject.load());
  }
  void update() { subject.reset(sample<T>::of(1)); }

  atom<T> subject{sample<T>::of(0)};
  std::int64_t loaded = -1;
  int heard = 0;
};

// "Add the watch, then load": from the loaded value on, no update is missed.
TYPED_TEST(atom_order_of, whoever_adds_a_watch_and_then_loads_misses_no_later_update) {
  std::vector<subscription<TypeParam>> trials(static_cast<std::size_t>(rounds) / 4);
  pair_barrier barrier;

  run_together(2, [&](int index) {
    for (auto& trial : trials) {
      barrier.meet();
      index == 0 ? trial.subscribe() : trial.update();
    }
  });

  for (const auto& trial : trials) EXPECT_TRUE(trial.loaded == 1 || trial.heard == 1);
}

}  // namespace
}  // namespace tussle
