// Does a store that waits in the store buffer ever let a value die under its reader?
//
// The one reordering that x86 does: a later load overtakes an earlier store. Here a reader
// fills its store buffer with stores to lines that the other thread owns, so that the
// store into its slot waits behind them for a long time, and reads; at that moment the
// other thread replaces the value and looks for what can go. Meant for mode bench: where
// operations are announced, the announcement drains the buffer.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>

#include "primitives/reclaim/node_cell.h"
#include "primitives/sync/asymmetric_barrier.h"
#include "primitives/testing/canary_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle::reclaim {
namespace {

using tests::canary;
using tests::pair_barrier;
using tests::rounds;
using tests::run_together;

// Lines that both threads write: whoever writes them next waits for each.
class slow_lines {
 public:
  void write(std::uint64_t value) noexcept {
    // Relaxed: nobody looks at them.
    for (auto& each : lines_) each.word.store(value, std::memory_order_relaxed);
  }

 private:
  struct alignas(128) line {
    std::atomic<std::uint64_t> word{0};
  };
  std::array<line, 24> lines_{};
};

// How many reads saw their value die, of `rounds`.
template <typename Read>
int deaths_under_a_reader(const Read& read) {
  using cell = node_cell<canary>;
  cell c(node_ref<canary>::make(0U));
  pair_barrier barrier;
  slow_lines lines;
  int deaths = 0;

  run_together(2, [&](int index) {
    for (int i = 0; i < rounds; ++i) {
      const auto number = static_cast<std::uint64_t>(i);
      if (index == 1) lines.write(number);
      barrier.meet();
      if (index == 0) {
        lines.write(number);
        deaths += read(c) ? 0 : 1;
      } else {
        auto next = node_ref<canary>::make(number);
        c.exchange(next);
        clean_up();
      }
      barrier.meet();
    }
  });
  return deaths;
}

// Looks for long enough that the other thread can finish its scan.
bool stays_alive(const canary& value) {
  for (int look = 0; look < 4'000; ++look) {
    if (!value.is_alive()) return false;
  }
  return true;
}

TEST(store_buffer, a_value_lives_while_it_is_read_lightly) {
  const int deaths = deaths_under_a_reader([](auto& c) { return c.read(stays_alive); });

  EXPECT_EQ(deaths, 0);
}

TEST(store_buffer, a_value_lives_while_an_updater_holds_it) {
  const int deaths = deaths_under_a_reader([](auto& c) {
    const auto held = c.load_to_replace();
    return stays_alive(*held);
  });

  EXPECT_EQ(deaths, 0);
}

// The two sides as asymmetric_barrier.h writes them.
TEST(store_buffer, a_light_and_a_heavy_barrier_are_not_both_passed_unseen) {
  std::atomic<std::uint64_t> light{0};
  alignas(128) std::atomic<std::uint64_t> heavy{0};
  std::array<std::uint64_t, 2> seen{};
  pair_barrier barrier;
  slow_lines lines;
  int both_missed = 0;

  run_together(2, [&](int index) {
    for (std::uint64_t i = 1; i <= rounds; ++i) {
      if (index == 1) lines.write(i);
      barrier.meet();
      if (index == 0) {
        lines.write(i);
        if (sync::light_barriers()) {
          light.store(i, std::memory_order_release);
          sync::light_barrier();
        } else {
          light.store(i, std::memory_order_seq_cst);
        }
        seen[0] = heavy.load(std::memory_order_seq_cst);
      } else {
        heavy.store(i, std::memory_order_seq_cst);
        sync::heavy_barrier();
        seen[1] = light.load(std::memory_order_seq_cst);
      }
      barrier.meet();
      if (index == 0 && seen[0] < i && seen[1] < i) ++both_missed;
    }
  });

  EXPECT_EQ(both_missed, 0);
}

}  // namespace
}  // namespace tussle::reclaim
