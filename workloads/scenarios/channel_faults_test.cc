// Does the workload `channel_faults` notice what it is there to notice, and nothing else?
#include "workloads/scenarios/channel_faults.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <exception>
#include <latch>
#include <new>
#include <optional>

#include "harness/case/verdict.h"
#include "workloads/planted/careless_couriers.h"
#include "workloads/subjects/alts_courier.h"
#include "workloads/subjects/couriers.h"
#include "workloads/subjects/errors_courier.h"
#include "workloads/subjects/pipeline_courier.h"
#include "workloads/subjects/pub_courier.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

bool says_lost(const harness::verdict& found) {
  return !found.passed &&
         found.message.starts_with("accepted parcels that nobody got or heard of");
}

// As many steps as several couriers take.
template <typename Subject>
harness::verdict verdict_of_faults(int threads, double parcels = 64) {
  return verdict_of<channel_faults, Subject>({{"parcels", parcels}}, threads, 600);
}

template <typename Subject>
class sound_courier : public ::testing::Test {};
using sound_couriers = ::testing::Types<
    subjects::rendezvous_courier, subjects::fixed_courier, subjects::dropping_courier,
    subjects::sliding_courier, subjects::promise_courier, subjects::pub_courier,
    subjects::pipeline_courier, subjects::alts_courier, subjects::telling_courier,
    subjects::calling_courier, subjects::condition_courier>;
TYPED_TEST_SUITE(sound_courier, sound_couriers);

TYPED_TEST(sound_courier, CH_32_loses_and_leaks_nothing_whatever_goes_wrong) {
  for (const int threads : {1, 3}) {
    for (const double parcels : {4.0, 64.0, 1000.0}) {
      const harness::verdict found = verdict_of_faults<TypeParam>(threads, parcels);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

template <typename Subject>
class careless_courier : public ::testing::Test {};
using careless_couriers =
    ::testing::Types<planted::swallows_errors, planted::tells_and_delivers,
                     planted::keeps_damaged, planted::delivers_what_it_refuses,
                     planted::loses_all_at_a_drop>;
TYPED_TEST_SUITE(careless_courier, careless_couriers);

TYPED_TEST(careless_courier, is_noticed) {
  EXPECT_FALSE(verdict_of_faults<TypeParam>(1).passed);
  EXPECT_FALSE(verdict_of_faults<TypeParam>(3).passed);
}

// As planted::swallows_errors, where whole parcels may be displaced.
struct swallows_when_dropping {
  static constexpr bool displaces = true;
  static constexpr bool repeats = false;
  static channel<parcel> make(runtime& on, manifest& /*notes*/) {
    return channel<parcel>(
        on, dropping(4), xf::map(subjects::opens_parcels()),
        [](const std::exception_ptr&) { return std::optional<parcel>(); });
  }
  using courier = subjects::channel_courier<swallows_when_dropping>;
};

TEST(channel_faults, an_error_that_vanishes_is_noticed_where_others_may_be_displaced) {
  const harness::verdict found = verdict_of_faults<swallows_when_dropping>(1);
  EXPECT_TRUE(says_lost(found)) << found.message;
}

bool notes_but_one(const parcel& one) { return one.id() != 1; }

struct loses_one : subjects::pub_courier {
  using courier = courier_that<&notes_but_one>;
};

// Of periods of four, most of which end as they like.
TEST(channel_faults, a_pub_that_loses_a_parcel_is_noticed) {
  const harness::verdict found = verdict_of_faults<loses_one>(1, 4);
  EXPECT_TRUE(says_lost(found)) << found.message;
}

bool opens_but_one(const parcel& one) { return one.id() != 1; }

struct pipeline_that_loses_one : subjects::pipeline_courier {
  using courier = courier_that<&opens_but_one>;
};

TEST(channel_faults, a_pipeline_that_loses_a_parcel_is_noticed) {
  const harness::verdict found = verdict_of_faults<pipeline_that_loses_one>(1, 4);
  EXPECT_TRUE(says_lost(found)) << found.message;
}

struct alts_that_lose_one : subjects::alts_courier {
  using courier = courier_that<&opens_but_one>;
};

TEST(channel_faults, alts_that_lose_a_parcel_are_noticed) {
  const harness::verdict found = verdict_of_faults<alts_that_lose_one>(1, 4);
  EXPECT_TRUE(says_lost(found)) << found.message;
}

std::latch* inside = nullptr;
std::latch* go_on = nullptr;

// Stands still with the first one, so that the second one waits.
void stand_still(const parcel& one) {
  if (one.id() == 0) {
    inside->count_down();
    go_on->wait();
  }
  subjects::condition_courier::courier::deliver_one(one);
}

TEST(channel_faults, a_courier_that_loses_what_waits_is_noticed) {
  std::latch has_first(1);
  std::latch may_end(1);
  inside = &has_first;
  go_on = &may_end;
  manifest notes(2);
  {
    planted::loses_the_rest::courier work(notes, &stand_still);
    for (std::size_t id = 0; id < 2; ++id) {
      notes.offered(id, damage::none);
      work.send(parcel(notes, id, damage::none), sending::trying);
    }
    has_first.wait();
    work.end(ending::closed);
    may_end.count_down();
  }

  EXPECT_EQ(notes.judge({.displaces = false, .repeats = false}).message,
            "accepted parcels that nobody got or heard of 1, expected allowed 0");
}

constexpr manifest::expectations strict{.displaces = false, .repeats = false};

TEST(channel_faults, a_sender_who_is_told_nothing_is_noticed_unless_all_may_be_dropped) {
  manifest notes(1);
  notes.offered(0, damage::none);
  EXPECT_EQ(notes.judge(strict).message,
            "senders who were told nothing 1, expected allowed 0");

  notes.may_drop();
  EXPECT_TRUE(notes.judge(strict).passed);
}

TEST(channel_faults, what_is_lost_at_a_drop_is_noticed_where_it_is_more_than_was_held) {
  manifest notes(3);
  for (std::size_t id = 0; id < 3; ++id) {
    notes.offered(id, damage::none);
    notes.answered(id, true);
  }
  notes.may_drop();
  EXPECT_TRUE(notes.judge(strict).passed) << "nobody knows how many it held";
  EXPECT_TRUE(notes.judge({.displaces = false, .repeats = false, .held = 3}).passed);
  EXPECT_EQ(notes.judge({.displaces = false, .repeats = false, .held = 2}).message,
            "accepted parcels that nobody got or heard of 3, expected allowed 2");

  notes.told_of_one();
  EXPECT_TRUE(notes.judge({.displaces = false, .repeats = false, .held = 2}).passed);
}

TEST(channel_faults, a_sender_who_is_told_twice_is_noticed) {
  manifest notes(1);
  notes.offered(0, damage::none);
  notes.answered(0, true);
  notes.answered(0, true);
  notes.delivered(0);
  EXPECT_FALSE(notes.judge(strict).passed);
}

TEST(channel_faults, an_element_that_comes_twice_is_noticed_unless_takes_give_copies) {
  manifest notes(1);
  notes.offered(0, damage::none);
  notes.answered(0, true);
  notes.delivered(0);
  notes.delivered(0);
  EXPECT_FALSE(notes.judge(strict).passed);
  EXPECT_TRUE(notes.judge({.displaces = true, .repeats = true}).passed);
}

TEST(channel_faults, an_error_of_a_taker_that_vanishes_is_noticed) {
  manifest notes(1);
  notes.taker_was_upset();
  EXPECT_EQ(notes.judge(strict).message, "errors of takers told 0, expected thrown 1");

  notes.hear(std::make_exception_ptr(upset_taker()));
  EXPECT_TRUE(notes.judge(strict).passed);
}

// Of an element whose way found no memory nobody knows the name.
TEST(channel_faults, an_element_without_memory_may_go_where_that_is_told) {
  manifest notes(1);
  notes.offered(0, damage::none);
  notes.answered(0, true);
  EXPECT_FALSE(notes.judge(strict).passed);

  notes.hear(std::make_exception_ptr(std::bad_alloc()));
  EXPECT_TRUE(notes.judge(strict).passed);
}

}  // namespace
}  // namespace tussle::workloads
