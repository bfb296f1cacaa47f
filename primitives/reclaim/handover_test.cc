// Does everything that was done with a value happen before its destruction?
//
// Threads take turns by relaxed operations, which order nothing in the eyes of
// ThreadSanitizer: what it then knows of an order comes from reclamation itself. In other
// modes these tests show little.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <optional>
#include <thread>

#include "primitives/reclaim/node_cell.h"
#include "primitives/reference/counted_ptr.h"
#include "primitives/testing/canary_testing.h"

namespace tussle::reclaim {
namespace {

using tests::canary;
using cell = node_cell<canary>;
using ref = node_ref<canary>;

// Whose turn it is. Relaxed throughout, on purpose.
class turns {
 public:
  void wait_for(int turn) const {
    while (turn_.load(std::memory_order_relaxed) != turn) std::this_thread::yield();
  }
  void pass_to(int turn) { turn_.store(turn, std::memory_order_relaxed); }

 private:
  std::atomic<int> turn_{0};
};

void replace_and_destroy(cell& c) {
  ref next = ref::make(2U);
  c.exchange(next);
  clean_up();
}

// Threads stay until all of them are done: the end of a thread orders more than it should.
class party {
 public:
  explicit party(int guests) : done_(guests) {}
  void leave() { done_.arrive_and_wait(); }

 private:
  std::latch done_;
};

TEST(handover, what_a_reader_did_happens_before_the_destruction_by_a_scan) {
  cell c(ref::make(1U));
  turns turn;
  party all(2);
  std::uint64_t seen = 0;
  std::thread scanner([&] {
    own_row();
    turn.pass_to(1);
    turn.wait_for(2);
    replace_and_destroy(c);
    all.leave();
  });
  std::thread reader([&] {
    turn.wait_for(1);
    {
      const ref held = c.load();
      seen = (*held).number();
    }
    turn.pass_to(2);
    all.leave();
  });
  scanner.join();
  reader.join();

  EXPECT_EQ(seen, 1U);
}

// The slot was freed by another thread, and is in use again when the scan reads it.
TEST(handover, what_another_thread_did_through_a_slot_is_handed_on_by_its_next_user) {
  cell c(ref::make(1U));
  cell other(ref::make(1U));
  turns turn;
  party all(3);
  std::optional<ref> moved;
  std::latch given(1);
  std::thread owner([&] {
    moved.emplace(c.load_to_replace());
    given.count_down();
    turn.wait_for(1);
    const ref again = other.load_to_replace();
    turn.pass_to(2);
    all.leave();
  });
  std::thread user([&] {
    given.wait();
    EXPECT_EQ((**moved).number(), 1U);
    moved.reset();
    turn.pass_to(1);
    all.leave();
  });
  std::thread scanner([&] {
    turn.wait_for(2);
    replace_and_destroy(c);
    all.leave();
  });
  owner.join();
  user.join();
  scanner.join();
}

TEST(handover, what_an_ended_thread_left_in_its_row_is_seen_by_its_next_owner) {
  cell c(ref::make(1U));
  turns turn;
  std::atomic<hazard_row*> left{nullptr};
  std::thread second([&] {
    turn.wait_for(1);
    // Acquire: the row itself is there. What is done with it comes later.
    hazard_row* const row = left.load(std::memory_order_acquire);
    while (row->taken.load(std::memory_order_relaxed)) std::this_thread::yield();
    EXPECT_EQ(&own_row(), row);
    replace_and_destroy(c);
  });
  std::thread first([&] {
    left.store(&own_row(), std::memory_order_release);
    replace_and_destroy(c);
    turn.pass_to(1);
  });
  first.join();
  second.join();
}

// One of two owners reads and drops; the other, who knows that by a relaxed operation
// only, is the last.
template <typename Handle, typename Read>
void drop_in_turn(Handle mine, const Read& read) {
  turns turn;
  party all(2);
  std::optional<Handle> theirs(mine);
  std::optional<Handle> last(std::move(mine));
  std::thread reader([&] {
    read(*theirs);
    theirs.reset();
    turn.pass_to(1);
    all.leave();
  });
  std::thread destroyer([&] {
    turn.wait_for(1);
    last.reset();
    all.leave();
  });
  reader.join();
  destroyer.join();
}

TEST(handover, what_an_owner_of_a_node_did_happens_before_the_destruction_by_the_last) {
  drop_in_turn(ref::make(1U), [](const ref& held) { EXPECT_EQ((*held).number(), 1U); });
}

TEST(handover, what_an_owner_of_a_counted_ptr_did_happens_before_its_destruction) {
  using handle = counted_ptr<canary>;
  drop_in_turn(handle::make(1U),
               [](const handle& held) { EXPECT_EQ(held->number(), 1U); });
}

}  // namespace
}  // namespace tussle::reclaim
