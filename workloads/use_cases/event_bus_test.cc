// Does event_bus (UC-13) notice what it is there to notice?
#include "workloads/use_cases/event_bus.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "harness/case/verdict.h"
#include "primitives/sync/mode.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/schedulers_testing.h"
#include "workloads/planted/naive_buses.h"
#include "workloads/subjects/buses.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

template <typename Subject>
verdict bus_verdict(double topics, double subscribers, int threads,
                    int steps = steps_a_thread) {
  return verdict_of<event_bus, Subject>(
      {{"topics", topics}, {"subscribers", subscribers}}, threads, steps);
}

template <typename Subject>
class sound_bus : public ::testing::Test {};
using sound_buses = ::testing::Types<subjects::pub_bus, subjects::locked_bus>;
TYPED_TEST_SUITE(sound_bus, sound_buses);

TYPED_TEST(sound_bus, PUB_1_PUB_2_subscribers_get_the_events_of_their_topics_in_order) {
  for (const double topics : {1.0, 4.0}) {
    for (const double subscribers : {1.0, 3.0}) {
      for (const int threads : {1, 2}) {
        const verdict found = bus_verdict<TypeParam>(topics, subscribers, threads);
        EXPECT_TRUE(found.passed) << found.message;
      }
    }
  }
}

TYPED_TEST(sound_bus, ends_although_nothing_was_published) {
  const verdict found = bus_verdict<TypeParam>(4, 2, 1, 0);
  EXPECT_TRUE(found.passed) << found.message;
}

TEST(planted_competing_bus, subscribers_miss_what_others_took) {
  const verdict found = bus_verdict<planted::competing_bus>(4, 1, 1);

  EXPECT_FALSE(found.passed);
  EXPECT_NE(found.message.find("gaps and events out of order"), std::string::npos)
      << found.message;
}

// A subscriber that is held up while more events come than he has room for.
TEST(planted_lossy_bus, who_has_no_room_misses_the_event) {
  if constexpr (sync::has_schedule_points) {
    constexpr auto too_many = static_cast<std::int64_t>(subjects::subscriber_room) + 10;
    tests::freeze_at freeze("threaded_subscriber.before_receive");
    runtime on;
    inbox mine(0);
    planted::lossy_bus::bus bus(on, 1);
    bus.subscribe(0, mine);
    bus.publish({0, 1});
    freeze.wait_until_reached();
    for (std::int64_t n = 2; n <= too_many; ++n) bus.publish({0, n});
    freeze.let_go();
    bus.finish();

    EXPECT_LT(mine.last(), too_many) << "the last ones did not fit";
  } else {
    GTEST_SKIP() << "needs schedule points";
  }
}

TEST(inbox, tells_gaps_order_and_what_is_foreign) {
  inbox mine(1);
  for (const event& one :
       {event{1, 3}, event{1, 4}, event{1, 6}, event{1, 5}, event{2, 7}})
    mine.receive(one);

  EXPECT_EQ(mine.first(), 3);
  EXPECT_EQ(mine.last(), 5);
  EXPECT_EQ(mine.gaps(), 2);
  EXPECT_EQ(mine.foreign(), 1);
}

struct forgets_the_last {
  struct bus : subjects::locked_bus::bus {
    using base = subjects::locked_bus::bus;
    using base::base;
    void publish(const event& one) {
      if (one.number != steps_a_thread) base::publish(one);
    }
  };
};

TEST(event_bus, who_misses_the_last_event_is_told) {
  EXPECT_EQ(bus_verdict<forgets_the_last>(1, 2, 1).message,
            "subscribers that missed the first or last events 2, expected allowed 0");
}

}  // namespace
}  // namespace tussle::workloads::use_cases
