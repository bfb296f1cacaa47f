// What channels need of memory, and what they are when it runs out (PIT-6). A binary of its
// own: it replaces operator new.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/spawn_thread.h"
#include "primitives/channel/timeout_channel.h"
#include "primitives/testing/failing_allocation_testing.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::counted_value;
using tests::stage;

// Runs `act` with ever later allocations failing, until it succeeds. Returns how often it
// failed, which is how many allocations it makes.
int allocations_of(const std::function<void()>& act) {
  for (int successes = 0;; ++successes) {
    tests::let_allocations_succeed(successes);
    try {
      act();
      tests::let_all_allocations_succeed();
      return successes;
    } catch (const std::bad_alloc&) {
      tests::let_all_allocations_succeed();
    }
  }
}

// Pools ask for many blocks at once in mode bench, and for none at other times.
#if defined(TUSSLE_MODE_BENCH)
constexpr int of_a_pool(int /*blocks*/) { return 0; }
#else
constexpr int of_a_pool(int blocks) { return blocks; }
#endif

TEST(channel_allocation, PIT_6_operations_that_need_not_wait_allocate_nothing) {
  stage s;
  const channel<int> c(s.home(), fixed(3));
  const channel<int> last(s.home(), sliding(2));

  EXPECT_EQ(allocations_of([&] {
              c.put(1);
              c.try_put(2);
              c.put_then(3, [](bool) {});
              c.take();
              c.try_take();
              c.take_then([](std::optional<int>) {});
              last.put(1);
              last.put(2);
              last.put(3);
              static_cast<void>(alts(take_from(last), take_from(c)));
              static_cast<void>(alts(take_from(last), put_to(c, 1)));
              c.close();
            }),
            0);
}

TEST(channel_allocation, PIT_6_a_rendezvous_allocates_nothing) {
  stage s;
  const channel<int> c(s.home());
  const auto result = go(
      s.home(),
      [](channel<int> in) -> go_block<int> {
        int sum = 0;
        while (auto got = co_await in.async_take()) sum += *got;
        co_return sum;
      },
      c);
  s.run_all();

  EXPECT_EQ(allocations_of([&] {
              for (int i = 0; i < 3; ++i) {
                c.put(1);
                s.run_all();
              }
              c.close();
              s.run_all();
            }),
            0);
  EXPECT_EQ(result.take(), 3);
}

TEST(channel_allocation, PIT_6_a_channel_that_finds_no_memory_leaves_nothing_behind) {
  const auto live = counted_value::live();
  const counted_value held(1);
  const int needed = allocations_of([&] {
    const channel<int> c(
        fixed(100), xf::map([held](int n) { return n; }),
        [held](const std::exception_ptr&) { return std::optional<int>(); });
  });
  EXPECT_GE(needed, 2 + of_a_pool(1)) << "its elements, its transducer, itself";
  EXPECT_EQ(counted_value::live(), live + 1);
}

TEST(channel_allocation, PIT_6_a_callback_that_finds_no_memory_changes_nothing) {
  stage s;
  const channel<int> c(s.home());
  const auto live = counted_value::live();
  int called = 0;
  const auto note = [&called, held = counted_value(1)](auto&&) { ++called; };

  EXPECT_GE(allocations_of([&] { c.put_then(1, note); }), 1);
  EXPECT_GE(allocations_of([&] { c.take_then(note, false); }), 0);
  s.run_all();

  EXPECT_EQ(called, 2) << "each once, when there was memory";
  EXPECT_EQ(c.try_take().status, take_status::empty);
  EXPECT_EQ(counted_value::live(), live + 1) << "the one that was copied from";
}

TEST(channel_allocation,
     PIT_6_an_expanding_put_that_finds_no_memory_is_an_error_of_its_step) {
  stage s;
  const channel<int> c(s.home(), fixed(2), xf::mapcat([](int) {
                         std::vector<int> all(5, 7);
                         tests::let_allocations_succeed(0);
                         return all;
                       }));
  EXPECT_TRUE(c.put(1));
  tests::let_all_allocations_succeed();

  EXPECT_EQ(c.take(), 7);
  EXPECT_EQ(c.take(), 7) << "those for which there was room";
  EXPECT_EQ(c.try_take().status, take_status::empty);
}

go_block<int> wait(channel<int> in, counted_value) {
  const auto got = co_await in.async_take();
  co_return got.value_or(-1);
}

TEST(channel_allocation, PIT_6_a_go_block_that_finds_no_memory_does_not_begin) {
  stage s;
  const auto live = counted_value::live();
  const channel<int> c(s.home(), fixed(1));
  std::optional<channel<int>> result;

  const int needed =
      allocations_of([&] { result = go(s.home(), wait, c, counted_value(1)); });

  EXPECT_GE(needed, of_a_pool(2)) << "its frame, and its result channel";
  s.run_all();
  EXPECT_EQ(detail::go_scheduler::of(s.home()).live(), 1U);
  c.put(4);
  s.run_all();
  EXPECT_EQ(result->take(), 4);
  EXPECT_EQ(counted_value::live(), live);
}

TEST(channel_allocation, PIT_6_a_function_begins_with_a_frame_and_a_result_channel_only) {
  stage s;
  const channel<int> c(s.home(), fixed(1));
  std::optional<channel<int>> result = go(s.home(), wait, c, counted_value(1));

  const int needed =
      allocations_of([&] { result = go(s.home(), wait, c, counted_value(2)); });

  EXPECT_LE(needed, 2) << "nothing is kept of what is no object";
  c.close();
  s.run_all();
}

TEST(channel_allocation,
     PIT_6_a_go_block_with_captures_that_finds_no_memory_leaves_nothing) {
  stage s;
  const auto live = counted_value::live();
  const int needed = allocations_of(
      [&] { go(s.home(), [held = counted_value(1)]() -> go_block<> { co_return; }); });
  EXPECT_GE(needed, 1 + of_a_pool(2)) << "what it captures, too";
  s.run_all();
  EXPECT_EQ(counted_value::live(), live);
}

TEST(channel_allocation, PIT_6_a_thread_process_that_finds_no_memory_does_not_begin) {
  stage s;
  const auto live = counted_value::live();
  EXPECT_GE(allocations_of(
                [&] { spawn_thread(s.home(), [held = counted_value(1)] { return 1; }); }),
            1 + of_a_pool(1));
  s.run_all();
  EXPECT_EQ(counted_value::live(), live);
}

TEST(channel_allocation, PIT_6_a_timeout_that_finds_no_memory_is_none) {
  stage s;
  EXPECT_GE(allocations_of([&] {
              static_cast<void>(timeout_channel(s.home(), std::chrono::hours(1)));
            }),
            1 + of_a_pool(1));
  EXPECT_EQ(s.home().timer().waiting(), 0U);
}

TEST(channel_allocation, PIT_6_an_alts_of_a_line_that_finds_no_memory_tries_nothing) {
  const channel<int> c(fixed(4));
  std::vector<alts_case<int>> cases;
  cases.emplace_back(put_to(c, 1));

  EXPECT_GE(allocations_of([&] { static_cast<void>(alts(cases)); }), 1);

  EXPECT_EQ(c.take(), 1);
  EXPECT_EQ(c.try_take().status, take_status::empty) << "put once";
}

}  // namespace
}  // namespace tussle
