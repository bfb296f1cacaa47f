// Which memory orders does reclamation ask for? The numbers are those of hazard_row.h,
// node_cell.h and retired.cc.
//
// No execution on x86 can show most of the weaker ones: a load is always an acquire, a
// store a release, a read-modify-write a full barrier. So what is asked for is what is
// tested. Built in modes with schedule points only, where every operation is announced.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "primitives/reclaim/node_cell.h"
#include "primitives/reference/rule_slot.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle::reclaim {
namespace {

static_assert(sync::has_schedule_points);

using cell = node_cell<long>;
using ref = node_ref<long>;
using operations = std::vector<sync::visible_operation>;
using orders = std::vector<std::string>;  // that a failure can be read
using sync::operation;

constexpr const char* relaxed = "relaxed";
constexpr const char* acquire = "acquire";
constexpr const char* release = "release";
constexpr const char* acq_rel = "acq_rel";
constexpr const char* seq_cst = "seq_cst";

const char* name_of(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return relaxed;
    case std::memory_order_acquire:
      return acquire;
    case std::memory_order_release:
      return release;
    case std::memory_order_acq_rel:
      return acq_rel;
    case std::memory_order_seq_cst:
      return seq_cst;
    default:
      return "consume";
  }
}

template <typename Act>
operations noted(const Act& act) {
  tests::note_operations noting;
  act();
  return noting.seen;
}

// The orders of the operations of one kind on what lies in `object`, in their order.
template <typename Object>
orders asked(const operations& seen, operation kind, const Object& object) {
  const auto* const begin = reinterpret_cast<const std::byte*>(&object);
  orders found;
  for (const sync::visible_operation& each : seen) {
    const auto* const at = static_cast<const std::byte*>(each.address);
    if (each.kind != kind || at < begin || at >= begin + sizeof(Object)) continue;
    found.emplace_back(name_of(each.order));
  }
  return found;
}

TEST(asked_orders, a_slot_is_taken_with_acquire_0_and_freed_with_release_5) {
  cell c(ref::make(1));
  c.load_to_replace();  // the thread has its row
  const auto& slots = own_row().slots;

  const operations seen = noted([&] { c.load_to_replace(); });

  EXPECT_EQ(asked(seen, operation::load, slots), orders{acquire});
  EXPECT_EQ(asked(seen, operation::store, slots), (orders{seq_cst, release}));
}

TEST(asked_orders, an_updater_names_a_node_with_1_and_looks_again_with_2) {
  cell c(ref::make(1));
  c.load_to_replace();

  const operations seen = noted([&] { c.load_to_replace(); });

  EXPECT_EQ(asked(seen, operation::store, own_row().slots).front(), seq_cst);
  EXPECT_EQ(asked(seen, operation::load, c), (orders{relaxed, seq_cst}));
}

TEST(asked_orders, a_reader_names_a_node_with_1_and_looks_again_with_2) {
  cell c(ref::make(1));
  c.load();
  const char* const named = sync::light_barriers() ? release : seq_cst;

  const operations seen = noted([&] { c.load(); });

  EXPECT_EQ(asked(seen, operation::store, own_row().slots), (orders{named, release}));
  EXPECT_EQ(asked(seen, operation::load, c), (orders{relaxed, seq_cst}));
}

TEST(asked_orders, a_thread_announces_light_reading_with_seq_cst) {
  cell c(ref::make(1));
  clean_up();  // nothing is announced any more

  const operations seen = noted([&] { c.load(); });

  EXPECT_EQ(asked(seen, operation::store, own_row().lightly), orders{seq_cst});
}

TEST(asked_orders, a_node_is_replaced_with_3) {
  cell c(ref::make(1));
  ref next = ref::make(2);
  const ref stale = ref::make(0);

  const operations exchanged = noted([&] { c.exchange(next); });
  ref third = ref::make(3);
  const operations strong = noted([&] { c.compare_exchange_strong(next, third); });
  ref fourth = ref::make(4);
  const operations weak = noted([&] { c.compare_exchange_weak(stale, fourth); });

  EXPECT_EQ(asked(exchanged, operation::read_modify_write, c), orders{seq_cst});
  EXPECT_EQ(asked(strong, operation::read_modify_write, c), orders{seq_cst});
  EXPECT_EQ(asked(weak, operation::compare_exchange, c), orders{seq_cst});
  for (const sync::visible_operation& each : weak) {
    if (each.kind != operation::compare_exchange) continue;
    EXPECT_STREQ(name_of(each.failure_order), seq_cst);
  }
}

TEST(asked_orders, an_exchange_names_what_it_installs_and_replaces_with_release) {
  cell c(ref::make(1));
  ref next = ref::make(2);
  c.load_to_replace();

  const operations seen = noted([&] { c.exchange(next); });

  // What is installed, what is replaced, and the end of the handle to that.
  EXPECT_EQ(asked(seen, operation::store, own_row().slots),
            (orders{release, release, release}));
}

TEST(asked_orders, a_scan_reads_every_slot_of_every_row_with_4) {
  tests::on_another_thread([] { own_reading_row(); });
  cell c(ref::make(1));
  c.load();

  const operations seen = noted([] { clean_up(); });

  for (const hazard_row* row = first_row(); row != nullptr; row = row->next) {
    EXPECT_EQ(asked(seen, operation::load, row->slots), orders(slots_per_row, seq_cst));
  }
}

TEST(asked_orders, a_scan_asks_the_other_rows_with_seq_cst_whether_they_read_lightly) {
  tests::on_another_thread([] { own_reading_row(); });
  own_row();

  const operations seen = noted([] { clean_up(); });

  for (const hazard_row* row = first_row(); row != nullptr; row = row->next) {
    if (row == &own_row()) continue;
    EXPECT_EQ(asked(seen, operation::load, row->lightly), orders{seq_cst});
  }
}

TEST(asked_orders, rows_are_found_with_6_taken_with_7_and_left_with_8) {
  hazard_row* row = nullptr;
  tests::on_another_thread([&] { row = &own_row(); });

  const operations seen =
      noted([&] { tests::on_another_thread([&] { ASSERT_EQ(&own_row(), row); }); });

  EXPECT_EQ(asked(seen, operation::read_modify_write, row->taken), orders{acquire});
  EXPECT_EQ(asked(seen, operation::store, row->taken), orders{release});
  EXPECT_EQ(asked(seen, operation::store, row->lightly), orders{release});
}

TEST(asked_orders, a_count_goes_down_with_acquire_release) {
  const ref kept = ref::make(1);

  const operations seen = noted([&] { const ref copy = kept; });

  orders asked_for;
  for (const auto& each : seen) asked_for.emplace_back(name_of(each.order));
  EXPECT_EQ(asked_for, (orders{relaxed, acquire, acq_rel}));
}

TEST(asked_orders, whether_there_is_a_rule_is_asked_with_seq_cst) {
  rule_slot<int> slot;

  const operations before = noted([&] { slot.used(); });
  const operations first = noted(
      [&] { slot.replace([](const auto&) { return rule_slot<int>::handle::make(1); }); });

  EXPECT_EQ(asked(before, operation::load, slot), orders{seq_cst});
  EXPECT_EQ(asked(first, operation::read_modify_write, slot), orders{seq_cst});
}

}  // namespace
}  // namespace tussle::reclaim
