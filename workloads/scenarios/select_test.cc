// Does select notice what it is there to notice?
#include "workloads/scenarios/select.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_selectors.h"
#include "workloads/subjects/selectors.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict select_verdict(double sources, int threads, double capacity = 4) {
  return verdict_of<select, Subject>({{"sources", sources}, {"capacity", capacity}},
                                     threads);
}

template <typename Subject>
class sound_selector : public ::testing::Test {};
using sound_selectors =
    ::testing::Types<subjects::alts_selector, subjects::go_selector,
                     subjects::condition_selector, subjects::polling_selector>;
TYPED_TEST_SUITE(sound_selector, sound_selectors);

TYPED_TEST(sound_selector, ALT_7_every_element_is_taken_once) {
  for (const double sources : {1.0, 2.0, 9.0}) {
    for (const int threads : {1, 3}) {
      const verdict found = select_verdict<TypeParam>(sources, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

struct repeats {
  struct selector : subjects::condition_selector::selector {
    using base = subjects::condition_selector::selector;
    using base::base;
    std::optional<std::int64_t> take() {
      {
        const std::lock_guard held(lock_of_again_);
        if (again_) return std::exchange(again_, std::nullopt);
      }
      const std::optional<std::int64_t> taken = base::take();
      const std::lock_guard held(lock_of_again_);
      if (taken == 5) again_ = taken;
      return taken;
    }
    std::mutex lock_of_again_;
    std::optional<std::int64_t> again_;
  };
};

TEST(select, an_element_that_is_taken_twice_is_told) {
  const verdict found = select_verdict<repeats>(1, 1);

  EXPECT_EQ(found.message, "elements taken " + std::to_string(steps_a_thread + 1) +
                               ", expected put " + std::to_string(steps_a_thread));
}

// Its go blocks take every element, and drop every second.
struct drops_half {
  struct selector : subjects::go_selector::selector {
    using base = subjects::go_selector::selector;
    using base::base;
    template <typename F>
    void consume(F f) {
      base::consume([f](std::int64_t element) {
        if (element % 2 != 0) f(element);
      });
    }
  };
};

TEST(select, an_element_that_a_go_block_drops_is_told) {
  EXPECT_EQ(select_verdict<drops_half>(1, 1).message,
            "elements taken " + std::to_string(steps_a_thread / 2) + ", expected put " +
                std::to_string(steps_a_thread));
}

// Nobody takes before so many were put, and nobody waits for room.
struct late_consumers {
  struct selector : planted::no_room::selector {
    using base = planted::no_room::selector;
    using base::base;
    void put(std::size_t source, std::int64_t element) {
      put_.fetch_add(1);
      base::put(source, element);
    }
    std::optional<std::int64_t> take() {
      while (put_.load() < steps_a_thread) std::this_thread::yield();
      return base::take();
    }
    std::atomic<int> put_{0};
  };
};

TEST(select, more_elements_than_there_is_room_for_are_told) {
  const verdict found = select_verdict<late_consumers>(2, 1);

  EXPECT_NE(found.message.find("looks that found more than there is room for"),
            std::string::npos)
      << found.message;
}

TEST(planted_no_room, nobody_waits_for_room) {
  planted::no_room::selector all(1, 1);
  for (const std::int64_t element : {1, 2, 3}) all.put(0, element);
  all.close();

  for (const std::int64_t element : {1, 2, 3}) EXPECT_EQ(all.take(), element);
  EXPECT_EQ(all.take(), std::nullopt);
}

TEST(planted_takes_of_all, what_the_other_sources_gave_is_dropped) {
  planted::takes_of_all::selector all(2, 1);
  all.put(0, 1);
  all.put(1, 2);
  all.close();

  EXPECT_EQ(all.take(), 1);
  EXPECT_EQ(all.take(), std::nullopt);
}

}  // namespace
}  // namespace tussle::workloads
