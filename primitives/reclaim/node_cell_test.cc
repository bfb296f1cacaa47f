// What handles stand for, by a slot and by a count, and that none of it leaks. The cell's
// own operations: reference/cell_test.cc.
#include "primitives/reclaim/node_cell.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "primitives/testing/instances_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle::reclaim {
namespace {

using tests::counted_value;
using value_ref = node_ref<counted_value>;
using value_cell = node_cell<counted_value>;

std::int64_t live() {
  clean_up();
  return counted_value::live();
}

class node_cells : public ::testing::Test {
 public:
  ~node_cells() override { EXPECT_EQ(live(), before_); }

  static void replace(value_cell& cell, int number) {
    auto next = value_ref::make(number);
    cell.exchange(next);
  }

 private:
  const std::int64_t before_ = live();
};

TEST_F(node_cells, more_handles_than_slots_are_counted) {
  value_cell cell(value_ref::make(0));
  std::vector<value_ref> held;

  for (int i = 0; i < 100; ++i) {
    held.push_back(cell.load());
    replace(cell, i + 1);
  }

  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ((*held[static_cast<std::size_t>(i)]).number(), i);
  }
}

TEST_F(node_cells, reads_nest_deeper_than_there_are_slots) {
  value_cell cell(value_ref::make(0));
  constexpr int depth = 20;
  std::vector<std::int64_t> seen;
  std::function<void(int)> nest = [&](int level) {
    auto f = [&](const counted_value& v) {
      const std::int64_t before = v.number();
      replace(cell, level + 1);
      if (level + 1 < depth) nest(level + 1);
      clean_up();
      EXPECT_EQ(v.number(), before) << "borrowed until f returns";
      seen.push_back(before);
    };
    cell.read(f);
  };

  nest(0);

  ASSERT_EQ(seen.size(), static_cast<std::size_t>(depth));
  EXPECT_EQ(seen.front(), depth - 1);
}

TEST_F(node_cells, a_read_whose_function_throws_gives_its_slot_back) {
  const value_cell cell(value_ref::make(0));
  auto thrower = [](const counted_value&) -> int { throw 7; };

  for (int i = 0; i < 100; ++i) EXPECT_THROW(cell.read(thrower), int);

  EXPECT_NE(own_row().free_read_slot(), nullptr);
}

TEST_F(node_cells, a_handle_can_be_dropped_by_another_thread) {
  value_cell cell(value_ref::make(0));
  std::optional<value_ref> loaded = cell.load();
  hazard_slot* const next_free = own_row().free_handle_slot(0);

  tests::on_another_thread([&] {
    const value_ref moved = std::move(*loaded);
    EXPECT_EQ((*moved).number(), 0);
    loaded.reset();
  });

  EXPECT_NE(own_row().free_handle_slot(0), next_free) << "its slot is free again";
}

TEST_F(node_cells, a_handle_outlives_the_thread_that_made_it) {
  value_cell cell(value_ref::make(0));
  std::optional<value_ref> held;
  tests::on_another_thread([&] { held = cell.load(); });

  for (int i = 1; i < 1000; ++i) replace(cell, i);
  clean_up();

  EXPECT_EQ((**held).number(), 0);
}

TEST_F(node_cells, a_copy_of_a_handle_keeps_the_value_when_the_first_is_gone) {
  value_cell cell(value_ref::make(0));
  std::optional<value_ref> first = cell.load();
  const value_ref copy = *first;  // NOLINT: the copy is what is tested

  first.reset();
  replace(cell, 1);
  clean_up();

  EXPECT_EQ((*copy).number(), 0);
}

TEST_F(node_cells, a_loaded_handle_can_be_installed_elsewhere_and_again) {
  value_cell one(value_ref::make(1));
  value_cell two(value_ref::make(2));

  for (int i = 0; i < 100; ++i) {
    auto loaded = one.load();
    two.exchange(loaded);
    auto again = two.load();
    one.exchange(again);
  }

  EXPECT_TRUE(one.load() == two.load());
  EXPECT_EQ((*one.load()).number(), 1);
}

TEST_F(node_cells, an_install_that_fails_takes_its_reference_back) {
  value_cell cell(value_ref::make(0));
  const auto wrong = value_ref::make(-1);
  auto fresh = value_ref::make(1);
  auto loaded = cell.load();

  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(cell.compare_exchange_strong(wrong, fresh));
    EXPECT_FALSE(cell.compare_exchange_strong(wrong, loaded));
  }

  EXPECT_TRUE(cell.compare_exchange_strong(loaded, fresh));
  EXPECT_TRUE(cell.load() == fresh);
  EXPECT_EQ((*fresh).number(), 1);
  EXPECT_EQ((*loaded).number(), 0);
}

// The same with no slot free for the handle that is installed.
TEST_F(node_cells, an_install_without_a_free_slot_is_counted) {
  value_cell cell(value_ref::make(0));
  std::vector<value_ref> held;
  for (std::size_t i = 0; i < slots_per_row; ++i) held.push_back(cell.load());
  const auto wrong = value_ref::make(-1);

  for (int i = 1; i < 100; ++i) {
    auto next = value_ref::make(i);
    EXPECT_FALSE(cell.compare_exchange_strong(wrong, next));
    const auto present = cell.load_to_replace();
    EXPECT_TRUE(cell.compare_exchange_strong(present, next));
    EXPECT_EQ((*next).number(), i);
    const auto replaced = cell.exchange(next);
    EXPECT_TRUE(replaced == next) << "the same node again";
  }

  EXPECT_EQ((*held.front()).number(), 0);
  EXPECT_EQ((*cell.load()).number(), 99);
}

TEST_F(node_cells, what_was_replaced_is_returned_and_stays) {
  value_cell cell(value_ref::make(0));
  std::vector<value_ref> replaced;

  for (int i = 1; i <= 20; ++i) {
    auto next = value_ref::make(i);
    replaced.push_back(cell.exchange(next));
  }
  clean_up();

  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ((*replaced[static_cast<std::size_t>(i)]).number(), i);
  }
}

// Readers with and without handles, two kinds of updaters, threads that come and go.
TEST_F(node_cells, nothing_leaks_and_nothing_dies_early_under_contention) {
  value_cell cell(value_ref::make(0));

  tests::run_together(4, [&](int index) {
    std::vector<value_ref> held;
    auto look = [](const counted_value& v) { return v.number() >= 0; };
    for (int i = 0; i < tests::rounds / 4; ++i) {
      if (index == 0) replace(cell, i);
      if (index == 1) {
        auto next = value_ref::make(i);
        const auto present = cell.load_to_replace();
        cell.compare_exchange_weak(present, next);
      }
      EXPECT_TRUE(cell.read(look));
      held.push_back(index == 2 ? value_ref(held.empty() ? cell.load() : held.back())
                                : cell.load());
      for (const value_ref& each : held) EXPECT_GE((*each).number(), 0);
      if (held.size() == 12) held.clear();
      if (i % 100 == 0 && index == 3) {
        tests::on_another_thread([&] { EXPECT_TRUE(cell.read(look)); });
      }
    }
  });
}

}  // namespace
}  // namespace tussle::reclaim
