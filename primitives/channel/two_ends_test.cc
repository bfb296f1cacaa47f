// Buffers that have a lock at each end: their ring alone, and the rules of waiting at channels
// that have one.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/element_ring.h"
#include "primitives/channel/errors.h"
#include "primitives/channel/go.h"
#include "primitives/sync/short_mutex.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::stage;

class ring_with_two_ends : public testing::Test {
 protected:
  // As after so many elements that the ends have counted to their last number, and the end of
  // puts has not looked at the other one since it began.
  void count_to_the_last_number() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    constexpr std::uint32_t last = 0U - 1U;
    detail::ring_ends& ends = ring_.ends();
    // Relaxed: one thread.
    ends.in.passed.store(last, std::memory_order_relaxed);
    ends.out.passed.store(last, std::memory_order_relaxed);
    ends.out.seen = last;
    ends.in.seen = 0;
  }
  // What a put does that has found a take in line, and then none.
  void push_under_both(int element) {
    ring_.count();
    ring_.push(int{element});
  }

  detail::element_ring<int> ring_{2, true};
};

TEST_F(ring_with_two_ends,
       CH_2_holds_no_more_than_it_has_room_for_when_counts_begin_anew) {
  count_to_the_last_number();
  push_under_both(100);
  EXPECT_TRUE(ring_.has_room());
  ring_.push_at_end(101);

  EXPECT_FALSE(ring_.has_room());

  EXPECT_EQ(ring_.ends().size(), 2U);
  for (const int element : {100, 101}) {
    EXPECT_TRUE(ring_.has_any());
    EXPECT_EQ(ring_.pop_at_end(), element);
  }
  EXPECT_FALSE(ring_.has_any());
}

TEST_F(ring_with_two_ends, CH_3_elements_keep_their_order_over_many_turns) {
  int came = 0;
  int left = 0;
  for (int turn = 0; turn < 10; ++turn) {
    while (ring_.has_room()) ring_.push_at_end(came++);
    ring_.count();
    EXPECT_EQ(ring_.pop(), left++);
    EXPECT_TRUE(ring_.has_any());
    EXPECT_EQ(ring_.pop_at_end(), left++);
  }
  EXPECT_FALSE(ring_.has_any());
}

TEST(two_ends, CH_2_puts_wait_beyond_the_room_and_move_up_in_order) {
  stage s;
  const channel<int> c(s.home(), fixed(2));
  std::vector<int> accepted;
  for (int i = 1; i <= 4; ++i)
    EXPECT_TRUE(c.put_then(i, [&accepted, i](bool) { accepted.push_back(i); }));
  EXPECT_EQ(accepted, (std::vector<int>{1, 2}));
  EXPECT_EQ(c.try_put(5), put_status::would_wait);

  for (int i = 1; i <= 4; ++i) EXPECT_EQ(c.take(), i);

  EXPECT_EQ(accepted, (std::vector<int>{1, 2, 3, 4}));
  EXPECT_EQ(c.try_take().status, take_status::empty);
}

TEST(two_ends, CH_3_takes_that_wait_are_served_oldest_first) {
  stage s;
  const channel<int> c(s.home(), fixed(2));
  std::vector<int> got;
  for (int i = 0; i < 3; ++i)
    c.take_then([&](std::optional<int> element) { got.push_back(element.value_or(-1)); });

  for (int i = 1; i <= 5; ++i) EXPECT_EQ(c.try_put(i), put_status::accepted);

  EXPECT_EQ(got, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(c.take(), 4);
  EXPECT_EQ(c.take(), 5);
}

TEST(two_ends, CH_9_closing_lets_what_is_there_and_what_waits_be_taken) {
  stage s;
  const channel<int> c(s.home(), fixed(2));
  for (int i = 1; i <= 3; ++i)
    c.put_then(i, [](bool accepted) { EXPECT_TRUE(accepted); });

  c.close();

  EXPECT_FALSE(c.put(4));
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(c.take(), i);
  EXPECT_EQ(c.take(), std::nullopt);
}

TEST(two_ends, CH_8_closing_tells_takes_that_wait) {
  stage s;
  const channel<int> c(s.home(), fixed(2));
  int told = 0;
  for (int i = 0; i < 2; ++i)
    c.take_then([&](std::optional<int> element) { told += element ? 0 : 1; });

  c.close();

  EXPECT_EQ(told, 2);
}

TEST(two_ends, CH_16_1024_may_wait_at_either_end) {
  constexpr int limit = 1024;
  stage s;
  const channel<int> full(s.home(), fixed(2));
  for (int i = 0; i < limit + 2; ++i) full.put_then(i, [](bool) {});
  EXPECT_THROW(full.put_then(0, [](bool) {}), too_many_pending_error);
  const channel<int> empty(s.home(), fixed(2));
  for (int i = 0; i < limit; ++i) empty.take_then([](const std::optional<int>&) {});
  EXPECT_THROW(empty.take_then([](const std::optional<int>&) {}), too_many_pending_error);

  for (int i = 0; i < limit + 2; ++i) EXPECT_EQ(full.take(), i);
  for (int i = 0; i < limit; ++i) EXPECT_TRUE(empty.put(i));
}

TEST(two_ends, ALT_1_an_alts_that_has_chosen_leaves_the_other_end) {
  stage s;
  const channel<int> x(s.home(), fixed(2));
  const channel<int> y(s.home(), fixed(2));
  const auto chosen = go(
      s.home(),
      [](channel<int> a, channel<int> b) -> go_block<std::size_t> {
        const auto r = co_await async_alts(take_from(a), take_from(b));
        co_return r.index;
      },
      x, y);
  s.run_all();

  EXPECT_TRUE(y.put(1));
  s.run_all();

  EXPECT_EQ(chosen.take(), 1U);
  EXPECT_TRUE(x.put(2));
  EXPECT_EQ(x.take(), 2) << "nobody else has it";
}

}  // namespace
}  // namespace tussle
