// Who may use a slot when, and what becomes of a row when its thread ends.
#include "primitives/reclaim/hazard_row.h"

#include <gtest/gtest.h>

#include <new>
#include <vector>

#include "primitives/reclaim/node.h"
#include "primitives/testing/failing_allocation_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle::reclaim {
namespace {

std::size_t rows_in_all() {
  std::size_t rows = 0;
  for (const hazard_row* row = first_row(); row != nullptr; row = row->next) ++rows;
  return rows;
}

// A node to name; given up at the end.
class sample_node {
 public:
  ~sample_node() { node_->release(); }
  const node_base* get() const { return node_; }

 private:
  const node<int>* node_ = node<int>::make(7);
};

TEST(hazard_row, a_thread_has_one_row_and_others_have_others) {
  hazard_row& mine = own_row();

  EXPECT_EQ(&own_row(), &mine);
  EXPECT_EQ(&own_reading_row(), &mine);
  tests::on_another_thread([&] { EXPECT_NE(&own_row(), &mine); });
}

TEST(hazard_row, a_slot_is_free_until_it_names_a_node_and_after_it_is_cleared) {
  const sample_node n;
  hazard_row& row = own_row();

  hazard_slot* const first = row.free_handle_slot(0);
  first->store(n.get(), std::memory_order_release);
  hazard_slot* const second = row.free_handle_slot(0);
  EXPECT_NE(second, first);
  EXPECT_NE(second, nullptr);

  clear(*first);
  EXPECT_EQ(row.free_handle_slot(0), first);
}

TEST(hazard_row, handles_reads_and_the_spare_do_not_take_each_others_slots) {
  const sample_node n;
  hazard_row& row = own_row();
  std::vector<hazard_slot*> taken;

  while (hazard_slot* const slot = row.free_handle_slot(0)) {
    slot->store(n.get(), std::memory_order_release);
    taken.push_back(slot);
  }
  EXPECT_EQ(taken.size(), handle_slots);
  EXPECT_EQ(row.free_handle_slot(1), nullptr);

  while (hazard_slot* const slot = row.free_read_slot()) {
    slot->store(n.get(), std::memory_order_release);
    taken.push_back(slot);
  }
  EXPECT_EQ(taken.size(), slots_per_row - 1);
  EXPECT_EQ(row.spare_slot().load(std::memory_order_acquire), nullptr);

  for (hazard_slot* const slot : taken) clear(*slot);
}

TEST(hazard_row, a_row_is_left_to_the_next_thread) {
  tests::on_another_thread([] { own_row(); });
  const std::size_t before = rows_in_all();

  for (int i = 0; i < 100; ++i) tests::on_another_thread([] { own_row(); });

  EXPECT_EQ(rows_in_all(), before);
}

TEST(hazard_row,
     a_slot_in_use_stays_so_when_its_thread_ends_and_any_thread_may_clear_it) {
  const sample_node n;
  hazard_slot* slot = nullptr;
  tests::on_another_thread([&] {
    slot = own_row().free_handle_slot(0);
    slot->store(n.get(), std::memory_order_release);
  });

  tests::on_another_thread([&] { EXPECT_NE(own_row().free_handle_slot(0), slot); });

  clear(*slot);
  tests::on_another_thread([&] { EXPECT_EQ(own_row().free_handle_slot(0), slot); });
}

TEST(hazard_row, reading_is_announced_and_ends_with_the_thread) {
  hazard_row* row = nullptr;
  tests::on_another_thread([&] {
    row = &own_reading_row();
    EXPECT_EQ(row->lightly.load(std::memory_order_relaxed), sync::light_barriers());
  });

  EXPECT_FALSE(row->lightly.load(std::memory_order_relaxed));
}

TEST(hazard_row, a_thread_that_got_no_row_ends_like_any_other) {
  const std::size_t before = rows_in_all();
  // Enough of them that none is left behind to be taken.
  std::vector<hazard_row*> taken;
  for (hazard_row* row = first_row(); row != nullptr; row = row->next) {
    if (!row->taken.exchange(true, std::memory_order_acquire)) taken.push_back(row);
  }

  tests::on_another_thread([] {
    tests::let_allocations_succeed(0);
    EXPECT_THROW(own_row(), std::bad_alloc);
    tests::let_all_allocations_succeed();
  });

  EXPECT_EQ(rows_in_all(), before);
  for (hazard_row* row : taken) row->taken.store(false, std::memory_order_release);
}

TEST(hazard_row, protect_names_what_the_cell_holds) {
  const node<int>* const n = node<int>::make(7);
  sync::atomic<const node<int>*> cell{n};
  hazard_slot& slot = own_reading_row().spare_slot();

  EXPECT_EQ(protect(slot, cell), n);
  EXPECT_EQ(slot.load(std::memory_order_acquire), n);
  clear(slot);

  EXPECT_EQ(protect_lightly(slot, cell), n);
  EXPECT_EQ(slot.load(std::memory_order_acquire), n);
  clear(slot);
  n->release();
}

}  // namespace
}  // namespace tussle::reclaim
