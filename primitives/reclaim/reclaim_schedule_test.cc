// A thread is stopped before each of its visible operations in turn, while another updates
// and reclaims all it can. Whatever the stopped thread holds must be there when it goes on
// (the address sanitizer looks), and what the others keep must stay bounded.
//
// Built in modes with schedule points only.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <latch>
#include <optional>
#include <thread>
#include <vector>

#include "primitives/reclaim/node_cell.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle::reclaim {
namespace {

using tests::counted_value;
using value_ref = node_ref<counted_value>;
using value_cell = node_cell<counted_value>;

// Stops one thread before its n-th visible operation.
class stop_before_operation final : public tests::scoped_scheduler {
 public:
  explicit stop_before_operation(int n) : left_(n) { install(); }
  ~stop_before_operation() { uninstall(); }
  stop_before_operation(const stop_before_operation&) = delete;
  stop_before_operation& operator=(const stop_before_operation&) = delete;

  // From here on the calling thread is the one.
  static void begin() { is_the_one = true; }
  // Its operations are over; false if it came to an end before the n-th.
  void end() {
    is_the_one = false;
    if (!stopped_) reached_.count_down();
  }

  void wait_until_stopped_or_ended() { reached_.wait(); }
  void let_go() { let_go_.count_down(); }
  bool stopped() const { return stopped_; }

  void before(const sync::visible_operation& /*next*/) noexcept override {
    if (!is_the_one || stopped_ || left_-- > 0) return;
    stopped_ = true;
    reached_.count_down();
    let_go_.wait();
  }

 private:
  static inline thread_local bool is_the_one = false;

  int left_;              // of the one thread
  bool stopped_ = false;  // written before reached_, read after it
  std::latch reached_{1};
  std::latch let_go_{1};
};

std::int64_t live() {
  clean_up();
  return counted_value::live();
}

void replace(value_cell& cell, int number) {
  auto next = value_ref::make(number);
  cell.exchange(next);
}

// What stays alive beside a stopped thread: the present value, one in a slot of the thread,
// one that it brought, and one that it has taken out of the cell and not yet retired.
constexpr int usually_kept = 4;

// `act(cell)` returns the number that it found. Stopped before its n-th operation; false if
// it has fewer.
template <typename Act>
bool stop_at(int n, int kept, const Act& act) {
  constexpr int updates = 200;
  const std::int64_t before = live();
  bool stopped = false;
  {
    value_cell cell(value_ref::make(0));
    std::int64_t found = -1;
    stop_before_operation stop(n);
    std::thread actor([&] {
      own_row();
      stop_before_operation::begin();
      found = act(cell);
      stop.end();
    });
    stop.wait_until_stopped_or_ended();
    stopped = stop.stopped();
    for (int i = 1; i <= updates; ++i) replace(cell, i);
    EXPECT_LE(live() - before, kept);
    stop.let_go();
    actor.join();
    EXPECT_GE(found, 0);
  }
  EXPECT_EQ(live(), before) << "stopped before operation " << n;
  return stopped;
}

template <typename Act>
void stop_at_each_operation(int at_least, const Act& act, int kept = usually_kept) {
  int n = 0;
  while (stop_at(n, kept, act)) ++n;
  EXPECT_GE(n, at_least) << "operations that the scheduler was told of";
}

TEST(reclaim_schedule, a_load_can_be_stopped_anywhere) {
  stop_at_each_operation(5, [](value_cell& cell) {
    const auto loaded = cell.load();
    return (*loaded).number();
  });
}

TEST(reclaim_schedule, a_load_before_a_replacement_can_be_stopped_anywhere) {
  stop_at_each_operation(5, [](value_cell& cell) {
    const auto loaded = cell.load_to_replace();
    return (*loaded).number();
  });
}

TEST(reclaim_schedule, a_load_without_a_free_slot_can_be_stopped_anywhere) {
  stop_at_each_operation(5, [](value_cell& cell) {
    const value_cell other(value_ref::make(0));
    std::vector<value_ref> held;
    for (std::size_t i = 0; i < handle_slots; ++i) held.push_back(other.load());
    const auto loaded = cell.load();
    return (*loaded).number();
  });
}

TEST(reclaim_schedule, a_read_can_be_stopped_anywhere) {
  stop_at_each_operation(5, [](value_cell& cell) {
    auto number = [](const counted_value& v) {
      const std::int64_t first = v.number();
      sync::schedule_point("test.read");
      return first == v.number() ? first : -1;
    };
    return cell.read(number);
  });
}

TEST(reclaim_schedule, an_exchange_can_be_stopped_anywhere) {
  stop_at_each_operation(5, [](value_cell& cell) {
    auto next = value_ref::make(1'000);
    const auto replaced = cell.exchange(next);
    return (*replaced).number();
  });
}

TEST(reclaim_schedule, a_compare_exchange_can_be_stopped_anywhere) {
  stop_at_each_operation(8, [](value_cell& cell) {
    auto present = cell.load_to_replace();
    auto next = value_ref::make(1'000);
    while (!cell.compare_exchange_strong(present, next)) present = cell.load_to_replace();
    return (*present).number();
  });
}

TEST(reclaim_schedule, a_copy_can_be_stopped_anywhere) {
  stop_at_each_operation(6, [](value_cell& cell) {
    std::optional<value_ref> loaded = cell.load();
    const value_ref copy = *loaded;  // NOLINT: the copy is what is tested
    loaded.reset();
    return (*copy).number();
  });
}

TEST(reclaim_schedule, a_scan_can_be_stopped_anywhere) {
  constexpr int retired = 3;
  const auto act = [](value_cell& cell) {
    for (int i = 0; i < retired; ++i) replace(cell, i);
    clean_up();
    return std::int64_t{0};
  };

  stop_at_each_operation(20, act, usually_kept + retired);
}

// What the calling thread writes during `act`, by address.
template <typename Act>
std::vector<const void*> written_by(const Act& act) {
  own_reading_row();
  const tests::note_operations notes;
  act();
  std::vector<const void*> written;
  for (const sync::visible_operation& each : notes.seen) {
    const bool reads =
        each.kind == sync::operation::load || each.kind == sync::operation::named_point;
    if (!reads) written.push_back(each.address);
  }
  return written;
}

bool within_first_line(const hazard_row& row, const void* address) {
  const auto offset =
      reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(&row);
  return offset < 64;
}

TEST(reclaim_schedule, reads_and_loads_write_only_to_one_line_of_their_thread) {
  const value_cell cell(value_ref::make(0));
  auto number = [](const counted_value& v) { return v.number(); };

  const auto by_read = written_by([&] { cell.read(number); });
  const auto by_load = written_by([&] { cell.load(); });

  EXPECT_EQ(by_read.size(), 2U) << "the slot is written and cleared";
  EXPECT_EQ(by_load.size(), 2U);
  for (const void* address : by_read) EXPECT_TRUE(within_first_line(own_row(), address));
  for (const void* address : by_load) EXPECT_TRUE(within_first_line(own_row(), address));
}

// The same must see a write elsewhere: a copy counts in the node.
TEST(reclaim_schedule, a_copy_writes_to_the_node) {
  const value_cell cell(value_ref::make(0));
  const auto loaded = cell.load();

  const auto by_copy = written_by([&] { const value_ref copy = loaded; });

  ASSERT_FALSE(by_copy.empty());
  EXPECT_FALSE(within_first_line(own_row(), by_copy.front()));
}

// A reader that has named a node but not yet looked again must not be believed, and one that
// has must be: the cell is replaced in between.
TEST(reclaim_schedule, a_load_looks_again_after_it_has_named_the_node) {
  value_cell cell(value_ref::make(0));
  tests::freeze_at freeze("node_cell.load.after_protect");
  std::int64_t found = -1;
  std::thread reader([&] { found = (*cell.load()).number(); });
  freeze.wait_until_reached();

  for (int i = 1; i <= 100; ++i) replace(cell, i);
  clean_up();
  freeze.let_go();
  reader.join();

  EXPECT_EQ(found, 0) << "the value at the time of the second look";
}

}  // namespace
}  // namespace tussle::reclaim
