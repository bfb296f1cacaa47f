// Does the simulator show what only a weak memory order allows?
#include "harness/schedule/sim/weak_memory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <set>
#include <utility>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/plain.h"

namespace tussle::sim {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto seq_cst = std::memory_order_seq_cst;

options all_executions() {
  return {
      .with = strategy::exhaustive, .executions = 1'000'000, .memory = &make_weak_memory};
}

using pair = std::pair<int, int>;

// What the two loads of the store-buffer program read, over all executions.
std::set<pair> store_buffer(std::memory_order stores, std::memory_order loads) {
  std::set<pair> found;
  const result seen = explore(all_executions(), [&] {
    sync::atomic<int> x{0};
    sync::atomic<int> y{0};
    pair read;
    threads({[&] {
               x.store(1, stores);
               read.first = y.load(loads);
             },
             [&] {
               y.store(1, stores);
               read.second = x.load(loads);
             }});
    found.insert(read);
  });
  EXPECT_TRUE(seen.complete);
  return found;
}

TEST(weak_memory, lets_both_threads_miss_the_other_s_store_unless_seq_cst) {
  const std::set<pair> ordered{{0, 1}, {1, 0}, {1, 1}};
  const std::set<pair> all{{0, 0}, {0, 1}, {1, 0}, {1, 1}};

  EXPECT_EQ(store_buffer(release, acquire), all);
  EXPECT_EQ(store_buffer(seq_cst, seq_cst), ordered);
}

// Whether a message can be missed behind a flag that was seen.
bool loses_message(std::memory_order stored, std::memory_order loaded) {
  return explore(all_executions(),
                 [=] {
                   sync::atomic<int> payload{0};
                   sync::atomic<bool> flag{false};
                   threads({[&] {
                              payload.store(7, relaxed);
                              flag.store(true, stored);
                            },
                            [&] {
                              if (!flag.load(loaded)) return;
                              require(payload.load(relaxed) == 7, "the message is whole");
                            }});
                 })
      .failed.has_value();
}

TEST(weak_memory, loses_a_message_behind_a_relaxed_flag_only) {
  EXPECT_TRUE(loses_message(relaxed, acquire));
  EXPECT_TRUE(loses_message(release, relaxed));
  EXPECT_FALSE(loses_message(release, acquire));
}

TEST(weak_memory, replays_an_old_value_that_was_read) {
  const auto program = [] {
    sync::atomic<int> x{0};
    threads({[&] { x.store(1, relaxed); },
             [&] {
               const int first = x.load(relaxed);
               require(first == 1 || x.load(relaxed) == 0, "the second is no newer");
             }});
  };
  const options how = all_executions();
  const result seen = explore(how, program);

  ASSERT_TRUE(seen.failed);
  EXPECT_TRUE(seen.failed->repeats);
  EXPECT_TRUE(replay(how, program, seen.failed->token).failure.has_value());
}

TEST(weak_memory, counts_every_read_modify_write_whatever_its_order) {
  const result seen = explore(all_executions(), [] {
    sync::atomic<int> count{0};
    threads(2, [&](int) {
      for (int i = 0; i < 2; ++i) count.fetch_add(1, relaxed);
    });
    require(count.load(relaxed) == 4, "none is lost");
  });

  EXPECT_TRUE(seen.complete);
  EXPECT_FALSE(seen.failed);
}

TEST(weak_memory, cuts_words_to_the_size_of_their_type) {
  const result seen = explore(all_executions(), [] {
    sync::atomic<std::uint8_t> small{255};
    small.fetch_add(1, relaxed);
    require(small.load(relaxed) == 0, "it wraps around");
  });

  EXPECT_FALSE(seen.failed);
}

TEST(weak_memory, finds_the_race_on_a_plain_variable_behind_a_relaxed_flag) {
  const result seen = explore(all_executions(), [] {
    sync::plain<int> payload{0};
    sync::atomic<bool> flag{false};
    threads({[&] {
               payload.write(7);
               flag.store(true, relaxed);
             },
             [&] {
               if (flag.load(relaxed)) payload.read();
             }});
  });

  ASSERT_TRUE(seen.failed);
  EXPECT_EQ(seen.failed->found.kind, finding_kind::data_race);
}

// The handshake of the hazard slots (reclaim/hazard_row.h), (1) to (4), with these orders:
// whether a scan can miss a slot whose reader believes that the node is protected.
bool scan_misses_a_protected_node(std::memory_order slot_store,
                                  std::memory_order cell_load, std::memory_order replace,
                                  std::memory_order scan) {
  return explore(all_executions(),
                 [=] {
                   sync::atomic<int> cell{1};  // the node's number
                   sync::atomic<int> slot{0};
                   sync::atomic<bool> destroyed{false};
                   threads({[&] {
                              slot.store(1, slot_store);              // (1)
                              if (cell.load(cell_load) != 1) return;  // (2)
                              require(!destroyed.load(relaxed), "protected: it lives");
                            },
                            [&] {
                              cell.exchange(2, replace);         // (3)
                              if (slot.load(scan) == 1) return;  // (4)
                              destroyed.store(true, relaxed);
                            }});
                 })
      .failed.has_value();
}

TEST(weak_memory, catches_every_weakened_order_of_the_hazard_handshake) {
  const auto acq_rel = std::memory_order_acq_rel;

  EXPECT_FALSE(scan_misses_a_protected_node(seq_cst, seq_cst, seq_cst, seq_cst));
  EXPECT_TRUE(scan_misses_a_protected_node(release, seq_cst, seq_cst, seq_cst));
  EXPECT_TRUE(scan_misses_a_protected_node(seq_cst, acquire, seq_cst, seq_cst));
  EXPECT_TRUE(scan_misses_a_protected_node(seq_cst, seq_cst, acq_rel, seq_cst));
  EXPECT_TRUE(scan_misses_a_protected_node(seq_cst, seq_cst, seq_cst, acquire));
}

}  // namespace
}  // namespace tussle::sim
