// How long does a value live? As long as somebody can look at it, and no longer.
//
// Every test forces what it is about; values that outlive their last user show in the
// count of live ones, values that die too early show by their mark, or to the address
// sanitizer.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "primitives/reclaim/node_cell.h"
#include "primitives/testing/canary_testing.h"
#include "primitives/testing/freeze_operation_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle::reclaim {
namespace {

using tests::canary;
using tests::on_another_thread;
using cell = node_cell<canary>;
using ref = node_ref<canary>;

void replace(cell& c, std::uint64_t number) {
  ref next = ref::make(number);
  c.exchange(next);
}

// From another thread, which then looks for what can go.
void replace_elsewhere(cell& c) {
  on_another_thread([&] {
    replace(c, 99);
    clean_up();
  });
}

// Notes how many canaries there were, after what earlier tests left is gone.
class value_lifetime : public ::testing::Test {
 protected:
  value_lifetime() { clean_up(); }

  // Canaries made since and not destroyed, after this thread looked.
  std::int64_t left() const {
    clean_up();
    return canary::live() - before_;
  }

 private:
  const std::int64_t before_ = (clean_up(), canary::live());
};

TEST_F(value_lifetime, values_live_while_handles_of_this_thread_name_them) {
  std::vector<std::unique_ptr<cell>> cells;
  std::vector<ref> held;
  for (std::uint64_t i = 0; i < 2 * slots_per_row; ++i) {
    cells.push_back(std::make_unique<cell>(ref::make(i)));
    held.push_back(cells.back()->load());
  }

  for (auto& c : cells) replace(*c, 99);

  EXPECT_EQ(left(), 4 * static_cast<std::int64_t>(slots_per_row));
  for (std::uint64_t i = 0; i < held.size(); ++i) {
    EXPECT_TRUE((*held[i]).is_alive());
    EXPECT_EQ((*held[i]).number(), i);
  }
  held.clear();
  EXPECT_EQ(left(), 2 * static_cast<std::int64_t>(slots_per_row));
}

TEST_F(value_lifetime, a_value_lives_while_a_handle_of_another_thread_names_it) {
  cell c(ref::make(1U));
  std::latch loaded(1);
  std::latch replaced(1);
  bool alive = false;
  std::thread reader([&] {
    const ref held = c.load();
    loaded.count_down();
    replaced.wait();
    alive = (*held).is_alive();
  });

  loaded.wait();
  replace(c, 2);
  clean_up();
  replaced.count_down();
  reader.join();

  EXPECT_TRUE(alive);
  EXPECT_EQ(left(), 1);
}

TEST_F(value_lifetime, a_value_lives_until_the_function_that_reads_it_returns) {
  cell c(ref::make(1U));
  const auto look = [&](const canary& value) {
    replace_elsewhere(c);
    EXPECT_EQ(value.number(), 1U);
    return value.is_alive();
  };

  EXPECT_TRUE(c.read(look));
  EXPECT_EQ(left(), 1);
}

TEST_F(value_lifetime,
       reads_that_are_nested_more_deeply_than_there_are_slots_borrow_too) {
  cell c(ref::make(1U));
  std::size_t alive = 0;
  const std::size_t depth = slots_per_row + 2;
  std::function<void(std::size_t)> descend = [&](std::size_t deeper) {
    if (deeper == 0) return replace_elsewhere(c);
    auto look = [&](const canary& value) {
      descend(deeper - 1);
      alive += value.is_alive() ? 1 : 0;
    };
    c.read(look);
  };

  descend(depth);

  EXPECT_EQ(alive, depth);
  EXPECT_EQ(left(), 1);
}

TEST_F(value_lifetime, what_an_exchange_returns_lives_while_it_is_held) {
  cell c(ref::make(1U));
  ref next = ref::make(2U);
  std::optional<ref> old(c.exchange(next));

  EXPECT_EQ(left(), 2);
  EXPECT_TRUE((**old).is_alive());
  EXPECT_EQ((**old).number(), 1U);
  old.reset();
  EXPECT_EQ(left(), 1);
}

TEST_F(value_lifetime, what_was_installed_lives_while_who_installed_it_holds_it) {
  cell c(ref::make(1U));
  {
    ref next = ref::make(2U);
    c.exchange(next);
    replace_elsewhere(c);

    EXPECT_TRUE((*next).is_alive());
    EXPECT_EQ((*next).number(), 2U);
  }
  EXPECT_EQ(left(), 1);
}

TEST_F(value_lifetime, copies_keep_a_value_after_the_handle_that_was_loaded) {
  cell c(ref::make(1U));
  std::optional<ref> loaded(c.load());
  {
    const ref copy = *loaded;
    loaded.reset();
    replace_elsewhere(c);

    EXPECT_TRUE((*copy).is_alive());
    EXPECT_EQ((*copy).number(), 1U);
  }
  EXPECT_EQ(left(), 1);
}

// Three references to one node are retired while one slot names it: two may go at once,
// the third when the slot is free.
TEST_F(value_lifetime,
       a_value_that_stood_in_several_cells_dies_once_and_after_its_reader) {
  cell other(ref::make(0U));
  {
    const ref shared = ref::make(1U);
    cell a(shared);
    cell b(shared);
    cell c(shared);
    const ref held = c.load();
    replace(a, 2);
    replace(b, 3);
    replace(c, 4);

    EXPECT_EQ(left(), 5);
    EXPECT_EQ(left(), 5) << "the second look changes nothing";
    EXPECT_TRUE((*held).is_alive());
  }
  EXPECT_EQ(left(), 1);
}

TEST_F(value_lifetime, what_an_ended_thread_retired_is_given_up_by_others) {
  cell c(ref::make(1U));
  std::optional<ref> held(c.load());
  on_another_thread([&] { replace(c, 2); });

  EXPECT_TRUE((**held).is_alive());
  EXPECT_EQ(left(), 2);
  held.reset();
  EXPECT_EQ(left(), 1);
  EXPECT_EQ(left(), 1) << "adopted once";
}

TEST_F(value_lifetime, a_failed_compare_exchange_leaves_every_count_as_it_was) {
  cell c(ref::make(1U));
  const ref stale = ref::make(0U);
  {
    ref fresh = ref::make(2U);
    ref loaded = c.load();
    ref copy = loaded;

    EXPECT_FALSE(c.compare_exchange_strong(stale, fresh));
    EXPECT_FALSE(c.compare_exchange_strong(stale, loaded));
    EXPECT_FALSE(c.compare_exchange_strong(stale, copy));
    EXPECT_TRUE((*fresh).is_alive());
    EXPECT_EQ(left(), 3);
  }
  EXPECT_EQ(left(), 2);
  replace(c, 3);
  EXPECT_EQ(left(), 2) << "the first value is gone: nothing else held it";
}

TEST_F(value_lifetime, a_compare_exchange_does_not_end_what_another_thread_reads) {
  cell c(ref::make(1U));
  const auto look = [&](const canary& value) {
    on_another_thread([&] {
      ref next = ref::make(2U);
      EXPECT_TRUE(c.compare_exchange_strong(c.load(), next));
      clean_up();
    });
    return value.is_alive();
  };

  EXPECT_TRUE(c.read(look));
  EXPECT_EQ(left(), 1);
}

TEST_F(value_lifetime, no_block_of_memory_is_handed_out_twice) {
  std::vector<ref> kept;
  std::set<const canary*> seen;
  for (int round = 0; round < 4; ++round) {
    std::vector<ref> given_back;
    for (std::uint64_t i = 0; i < 300; ++i) {
      ref made = ref::make(i);
      (i % 3 == 0 ? kept : given_back).push_back(std::move(made));
    }
    if (round % 2 == 0) given_back.clear();
    on_another_thread([&] { given_back.clear(); });
  }

  for (const ref& each : kept) EXPECT_TRUE(seen.insert(&*each).second);
  for (const ref& each : kept) EXPECT_TRUE((*each).is_alive());
}

std::size_t count_rows() {
  std::size_t rows = 0;
  for (const hazard_row* row = first_row(); row != nullptr; row = row->next) ++rows;
  return rows;
}

TEST(hazard_rows, threads_that_follow_one_another_use_the_same_row) {
  cell c(ref::make(1U));
  replace_elsewhere(c);
  const std::size_t before = count_rows();

  for (int i = 0; i < 5; ++i) replace_elsewhere(c);

  EXPECT_EQ(count_rows(), before);
}

TEST(hazard_rows, a_thread_that_scanned_announces_its_next_light_read) {
  cell c(ref::make(1U));
  for (int i = 0; i < 2; ++i) {
    c.load();
    EXPECT_EQ(own_row().lightly.load(std::memory_order_relaxed), sync::light_barriers());
    clean_up();
    EXPECT_FALSE(own_row().lightly.load(std::memory_order_relaxed));
  }
}

// The rest freezes a thread inside the cell.
class frozen_reader : public value_lifetime {
 protected:
  void SetUp() override {
    if (!sync::has_schedule_points) GTEST_SKIP() << "no schedule points in this mode";
  }

  // Replaces the value while a thread that runs `read` stands before its first operation
  // that `wanted` picks.
  template <typename Read>
  static void replace_while_frozen(cell& c, tests::freeze_operation::predicate wanted,
                                   const Read& read) {
    tests::freeze_operation freeze(std::move(wanted));
    std::thread reader([&] { read(freeze); });
    freeze.wait_until_reached();
    replace(c, 99);
    clean_up();
    freeze.let_go();
    reader.join();
  }
};

TEST_F(frozen_reader, who_found_a_node_but_did_not_name_it_yet_looks_again) {
  cell c(ref::make(1U));
  std::uint64_t number = 0;
  bool alive = false;

  replace_while_frozen(
      c, [](const auto& next) { return next.kind == sync::operation::store; },
      [&](tests::freeze_operation& freeze) {
        c.load();  // announces itself
        freeze.watch_this_thread();
        const ref held = c.load();
        alive = (*held).is_alive();
        number = (*held).number();
      });

  EXPECT_TRUE(alive);
  EXPECT_EQ(number, 99U);
}

TEST_F(frozen_reader, the_same_holds_for_a_thread_that_updates) {
  cell c(ref::make(1U));
  std::uint64_t number = 0;

  replace_while_frozen(
      c, [](const auto& next) { return next.kind == sync::operation::store; },
      [&](tests::freeze_operation& freeze) {
        freeze.watch_this_thread();
        const ref held = c.load_to_replace();
        number = (*held).number();
      });

  EXPECT_EQ(number, 99U);
}

TEST_F(frozen_reader, a_node_is_named_by_the_spare_slot_until_it_is_counted) {
  cell c(ref::make(1U));
  cell other(ref::make(0U));
  bool alive = false;

  replace_while_frozen(
      c, [](const auto& next) { return next.kind == sync::operation::read_modify_write; },
      [&](tests::freeze_operation& freeze) {
        std::vector<ref> all_slots;
        for (std::size_t i = 0; i < handle_slots; ++i) all_slots.push_back(other.load());
        freeze.watch_this_thread();
        const ref held = c.load();
        alive = (*held).is_alive() && (*held).number() == 1;
      });

  EXPECT_TRUE(alive);
  EXPECT_EQ(left(), 2);
}

}  // namespace
}  // namespace tussle::reclaim
