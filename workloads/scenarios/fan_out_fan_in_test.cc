// Does fan_out_fan_in notice what it is there to notice?
#include "workloads/scenarios/fan_out_fan_in.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "harness/case/verdict.h"
#include "workloads/subjects/fan_outs.h"
#include "workloads/subjects/tbb_tasks.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict fan_out_verdict(double width, int threads = 1) {
  return verdict_of<fan_out_fan_in, Subject>({{"width", width}, {"work", 10}}, threads,
                                             10);
}

template <typename Subject>
class sound_fan_out : public ::testing::Test {};
using sound_fan_outs = ::testing::Types<
#if !defined(TUSSLE_MODE_TSAN)
#if defined(TUSSLE_HAS_TBB)
    subjects::tbb_fan_out,
#endif
    subjects::blocking_counter_fan_out,
#endif
    subjects::promise_fan_out, subjects::future_fan_out, subjects::async_fan_out,
    subjects::std_promise_fan_out, subjects::latch_fan_out>;
TYPED_TEST_SUITE(sound_fan_out, sound_fan_outs);

TYPED_TEST(sound_fan_out, adds_up_every_part_once) {
  for (const double width : {2.0, 33.0}) {
    for (const int threads : {1, 3}) {
      const verdict found = fan_out_verdict<TypeParam>(width, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

// Adds up on the calling thread; `spoil` does the last part as it likes.
template <typename Spoil>
struct spoiled_fan_out {
  struct fan_out {
    explicit fan_out(runtime& /*on*/) {}
    template <typename Part>
    std::int64_t sum(std::int64_t width, const Part& part) {
      std::int64_t all = 0;
      for (std::int64_t i = 0; i < width - 1; ++i) all += part(i);
      return all + Spoil()([&] { return part(width - 1); });
    }
  };
};

struct does_it {
  template <typename Last>
  std::int64_t operator()(const Last& last) {
    return last();
  }
};
struct forgets_it {
  template <typename Last>
  std::int64_t operator()(const Last& /*last*/) {
    return 0;
  }
};
struct repeats_it {
  template <typename Last>
  std::int64_t operator()(const Last& last) {
    last();
    return last();
  }
};
struct adds_nothing {
  template <typename Last>
  std::int64_t operator()(const Last& last) {
    last();
    return 0;
  }
};

TEST(fan_out_fan_in, finds_a_part_that_was_not_done_or_done_twice) {
  EXPECT_TRUE(fan_out_verdict<spoiled_fan_out<does_it>>(4).passed);
  for (const verdict& found : {fan_out_verdict<spoiled_fan_out<forgets_it>>(4),
                               fan_out_verdict<spoiled_fan_out<repeats_it>>(4)}) {
    EXPECT_EQ(found.message.find("parts that were not seen done once"), 0U)
        << found.message;
  }
}

TEST(fan_out_fan_in, finds_a_part_that_was_not_added) {
  const verdict found = fan_out_verdict<spoiled_fan_out<adds_nothing>>(4);

  EXPECT_EQ(found.message.find("wrong sums"), 0U) << found.message;
}

}  // namespace
}  // namespace tussle::workloads
