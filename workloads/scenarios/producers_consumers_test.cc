// Do producers_consumers and rendezvous notice what they are there to notice? Is what is
// planted caught, forced where there are schedule points?
#include "workloads/scenarios/producers_consumers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <thread>

#include "harness/case/verdict.h"
#include "primitives/sync/mode.h"
#include "primitives/testing/schedulers_testing.h"
#include "workloads/planted/naive_queues.h"
#include "workloads/subjects/atomic_queue.h"
#include "workloads/subjects/fibers.h"
#include "workloads/subjects/lockfree_queue.h"
#include "workloads/subjects/moodycamel_queue.h"
#include "workloads/subjects/queues.h"
#include "workloads/subjects/tbb_queue.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict queue_verdict(double capacity, double consumers, int threads) {
  return verdict_of<producers_consumers, Subject>(
      {{"capacity", capacity}, {"consumers", consumers}}, threads);
}

template <typename Subject>
class sound_queue : public ::testing::Test {};
using sound_queues = ::testing::Types<
#if defined(TUSSLE_HAS_MOODYCAMEL) && !defined(TUSSLE_MODE_TSAN)
    subjects::moodycamel_queue,
#endif
#if defined(TUSSLE_HAS_TBB) && !defined(TUSSLE_MODE_TSAN)
    subjects::tbb_queue,
#endif
#if defined(TUSSLE_HAS_LOCKFREE) && !defined(TUSSLE_MODE_TSAN)
    subjects::lockfree_queue,
#endif
#if defined(TUSSLE_HAS_ATOMIC_QUEUE) && !defined(TUSSLE_MODE_TSAN)
    subjects::atomic_queue,
#endif
#if defined(TUSSLE_HAS_FIBER)
    subjects::fiber_queue,
#endif
    subjects::channel_queue, subjects::go_queue, subjects::all_go_queue,
    subjects::condition_queue>;
TYPED_TEST_SUITE(sound_queue, sound_queues);

TYPED_TEST(sound_queue, hands_over_every_element_once_and_in_order) {
  for (const double capacity : {1.0, 16.0, 64.0}) {
    for (const int threads : {1, 3}) {
      const verdict one = queue_verdict<TypeParam>(capacity, 1, threads);
      EXPECT_TRUE(one.passed) << one.message;
      const verdict many = queue_verdict<TypeParam>(capacity, 3, threads);
      EXPECT_TRUE(many.passed) << many.message;
    }
  }
}

template <typename Subject>
class sound_rendezvous : public ::testing::Test {};
using sound_rendezvous_subjects =
    ::testing::Types<subjects::channel_queue, subjects::go_queue, subjects::all_go_queue,
                     subjects::condition_queue>;
TYPED_TEST_SUITE(sound_rendezvous, sound_rendezvous_subjects);

TYPED_TEST(sound_rendezvous, hands_over_every_element_once_and_in_order) {
  for (const double consumers : {1.0, 3.0}) {
    const verdict found =
        verdict_of<rendezvous, TypeParam>({{"consumers", consumers}}, 2);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

// Ends with one element less, or one more, or another.
template <int element>
struct tampered {
  struct queue : subjects::condition_queue::queue {
    using base = subjects::condition_queue::queue;
    using base::base;
    std::optional<std::int64_t> take() {
      const std::optional<std::int64_t> taken = base::take();
      if (element == 0 && taken == 7) return base::take();  // drops the seventh
      if (element < 0 && taken == 7) return 8;
      return taken;
    }
  };
};

TEST(producers_consumers, a_lost_element_is_told) {
  EXPECT_EQ((queue_verdict<tampered<0>>(4, 1, 1).message),
            "elements taken " + std::to_string(steps_a_thread - 1) + ", expected put " +
                std::to_string(steps_a_thread));
}

TEST(producers_consumers, an_element_that_comes_twice_in_the_place_of_another_is_told) {
  EXPECT_EQ((queue_verdict<tampered<-1>>(4, 1, 1).message),
            "elements repeated or out of order 1, expected allowed 0");
}

TEST(queued_elements, others_of_the_same_number_and_sum_are_told) {
  std::deque<elements_seen> put;
  put.emplace_back(0);
  for (const std::int64_t each : {1, 2, 3, 4}) put[0].add(each);
  std::deque<elements_seen> taken;
  for (int i = 0; i < 2; ++i) {
    taken.emplace_back(1);
    taken[static_cast<std::size_t>(i)].take(2);
    taken[static_cast<std::size_t>(i)].take(3);
  }

  EXPECT_EQ(all_taken_once_in_order(put, taken).message,
            "elements that nobody put 1, expected allowed 0");
}

// Gives the elements 2 and 3 in the other order.
template <bool MayOvertake>
struct changes_places {
  static constexpr bool may_overtake = MayOvertake;
  struct queue : subjects::condition_queue::queue {
    using base = subjects::condition_queue::queue;
    using base::base;
    bool put(std::int64_t element) {
      return base::put(element == 2 || element == 3 ? 5 - element : element);
    }
  };
};

TEST(producers_consumers, only_who_says_so_may_let_elements_change_places) {
  EXPECT_EQ((queue_verdict<changes_places<false>>(4, 1, 1).message),
            "elements repeated or out of order 1, expected allowed 0");
  EXPECT_TRUE((queue_verdict<changes_places<true>>(4, 1, 1).passed));
}

struct repeats_two {
  static constexpr bool may_overtake = true;
  struct queue : subjects::condition_queue::queue {
    using base = subjects::condition_queue::queue;
    using base::base;
    bool put(std::int64_t element) { return base::put(element == 3 ? 2 : element); }
  };
};

TEST(producers_consumers, who_may_let_elements_change_places_may_not_repeat_one) {
  EXPECT_EQ((queue_verdict<repeats_two>(4, 1, 1).message),
            "elements that nobody put 1, expected allowed 0");
}

// Of what it was allowed its producer leaves one out.
struct leaves_one_out {
  struct queue : subjects::all_go_queue::queue {
    using base = subjects::all_go_queue::queue;
    using base::base;
    void allow(std::size_t producer, std::int64_t puts) {
      base::allow(producer, puts - 1);
    }
  };
};

TEST(producers_consumers, a_put_that_was_allowed_and_not_made_is_told) {
  const std::string found = queue_verdict<leaves_one_out>(4, 1, 1).message;
  EXPECT_EQ(found.find("puts that were made"), 0) << found;
}

struct refuses {
  struct queue : subjects::condition_queue::queue {
    using base = subjects::condition_queue::queue;
    using base::base;
    bool put(std::int64_t element) { return element != 3 && base::put(element); }
  };
};

TEST(producers_consumers, a_refused_put_is_told) {
  EXPECT_EQ((queue_verdict<refuses>(4, 1, 1).message),
            "puts refused while it was open " + std::to_string(steps_a_thread - 2) +
                ", expected allowed 0");
}

// Nobody takes before so many were put, and nobody waits for room.
struct late_consumer {
  struct queue : planted::no_bound::queue {
    using base = planted::no_bound::queue;
    using base::base;
    bool put(std::int64_t element) {
      put_.fetch_add(1);
      return base::put(element);
    }
    std::optional<std::int64_t> take() {
      while (put_.load() < steps_a_thread) std::this_thread::yield();
      return base::take();
    }
    std::atomic<int> put_{0};
  };
};

TEST(producers_consumers, more_elements_than_there_is_room_for_are_told) {
  const verdict found = queue_verdict<late_consumer>(4, 1, 1);

  EXPECT_FALSE(found.passed);
  EXPECT_NE(found.message.find("looks that found more than there is room for"),
            std::string::npos)
      << found.message;
}

TEST(planted_newest_first, elements_of_one_producer_change_places) {
  planted::newest_first::queue stack(2);
  stack.put(element_of(0, 1));
  stack.put(element_of(0, 2));

  elements_seen seen(1);
  seen.take(*stack.take());
  seen.take(*stack.take());

  EXPECT_EQ(seen.disordered(), 1);
}

TEST(planted_lost_on_close, what_is_there_when_it_is_closed_is_lost) {
  planted::lost_on_close::queue queue(2);
  queue.put(7);
  queue.close();

  EXPECT_EQ(queue.take(), std::nullopt);
}

// The one notification reaches the other producer; the consumer sleeps until he gives up.
TEST(planted_one_condition, a_notification_that_another_producer_has_is_missed) {
  for (int i = 0; i < 1000; ++i) {
    const verdict found = queue_verdict<planted::one_condition>(1, 2, 3);
    if (found.passed) continue;
    EXPECT_NE(found.message.find("slept although they could go on"), std::string::npos)
        << found.message;
    return;
  }
  ADD_FAILURE() << "never caught";
}

TEST(planted_element_twice, two_consumers_that_look_at_once_have_the_same) {
  if constexpr (sync::has_schedule_points) {
    planted::element_twice::queue queue(2);
    queue.put(7);
    queue.put(8);
    std::optional<std::int64_t> slow;
    tests::freeze_at freeze("planted.element_twice.looked");
    std::thread other([&] { slow = queue.take(); });
    freeze.wait_until_reached();
    const std::optional<std::int64_t> quick = queue.take();
    freeze.let_go();
    other.join();

    EXPECT_EQ(slow, quick);
  } else {
    GTEST_SKIP() << "needs schedule points";
  }
}

}  // namespace
}  // namespace tussle::workloads
