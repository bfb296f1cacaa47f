// Do recorded histories tell what came first?
#include "harness/history/recorder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "harness/history/checker.h"

namespace tussle::history {
namespace {

class every_clock : public testing::TestWithParam<stamp_source> {};

INSTANTIATE_TEST_SUITE_P(recorder, every_clock,
                         testing::Values(stamp_source::time_stamp_counter,
                                         stamp_source::shared_counter),
                         [](const auto& p) {
                           return p.param == stamp_source::shared_counter
                                      ? "shared_counter"
                                      : "time_stamp_counter";
                         });

TEST_P(every_clock, one_operation_after_another_is_in_order) {
  if (GetParam() == stamp_source::time_stamp_counter &&
      stamp_clock::best() != GetParam()) {
    GTEST_SKIP() << "counters of this machine's cores cannot be compared";
  }
  recorder all(1, 2, GetParam());
  recorder::lane& mine = all.of(0);

  for (value i = 0; i < 2; ++i) mine.end(mine.begin(call::load), outcome::returned, i);

  const history seen = all.operations();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_LE(seen[0].invoked, seen[0].returned);
  EXPECT_LE(seen[0].returned, seen[1].invoked);
  EXPECT_TRUE(mine.is_full());
}

TEST_P(every_clock, a_turn_that_is_handed_on_is_later) {
  if (GetParam() == stamp_source::time_stamp_counter &&
      stamp_clock::best() != GetParam()) {
    GTEST_SKIP() << "counters of this machine's cores cannot be compared";
  }
  EXPECT_TRUE(never_goes_back(GetParam(), 500));
}

TEST(recorder, an_operation_without_an_end_is_pending) {
  recorder all(2, 1);

  all.of(1).begin(call::put, 7);

  ASSERT_EQ(all.operations().size(), 1U);
  EXPECT_TRUE(all.operations()[0].is_pending());
  EXPECT_EQ(all.operations()[0].thread, 1);
}

TEST(recorder, what_threads_do_to_an_atomic_is_linearizable) {
  constexpr int threads = 4;
  constexpr std::size_t room = 500;
  recorder all(threads, room);
  std::atomic<value> cell{0};
  const auto work = [&](int index) {
    recorder::lane& mine = all.of(index);
    for (value next = 1; !mine.is_full(); ++next) {
      const value mark = value{index} * 1'000'000 + next;
      const auto one = mine.begin(call::exchange, mark);
      mine.end(one, outcome::returned, cell.exchange(mark));
      if (mine.is_full()) break;
      const auto other = mine.begin(call::load);
      mine.end(other, outcome::returned, cell.load());
    }
  };

  std::vector<std::thread> team;
  for (int i = 0; i < threads; ++i) team.emplace_back(work, i);
  for (std::thread& each : team) each.join();

  const judgement said = check(all.operations(), {.kind = object_kind::cell});
  EXPECT_EQ(said.said, answer::linearizable) << said.reason;
  EXPECT_EQ(all.operations().size(), threads * room);
}

}  // namespace
}  // namespace tussle::history
