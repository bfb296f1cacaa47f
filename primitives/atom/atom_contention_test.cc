// What holds of atoms under contention (ATOM-8 ... ATOM-13, ATOM-16, WATCH-9), for every
// representation.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/atom/atom.h"
#include "primitives/sync/hooks.h"
#include "primitives/testing/events_testing.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::rounds;
using tests::run_together;
using tests::sample;
using tests::successor;

constexpr int threads = 4;

// Old and new of one update.
using link = std::pair<std::int64_t, std::int64_t>;

// The last number of the chain that the links form from `first` on; -1 if they fork or
// leave a gap.
std::int64_t end_of_chain(std::vector<link> links, std::int64_t first) {
  std::sort(links.begin(), links.end());
  std::int64_t present = first;
  for (std::size_t used = 0; used < links.size(); ++used) {
    const auto next =
        std::lower_bound(links.begin(), links.end(), link{present, INT64_MIN});
    if (next == links.end() || next->first != present) return -1;
    if (std::next(next) != links.end() && std::next(next)->first == present) return -1;
    present = next->second;
  }
  return present;
}

TEST(end_of_chain, finds_forks_and_gaps) {
  EXPECT_EQ(end_of_chain({{2, 3}, {0, 1}, {1, 2}}, 0), 3);
  EXPECT_EQ(end_of_chain({{0, 1}, {0, 2}}, 0), -1);
  EXPECT_EQ(end_of_chain({{0, 1}, {2, 3}}, 0), -1);
  EXPECT_EQ(end_of_chain({{0, 1}, {1, 0}}, 0), 0)
      << "numbers that come back are not unique values";
}

template <typename T>
link numbers(const typename atom<T>::change& change) {
  return {sample<T>::number(*change.first), sample<T>::number(*change.second)};
}

template <typename T>
class contended_atom : public ::testing::Test {
 public:
  static T of(std::int64_t n) { return sample<T>::of(n); }
  static std::int64_t number(const snapshot<T>& s) { return sample<T>::number(*s); }

  atom<T> a{sample<T>::of(0)};
  const std::int64_t total = std::int64_t{threads} * rounds;
};
TYPED_TEST_SUITE(contended_atom, tests::all_representations, tests::representation_names);

TYPED_TEST(contended_atom, ATOM_8_no_increment_is_lost) {
  run_together(threads, [&](int) {
    for (int i = 0; i < rounds; ++i) this->a.swap(successor<TypeParam>);
  });

  EXPECT_EQ(this->number(this->a.load()), this->total);
}

TYPED_TEST(contended_atom, ATOM_9_every_extra_call_of_f_is_a_failed_attempt) {
  std::atomic<std::uint64_t> calls{0};
  std::atomic<std::uint64_t> failed{0};

  run_together(threads, [&](int) {
    const tests::counted_events here;
    std::uint64_t mine = 0;
    for (int i = 0; i < rounds; ++i) {
      this->a.swap([&](const TypeParam& v) {
        ++mine;
        if (i % 64 == 0) std::this_thread::yield();  // invites another update
        return successor(v);
      });
    }
    calls += mine;
    failed += here[sync::event::failed_attempt];
  });

  const auto swaps = static_cast<std::uint64_t>(this->total);
  EXPECT_GE(calls.load(), swaps);
  EXPECT_EQ(calls.load() - swaps, failed.load());
}

TYPED_TEST(contended_atom, ATOM_10_the_changes_that_swap_vals_returns_form_one_chain) {
  std::vector<std::vector<link>> changes(threads);

  run_together(threads, [&](int index) {
    auto& mine = changes[static_cast<std::size_t>(index)];
    for (int i = 0; i < rounds; ++i) {
      const std::int64_t unique = 1 + index + std::int64_t{threads} * i;
      mine.push_back(numbers<TypeParam>(
          this->a.swap_vals([&](const TypeParam&) { return this->of(unique); })));
    }
  });

  std::vector<link> all;
  for (const auto& mine : changes) all.insert(all.end(), mine.begin(), mine.end());
  ASSERT_EQ(all.size(), static_cast<std::size_t>(this->total));
  EXPECT_EQ(end_of_chain(all, 0), this->number(this->a.load()));
}

TYPED_TEST(contended_atom, ATOM_11_on_an_idle_atom_compare_and_set_always_succeeds) {
  for (int i = 1; i <= rounds; ++i) {
    ASSERT_TRUE(this->a.compare_and_set(this->a.load(), this->of(i)));
  }
}

TYPED_TEST(contended_atom, ATOM_11_of_rival_compare_and_sets_exactly_one_succeeds) {
  std::atomic<int> successes{0};
  tests::pair_barrier barrier;

  run_together(2, [&](int index) {
    for (int i = 1; i <= rounds / 4; ++i) {
      const auto expected = this->a.load();
      barrier.meet();
      successes += this->a.compare_and_set(expected, this->of(2 * i + index)) ? 1 : 0;
      barrier.meet();
    }
  });

  EXPECT_EQ(successes.load(), rounds / 4);
}

TYPED_TEST(contended_atom, ATOM_12_a_reader_sees_no_torn_value) {
  std::atomic<bool> done{false};

  run_together(3, [&](int index) {
    if (index == 0) {
      for (int i = 0; i < rounds; ++i) this->a.swap(successor<TypeParam>);
      for (int i = 0; i < rounds; ++i) this->a.reset(this->of(-i));
      done = true;
      return;
    }
    do {
      const auto present = this->a.load();
      EXPECT_NO_THROW(this->number(present));
    } while (!done);
  });
}

TYPED_TEST(contended_atom,
           ATOM_12_a_reader_never_sees_a_candidate_that_is_not_installed) {
  // Only even numbers are ever installed: odd candidates are rejected.
  const auto even = [](const TypeParam& v) {
    return sample<TypeParam>::number(v) % 2 == 0;
  };
  const auto by_two = [](const TypeParam& v) { return successor(successor(v)); };
  this->a.set_validator(even);

  run_together(3, [&](int index) {
    for (int i = 0; i < rounds / 4; ++i) {
      if (index != 0) this->a.swap(by_two);
      EXPECT_THROW(this->a.swap(successor<TypeParam>), invalid_state_error);
      EXPECT_TRUE(even(*this->a.load()));
    }
  });
}

TYPED_TEST(contended_atom, ATOM_13_a_growing_atom_never_goes_backwards_for_a_thread) {
  run_together(threads, [&](int index) {
    std::int64_t last = 0;
    for (int i = 0; i < rounds; ++i) {
      if (index % 2 == 0) this->a.swap(successor<TypeParam>);
      const std::int64_t present = this->number(this->a.load());
      ASSERT_GE(present, last);
      last = present;
    }
  });
}

// Collects what one watch hears.
template <typename T>
std::vector<link> heard_during(atom<T>& a, const auto& act) {
  std::mutex mutex;
  std::vector<link> heard;
  a.add_watch("collect", [&](auto&, auto&, const auto& o, const auto& n) {
    const std::lock_guard lock(mutex);
    heard.emplace_back(sample<T>::number(*o), sample<T>::number(*n));
  });
  act();
  a.remove_watch("collect");
  return heard;
}

TYPED_TEST(contended_atom,
           ATOM_16_with_concurrent_resets_watches_hear_what_was_replaced) {
  const auto heard = heard_during(this->a, [&] {
    run_together(threads, [&](int index) {
      for (int i = 0; i < rounds; ++i) this->a.reset(this->of(1 + index + threads * i));
    });
  });

  ASSERT_EQ(heard.size(), static_cast<std::size_t>(this->total));
  EXPECT_EQ(end_of_chain(heard, 0), this->number(this->a.load()));
}

TYPED_TEST(contended_atom,
           WATCH_9_one_watch_hears_every_swap_once_and_the_pairs_form_a_chain) {
  const auto heard = heard_during(this->a, [&] {
    run_together(threads, [&](int) {
      for (int i = 0; i < rounds; ++i) this->a.swap(successor<TypeParam>);
    });
  });

  ASSERT_EQ(heard.size(), static_cast<std::size_t>(this->total));
  EXPECT_EQ(end_of_chain(heard, 0), this->total);
}

TYPED_TEST(contended_atom, WATCH_9_changing_rules_meanwhile_loses_and_repeats_nothing) {
  const auto accept_all = [](const TypeParam&) { return true; };
  const auto swap_and_change_rules = [&](int index) {
    for (int i = 0; i < rounds / 4; ++i) {
      this->a.swap(successor<TypeParam>);
      if (index == 0) this->a.add_watch("passing", [](auto&...) {});
      if (index == 1) this->a.remove_watch("passing");
      if (index == 2 && i % 2 == 0) this->a.set_validator(accept_all);
      if (index == 2 && i % 2 == 1) this->a.set_validator(nullptr);
    }
  };

  const auto heard =
      heard_during(this->a, [&] { run_together(3, swap_and_change_rules); });

  EXPECT_EQ(heard.size(), static_cast<std::size_t>(3 * (rounds / 4)));
  EXPECT_EQ(end_of_chain(heard, 0), this->number(this->a.load()));
}

}  // namespace
}  // namespace tussle
