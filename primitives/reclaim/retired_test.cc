// When a retired reference is given up, when it has to wait, and how many can wait.
#include "primitives/reclaim/retired.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <latch>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/reclaim/node_cell.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle::reclaim {
namespace {

using tests::counted_value;
using value_node = node<counted_value>;

std::size_t rows_in_all() {
  std::size_t rows = 0;
  for (const hazard_row* row = first_row(); row != nullptr; row = row->next) ++rows;
  return rows;
}

void retire_now(const node_base* node) {
  make_room(own_row());
  retire(own_row(), node);
}

class retired : public ::testing::Test {
 public:
  // After all that can be given up was.
  std::int64_t live() const {
    clean_up();
    return counted_value::live() - before_;
  }

 private:
  static std::int64_t all() {
    clean_up();
    return counted_value::live();
  }
  const std::int64_t before_ = all();
};

TEST_F(retired, a_reference_that_no_slot_stands_for_is_given_up) {
  retire_now(value_node::make(1));

  EXPECT_EQ(live(), 0);
}

TEST_F(retired, ATOM_17_a_node_that_a_slot_names_waits_until_the_slot_is_cleared) {
  const value_node* const n = value_node::make(1);
  hazard_slot& slot = own_row().spare_slot();
  slot.store(n, std::memory_order_seq_cst);
  retire_now(n);

  EXPECT_EQ(live(), 1);
  EXPECT_EQ(n->value().number(), 1);

  clear(slot);
  EXPECT_EQ(live(), 0);
}

// Every slot of every row counts, also of rows without a thread.
TEST_F(retired, a_slot_of_any_row_holds_a_node) {
  for (std::size_t index = 0; index < slots_per_row; ++index) {
    const value_node* const n = value_node::make(1);
    hazard_slot* slot = nullptr;
    tests::on_another_thread([&] {
      slot = &own_row().slots[index];
      slot->store(n, std::memory_order_seq_cst);
    });
    retire_now(n);

    EXPECT_EQ(live(), 1) << "slot " << index;
    clear(*slot);
    EXPECT_EQ(live(), 0) << "slot " << index;
  }
}

// More slots in use than a scan reads at a time, and more than it looks through one by one.
TEST_F(retired, nodes_that_hundreds_of_slots_name_wait_and_the_others_do_not) {
  constexpr int threads = 48;
  constexpr int nodes = threads * static_cast<int>(slots_per_row);
  std::vector<const value_node*> named;
  for (int i = 0; i < nodes; ++i) named.push_back(value_node::make(i));
  std::latch all_named(threads + 1);
  std::latch may_clear(1);
  std::vector<std::thread> holders;
  for (int t = 0; t < threads; ++t) {
    holders.emplace_back([&, t] {
      hazard_row& row = own_row();
      for (std::size_t s = 0; s < slots_per_row; ++s) {
        row.slots[s].store(named[static_cast<std::size_t>(t) * slots_per_row + s],
                           std::memory_order_seq_cst);
      }
      all_named.arrive_and_wait();
      may_clear.wait();
      for (hazard_slot& slot : row.slots) clear(slot);
    });
  }
  all_named.arrive_and_wait();

  for (const value_node* n : named) retire_now(n);
  for (int i = 0; i < nodes; ++i) retire_now(value_node::make(i));

  EXPECT_EQ(live(), nodes);
  for (int i = 0; i < nodes; ++i) {
    EXPECT_EQ(named[static_cast<std::size_t>(i)]->value().number(), i);
  }
  may_clear.count_down();
  for (std::thread& holder : holders) holder.join();
  EXPECT_EQ(live(), 0);
}

TEST_F(retired, of_several_references_to_a_named_node_one_waits) {
  const value_node* const n = value_node::make(1);
  n->acquire();
  n->acquire();
  hazard_slot& slot = own_row().spare_slot();
  slot.store(n, std::memory_order_seq_cst);

  for (int i = 0; i < 3; ++i) retire_now(n);
  EXPECT_EQ(live(), 1);
  EXPECT_EQ(own_row().retired->size(own_row()), 1U) << "the others were given up";

  clear(slot);
  EXPECT_EQ(live(), 0);
}

// The bound of retired.h, with a reader that never comes back and one that updates.
TEST_F(retired, a_stalled_reader_keeps_one_value_and_the_rest_is_bounded) {
  constexpr int updates = 100'000;
  node_cell<counted_value> cell(node_ref<counted_value>::make(-1));
  std::latch inside(1);
  std::latch go_on(1);
  std::int64_t read = 0;
  std::thread reader([&] {
    auto stall = [&](const counted_value& v) {
      inside.count_down();
      go_on.wait();
      return v.number();
    };
    read = cell.read(stall);
  });
  inside.wait();

  const auto bound = static_cast<std::int64_t>(most_retired(rows_in_all())) + 1;
  std::int64_t most = 0;
  const std::int64_t before = counted_value::live();
  for (int i = 0; i < updates; ++i) {
    auto next = node_ref<counted_value>::make(i);
    cell.exchange(next);
    most = std::max(most, counted_value::live() - before);
  }
  EXPECT_LE(most, bound);
  EXPECT_GT(most, 1) << "nothing ever waited: the test sees no retired references";
  EXPECT_EQ(live(), 2) << "the present value and the one that is being read";

  go_on.count_down();
  reader.join();
  EXPECT_EQ(read, -1);
  EXPECT_EQ(live(), 1);
}

TEST_F(retired, what_an_ended_thread_left_is_given_up_by_who_scans_next) {
  const value_node* const n = value_node::make(1);
  hazard_slot& slot = own_row().spare_slot();
  slot.store(n, std::memory_order_seq_cst);
  tests::on_another_thread([&] { retire_now(n); });  // cannot be given up when it ends
  EXPECT_EQ(live(), 1);

  clear(slot);
  EXPECT_EQ(live(), 0);
}

TEST_F(retired, a_thread_that_ends_gives_up_what_it_retired) {
  const std::int64_t before = counted_value::live();

  tests::on_another_thread([&] { retire_now(value_node::make(1)); });

  EXPECT_EQ(counted_value::live(), before) << "without anybody's scan";
}

// Destroyed by a scan, it retires others, more than a thread keeps waiting.
class busy_when_destroyed {
 public:
  busy_when_destroyed(int depth, std::atomic<int>& destroyed)
      : depth_(depth), destroyed_(&destroyed) {}
  busy_when_destroyed(busy_when_destroyed&& other) noexcept
      : depth_(other.depth_), destroyed_(std::exchange(other.destroyed_, nullptr)) {}
  busy_when_destroyed(const busy_when_destroyed&) = delete;
  busy_when_destroyed& operator=(const busy_when_destroyed&) = delete;
  busy_when_destroyed& operator=(busy_when_destroyed&&) = delete;
  ~busy_when_destroyed() {
    if (destroyed_ == nullptr) return;
    destroyed_->fetch_add(1, std::memory_order_relaxed);
    for (int i = 0; depth_ > 0 && i < children; ++i) {
      retire_now(node<busy_when_destroyed>::make(depth_ - 1, *destroyed_));
    }
  }

  static constexpr int children = 3 * static_cast<int>(scan_at);

 private:
  int depth_;
  std::atomic<int>* destroyed_;
};

TEST_F(retired, destructors_may_retire_more_than_there_was_room_for) {
  std::atomic<int> destroyed{0};
  constexpr int n = busy_when_destroyed::children;

  retire_now(node<busy_when_destroyed>::make(2, destroyed));
  for (int i = 0; i < 3; ++i) clean_up();

  EXPECT_EQ(destroyed.load(std::memory_order_relaxed), 1 + n + n * n);
}

TEST_F(retired, a_cell_that_dies_gives_its_value_up_at_once_unless_a_slot_names_it) {
  const std::int64_t before = counted_value::live();
  { const node_cell<counted_value> cell(node_ref<counted_value>::make(1)); }
  EXPECT_EQ(counted_value::live(), before) << "without a scan";

  std::optional<node_ref<counted_value>> held;
  {
    const node_cell<counted_value> cell(node_ref<counted_value>::make(1));
    held = cell.load();
  }
  EXPECT_EQ((**held).number(), 1);
  EXPECT_EQ(live(), 1);
  held.reset();
  EXPECT_EQ(live(), 0);
}

// A row that a thread reads lightly makes scans run heavy barriers until that thread has
// updated something itself.
TEST_F(retired, a_thread_that_scans_announces_its_next_light_read_anew) {
  hazard_row& row = own_reading_row();
  EXPECT_EQ(row.lightly.load(std::memory_order_relaxed), sync::light_barriers());

  clean_up();
  EXPECT_FALSE(row.lightly.load(std::memory_order_relaxed));

  own_reading_row();
  EXPECT_EQ(row.lightly.load(std::memory_order_relaxed), sync::light_barriers());
}

// Used by a destructor that runs when the thread's row is already given back.
TEST_F(retired, references_can_be_used_from_destructors_of_thread_local_objects) {
  static std::optional<node_cell<counted_value>> cell;
  cell.emplace(node_ref<counted_value>::make(0));
  struct updater {
    ~updater() {
      for (int i = 1; i <= 100; ++i) {
        auto next = node_ref<counted_value>::make(i);
        cell->exchange(next);
      }
    }
  };

  tests::on_another_thread([] {
    static thread_local const updater last;
    static_cast<void>(last);
    cell->load();
  });

  EXPECT_EQ((*cell->load()).number(), 100);
  cell.reset();
  EXPECT_EQ(live(), 0);
}

}  // namespace
}  // namespace tussle::reclaim
