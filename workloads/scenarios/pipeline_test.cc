// Does pipeline notice what it is there to notice? Is what is planted caught?
#include "workloads/scenarios/pipeline.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_conveyors.h"
#include "workloads/subjects/conveyors.h"
#include "workloads/subjects/tbb_conveyor.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Load>
struct of_load {
  template <typename Subject>
  using run = pipeline_run<Subject, Load>;
};

template <typename Subject, typename Load = payload<8>>
verdict pipeline_verdict(double stages, double workers, int threads,
                         int steps = steps_a_thread, double work = 10) {
  return verdict_of<of_load<Load>, Subject>(
      {{"stages", stages}, {"workers", workers}, {"work", work}, {"buffer", 4}}, threads,
      steps);
}

template <typename Subject>
class sound_conveyor : public ::testing::Test {};
using sound_conveyors = ::testing::Types<
#if defined(TUSSLE_HAS_TBB) && !defined(TUSSLE_MODE_TSAN)
    subjects::tbb_conveyor,
#endif
    subjects::go_conveyor, subjects::blocking_conveyor, subjects::thread_conveyor>;
TYPED_TEST_SUITE(sound_conveyor, sound_conveyors);

TYPED_TEST(sound_conveyor, PIPE_1_every_item_comes_out_in_order_after_every_stage) {
  for (const double stages : {1.0, 3.0}) {
    for (const double workers : {1.0, 3.0}) {
      for (const int threads : {1, 3}) {
        const verdict found = pipeline_verdict<TypeParam>(stages, workers, threads);
        EXPECT_TRUE(found.passed) << found.message;
      }
    }
  }
}

TYPED_TEST(sound_conveyor, takes_large_items) {
  const verdict found = pipeline_verdict<TypeParam, payload<1024>>(2, 2, 2);
  EXPECT_TRUE(found.passed) << found.message;
}

TYPED_TEST(sound_conveyor, PIPE_4_ends_whatever_is_inside) {
  for (const int steps : {0, 1, 5, 20}) {
    const verdict found = pipeline_verdict<TypeParam>(2, 2, 1, steps, 1000);
    EXPECT_TRUE(found.passed) << steps << ": " << found.message;
  }
}

// Shows in most runs of some steps, not in each.
TEST(planted_out_of_turn, items_overtake_each_other) {
  std::string found;
  for (int i = 0; i < 200 && found.find("out of order") == std::string::npos; ++i) {
    const verdict one = pipeline_verdict<planted::out_of_turn>(2, 4, 1);
    found = one.passed ? "" : one.message;
  }
  EXPECT_EQ(found.find("items repeated or out of order"), 0) << found;
}

// Does to the fifth item what `Fault` says.
template <typename Fault>
struct tampers {
  template <typename Load>
  struct line : subjects::thread_conveyor::line<Load> {
    using base = subjects::thread_conveyor::line<Load>;
    using base::base;
    void put(conveyed<Load> one) {
      if (one.number == 5) return Fault::instead(static_cast<base&>(*this), one);
      base::put(one);
    }
  };
};

struct loses {
  template <typename Line, typename Load>
  static void instead(Line& /*line*/, const conveyed<Load>& /*one*/) {}
};
struct works_twice {
  template <typename Line, typename Load>
  static void instead(Line& line, conveyed<Load> one) {
    one.load = one.load.next();
    line.put(one);
  }
};
struct repeats_it {
  template <typename Line, typename Load>
  static void instead(Line& line, const conveyed<Load>& one) {
    line.put(one);
    line.put(one);
  }
};
struct swaps_it {
  template <typename Line, typename Load>
  static void instead(Line& line, conveyed<Load> /*one*/) {
    line.put(conveyed<Load>::made(4));
  }
};

template <typename Fault>
std::string message_of() {
  return pipeline_verdict<tampers<Fault>>(2, 1, 1, 100).message;
}

TEST(pipeline, a_lost_item_is_told) {
  EXPECT_EQ(message_of<loses>(), "items that came out 99, expected put 100");
}
TEST(pipeline, an_item_that_comes_twice_is_told) {
  EXPECT_EQ(message_of<repeats_it>(), "items that came out 101, expected put 100");
}
TEST(pipeline, an_item_in_the_place_of_another_is_told) {
  EXPECT_EQ(message_of<swaps_it>(),
            "items repeated or out of order 1, expected allowed 0");
}
TEST(pipeline, an_item_that_a_stage_has_worked_on_twice_is_told) {
  EXPECT_EQ(message_of<works_twice>(),
            "items on which a stage has not worked once 1, expected allowed 0");
}

TEST(conveyor_ledger, torn_items_are_told) {
  struct torn_load {
    explicit torn_load(std::uint32_t of = 0) : which(of) {}
    std::uint32_t version() const { return which; }
    bool ends_match() const { return which != 7; }
    bool intact() const { return ends_match(); }
    torn_load next() const { return torn_load(which + 1); }
    std::uint32_t which;
  };
  conveyor_ledger<torn_load> ledger({.stages = 1, .workers = 1, .room = 1}, 1, 0);
  ledger.done(ledger.work_on(conveyed<torn_load>::made(6)));

  elements_seen put(0);
  put.add(6);
  EXPECT_EQ(ledger.judge(1, put.sum()).message, "torn items 1, expected allowed 0");
}

// Nobody waits for room.
struct boundless {
  template <typename Load>
  class line {
   public:
    line(runtime& /*on*/, const conveyor_plan& plan, conveyor_ledger<Load>& ledger)
        : stages_(plan.stages), ledger_(ledger) {}
    void put(conveyed<Load> one) { all_.push_back(one); }
    void finish() {
      for (conveyed<Load>& each : all_) {
        for (std::size_t i = 0; i < stages_; ++i) each = ledger_.work_on(each);
        ledger_.done(each);
      }
    }

   private:
    const std::size_t stages_;
    conveyor_ledger<Load>& ledger_;
    std::deque<conveyed<Load>> all_;
  };
};

TEST(pipeline, items_that_pile_up_are_told) {
  const std::string found = pipeline_verdict<boundless>(1, 1, 1).message;
  EXPECT_EQ(found.find("looks that found more inside than there is room for"), 0)
      << found;
}

}  // namespace
}  // namespace tussle::workloads
