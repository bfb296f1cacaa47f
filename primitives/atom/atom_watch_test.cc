// Watches of an atom (WATCH-1 ... WATCH-8), for every representation. WATCH-9:
// atom_contention_test.cc.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/atom/atom.h"
#include "primitives/testing/representations_testing.h"

namespace tussle {
namespace {

using tests::sample;
using tests::successor;

template <typename T>
class atom_watch : public ::testing::Test {
 public:
  // A watch that notes `name` in `heard`.
  auto hears(std::string name) {
    return [this, name = std::move(name)](auto&...) { heard.push_back(name); };
  }

  using names = std::vector<std::string>;
  atom<T> a{sample<T>::of(1)};
  names heard;
};
TYPED_TEST_SUITE(atom_watch, tests::all_representations, tests::representation_names);

TYPED_TEST(atom_watch, WATCH_1_adding_one_does_not_call_it) {
  this->a.add_watch("w", this->hears("w"));

  EXPECT_TRUE(this->heard.empty());
}

TYPED_TEST(atom_watch,
           WATCH_2_it_receives_key_reference_old_and_new_on_the_updating_thread) {
  const auto before = this->a.load();
  std::thread::id updater;
  int calls = 0;
  this->a.add_watch("key",
                    [&](const watch_key& key, atom<TypeParam>& reference,
                        const snapshot<TypeParam>& o, const snapshot<TypeParam>& n) {
                      ++calls;
                      EXPECT_EQ(key, "key");
                      EXPECT_TRUE(reference == this->a);
                      EXPECT_TRUE(o.same_as(before));
                      EXPECT_EQ(sample<TypeParam>::number(*n), 2);
                      EXPECT_TRUE(n.same_as(reference.load()))
                          << "the change is visible before the watches hear of it";
                      EXPECT_EQ(std::this_thread::get_id(), updater);
                    });

  std::thread([&] {
    updater = std::this_thread::get_id();
    this->a.swap(successor<TypeParam>);
  }).join();

  EXPECT_EQ(calls, 1);
}

TYPED_TEST(atom_watch, WATCH_3_every_key_hears_of_every_kind_of_update_exactly_once) {
  int first = 0;
  int second = 0;
  this->a.add_watch("first", [&](auto&...) { ++first; });
  this->a.add_watch("second", [&](auto&...) { ++second; });

  this->a.swap(successor<TypeParam>);
  this->a.swap_vals(successor<TypeParam>);
  this->a.reset(sample<TypeParam>::of(5));
  this->a.reset_vals(sample<TypeParam>::of(6));
  EXPECT_TRUE(this->a.compare_and_set(this->a.load(), sample<TypeParam>::of(7)));

  EXPECT_EQ(first, 5);
  EXPECT_EQ(second, 5);
}

TYPED_TEST(atom_watch, WATCH_4_the_same_key_replaces) {
  this->a.add_watch("w", this->hears("first"));
  this->a.add_watch("other", this->hears("other"));
  this->a.add_watch("w", this->hears("second"));

  this->a.swap(successor<TypeParam>);

  EXPECT_EQ(this->heard.size(), 2U);
  EXPECT_EQ(std::count(this->heard.begin(), this->heard.end(), "first"), 0);
  EXPECT_EQ(std::count(this->heard.begin(), this->heard.end(), "second"), 1);
}

TYPED_TEST(atom_watch, WATCH_5_removing_an_unknown_key_changes_nothing) {
  this->a.remove_watch("unknown");
  this->a.add_watch("w", this->hears("w"));
  this->a.remove_watch("unknown");

  this->a.swap(successor<TypeParam>);

  EXPECT_EQ(this->heard, typename TestFixture::names{"w"});
}

TYPED_TEST(atom_watch, WATCH_5_a_removed_one_is_not_called_again) {
  this->a.add_watch("gone", this->hears("gone")).add_watch("kept", this->hears("kept"));
  this->a.remove_watch("gone");

  this->a.swap(successor<TypeParam>);
  this->a.remove_watch("kept");
  this->a.swap(successor<TypeParam>);

  EXPECT_EQ(this->heard, typename TestFixture::names{"kept"});
}

TYPED_TEST(atom_watch, WATCH_6_updates_that_leave_the_value_identical_still_notify) {
  this->a.add_watch("w", this->hears("w"));

  this->a.swap([](const snapshot<TypeParam>& present) { return present; });
  this->a.reset(this->a.load());
  this->a.compare_and_set(this->a.load(), this->a.load());

  EXPECT_EQ(this->heard.size(), 3U);
}

TYPED_TEST(atom_watch, WATCH_7_one_added_inside_a_round_hears_of_the_next_update_first) {
  this->a.add_watch("outer", [this](auto&, auto& reference, auto&, auto&) {
    reference.add_watch("inner", this->hears("inner"));
  });

  this->a.swap(successor<TypeParam>);
  EXPECT_TRUE(this->heard.empty());

  this->a.swap(successor<TypeParam>);
  EXPECT_EQ(this->heard, typename TestFixture::names{"inner"});
}

TYPED_TEST(atom_watch, WATCH_7_the_set_is_fixed_when_the_round_starts) {
  // Each watch removes both and replaces the other: whichever comes first, both belong to
  // this round.
  for (const std::string name : {"x", "y"}) {
    this->a.add_watch(name, [this, name](auto&, auto& reference, auto&, auto&) {
      this->heard.push_back(name);
      reference.remove_watch("x").remove_watch("y");
      reference.add_watch(name == "x" ? "y" : "x", this->hears("late"));
    });
  }

  this->a.swap(successor<TypeParam>);

  std::sort(this->heard.begin(), this->heard.end());
  EXPECT_EQ(this->heard, (typename TestFixture::names{"x", "y"}));
}

TYPED_TEST(atom_watch,
           WATCH_7_one_that_removes_itself_while_it_runs_stays_alive_until_it_returns) {
  auto leave = [this, state = std::make_unique<std::string>("still here")](
                   const watch_key& key, auto& reference, auto&, auto&) {
    reference.remove_watch(key);
    this->heard.push_back(*state + " " + key);
  };
  this->a.add_watch("w", std::move(leave));

  this->a.swap(successor<TypeParam>);
  this->a.swap(successor<TypeParam>);

  EXPECT_EQ(this->heard, typename TestFixture::names{"still here w"});
}

TYPED_TEST(atom_watch, WATCH_8_the_new_value_stands_when_a_watch_throws) {
  this->a.add_watch("w", [](auto&...) { throw std::out_of_range("watch"); });

  EXPECT_THROW(this->a.swap(successor<TypeParam>), std::out_of_range);
  EXPECT_EQ(sample<TypeParam>::number(*this->a.load()), 2);

  EXPECT_THROW(this->a.reset(sample<TypeParam>::of(5)), std::out_of_range);
  EXPECT_EQ(sample<TypeParam>::number(*this->a.load()), 5);

  EXPECT_THROW(this->a.compare_and_set(this->a.load(), sample<TypeParam>::of(6)),
               std::out_of_range);
  EXPECT_EQ(sample<TypeParam>::number(*this->a.load()), 6);
}

TYPED_TEST(atom_watch,
           WATCH_8_the_rest_of_the_round_is_skipped_and_the_next_round_is_whole) {
  int calls = 0;
  for (const std::string name : {"x", "y", "z"}) {
    this->a.add_watch(name, [&](auto&...) {
      if (++calls == 1) throw std::out_of_range("the first to be called");
    });
  }

  EXPECT_THROW(this->a.swap(successor<TypeParam>), std::out_of_range);
  EXPECT_EQ(calls, 1);

  this->a.swap(successor<TypeParam>);
  EXPECT_EQ(calls, 4);
}

TYPED_TEST(atom_watch, WATCH_3_a_watch_that_swaps_the_same_atom_recurses) {
  this->a.add_watch("w", [this](auto&, auto& reference, auto&, const auto& n) {
    this->heard.push_back(std::to_string(sample<TypeParam>::number(*n)));
    if (sample<TypeParam>::number(*n) < 4) reference.swap(successor<TypeParam>);
  });

  const auto returned = this->a.swap(successor<TypeParam>);

  EXPECT_EQ(this->heard, (typename TestFixture::names{"2", "3", "4"}));
  EXPECT_EQ(sample<TypeParam>::number(*returned), 2)
      << "each swap returns what it installed itself";
}

}  // namespace
}  // namespace tussle
