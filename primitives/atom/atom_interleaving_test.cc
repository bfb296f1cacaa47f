// What an atom does when another thread steps in between (ATOM-15; the forced side of
// ATOM-9 and ATOM-16).
//
// The step is forced: the update function, the validator or the watch runs the other
// thread from start to end. Where no user code runs, schedule points do it
// (atom_schedule_test.cc).
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "primitives/atom/atom.h"
#include "primitives/sync/hooks.h"
#include "primitives/testing/events_testing.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::on_another_thread;
using tests::sample;
using tests::successor;

template <typename T>
class atom_interleaving : public ::testing::Test {
 public:
  static T of(std::int64_t n) { return sample<T>::of(n); }
  std::int64_t present() const { return sample<T>::number(*a.load()); }

  const tests::undisturbed exactly;
  atom<T> a{sample<T>::of(1)};
};
TYPED_TEST_SUITE(atom_interleaving, tests::all_representations,
                 tests::representation_names);

TYPED_TEST(atom_interleaving, ATOM_15_swap_retries_when_another_update_lands_first) {
  std::vector<std::int64_t> given;
  const auto f = [&](const TypeParam& v) {
    given.push_back(sample<TypeParam>::number(v));
    if (given.size() == 1) on_another_thread([&] { this->a.reset(this->of(10)); });
    return successor(v);
  };

  const auto [old_value, new_value] = this->a.swap_vals(f);

  EXPECT_EQ(given, (std::vector<std::int64_t>{1, 10}));
  EXPECT_EQ(sample<TypeParam>::number(*old_value), 10);
  EXPECT_EQ(sample<TypeParam>::number(*new_value), 11);
  EXPECT_EQ(this->present(), 11);
}

TYPED_TEST(atom_interleaving, ATOM_15_the_first_result_is_never_seen_by_a_watch) {
  std::vector<std::int64_t> heard;
  this->a.add_watch("w", [&](auto&, auto&, auto&, const auto& n) {
    heard.push_back(sample<TypeParam>::number(*n));
  });
  const auto to_ten = [&](const TypeParam&) { return this->of(10); };
  bool stepped_in = false;

  this->a.swap([&](const TypeParam& v) {
    const bool first = !std::exchange(stepped_in, true);
    if (first) on_another_thread([&] { this->a.swap(to_ten); });
    return successor(v);
  });

  EXPECT_EQ(heard, (std::vector<std::int64_t>{10, 11}));
}

TYPED_TEST(atom_interleaving, ATOM_15_an_update_that_lands_during_validation_counts_too) {
  std::vector<std::int64_t> candidates;
  this->a.set_validator([&](const TypeParam& v) {
    const std::int64_t candidate = sample<TypeParam>::number(v);
    if (candidate == 1 || candidate == 10)
      return true;  // the present value, and the one that steps in
    candidates.push_back(candidate);
    if (candidates.size() == 1) on_another_thread([&] { this->a.reset(this->of(10)); });
    return true;
  });

  this->a.swap(successor<TypeParam>);

  EXPECT_EQ(candidates, (std::vector<std::int64_t>{2, 11}))
      << "every candidate is validated";
  EXPECT_EQ(this->present(), 11);
}

TYPED_TEST(atom_interleaving,
           ATOM_15_an_update_of_the_same_atom_inside_f_makes_it_retry) {
  int calls = 0;

  this->a.swap([&](const TypeParam& v) {
    if (++calls == 1) this->a.reset(this->of(5));
    return successor(v);
  });

  EXPECT_EQ(calls, 2);
  EXPECT_EQ(this->present(), 6);
}

TYPED_TEST(atom_interleaving, ATOM_9_every_retry_is_counted_as_a_failed_attempt) {
  const tests::counted_events here;
  int calls = 0;

  this->a.swap([&](const TypeParam& v) {
    if (++calls <= 3) on_another_thread([&] { this->a.swap(successor<TypeParam>); });
    return successor(v);
  });

  EXPECT_EQ(calls, 4);
  EXPECT_EQ(here[sync::event::failed_attempt], 3U);
}

TYPED_TEST(atom_interleaving,
           ATOM_16_reset_reports_the_value_that_it_replaced_not_one_read_before) {
  std::vector<std::pair<std::int64_t, std::int64_t>> heard;
  this->a.add_watch("w", [&](auto&, auto&, const auto& o, const auto& n) {
    heard.emplace_back(sample<TypeParam>::number(*o), sample<TypeParam>::number(*n));
  });
  this->a.set_validator([&](const TypeParam& v) {
    if (sample<TypeParam>::number(v) == 2)
      on_another_thread([&] { this->a.reset(this->of(10)); });
    return true;
  });

  const auto [old_value, new_value] = this->a.reset_vals(this->of(2));

  EXPECT_EQ(sample<TypeParam>::number(*old_value), 10);
  EXPECT_EQ(sample<TypeParam>::number(*new_value), 2);
  EXPECT_EQ(heard, (decltype(heard){{1, 10}, {10, 2}}));
}

TYPED_TEST(atom_interleaving,
           WATCH_2_a_change_is_visible_elsewhere_before_its_watches_hear_of_it) {
  std::int64_t seen_elsewhere = 0;
  this->a.add_watch("w", [&](auto&...) {
    on_another_thread([&] { seen_elsewhere = this->present(); });
  });

  this->a.swap(successor<TypeParam>);

  EXPECT_EQ(seen_elsewhere, 2);
}

TYPED_TEST(atom_interleaving,
           WATCH_7_a_watch_replaced_during_a_round_elsewhere_finishes_that_round) {
  std::vector<std::string> heard;
  this->a.add_watch("w", [&](auto&...) {
    on_another_thread(
        [&] { this->a.add_watch("w", [&](auto&...) { heard.emplace_back("second"); }); });
    heard.emplace_back("first");
  });

  this->a.swap(successor<TypeParam>);
  this->a.swap(successor<TypeParam>);

  EXPECT_EQ(heard, (std::vector<std::string>{"first", "second"}));
}

}  // namespace
}  // namespace tussle
