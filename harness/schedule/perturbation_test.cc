#include "harness/schedule/perturbation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "primitives/sync/atomic.h"

namespace tussle::harness {
namespace {

constexpr int draws = 2000;

// What the installed scheduler decides for a thread that is new to it.
std::vector<bool> decisions_of_a_new_thread() {
  std::vector<bool> decided;
  std::thread([&] {
    for (int i = 0; i < draws; ++i) {
      decided.push_back(sync::installed_scheduler()->fails_weak_compare_exchange());
    }
  }).join();
  return decided;
}

std::vector<bool> decisions_with_seed(std::uint64_t seed) {
  const perturbation installed(seed);
  return decisions_of_a_new_thread();
}

TEST(perturbation, decides_the_same_for_the_same_seed) {
  EXPECT_EQ(decisions_with_seed(1), decisions_with_seed(1));
}

TEST(perturbation, decides_otherwise_for_another_seed) {
  EXPECT_NE(decisions_with_seed(1), decisions_with_seed(2));
}

TEST(perturbation, decides_otherwise_for_the_next_thread) {
  const perturbation installed(1);

  const std::vector<bool> first = decisions_of_a_new_thread();

  EXPECT_NE(first, decisions_of_a_new_thread());
}

TEST(perturbation, starts_anew_on_a_thread_that_another_one_has_used) {
  std::vector<bool> first;
  std::vector<bool> second;
  for (std::vector<bool>* decided : {&first, &second}) {
    const perturbation installed(1);
    for (int i = 0; i < draws; ++i) {
      decided->push_back(sync::installed_scheduler()->fails_weak_compare_exchange());
    }
  }

  EXPECT_EQ(first, second);
}

TEST(perturbation, fails_some_weak_compare_exchanges_but_by_far_not_all) {
  const std::vector<bool> decided = decisions_with_seed(1);
  const auto failed = std::count(decided.begin(), decided.end(), true);

  EXPECT_GT(failed, 0);
  EXPECT_LT(failed, draws / 10);
}

class silent_scheduler final : public sync::scheduler {
 public:
  void before(const sync::visible_operation& /*next*/) noexcept override {}
};

TEST(perturbation, puts_the_scheduler_back_that_was_there_before) {
  silent_scheduler outer;
  sync::scheduler* const outermost = sync::install_scheduler(&outer);
  {
    const perturbation installed(1);
    EXPECT_EQ(sync::installed_scheduler(), &installed);
    {
      const perturbation inner(2);
      EXPECT_EQ(sync::installed_scheduler(), &inner);
    }
    EXPECT_EQ(sync::installed_scheduler(), &installed);
  }
  EXPECT_EQ(sync::installed_scheduler(), &outer);
  sync::install_scheduler(outermost);
}

// Weak compare-exchanges that nobody contends for, and that failed all the same.
int spurious_failures() {
  sync::atomic<int> value{0};
  int failed = 0;
  for (int i = 0; i < draws; ++i) {
    int expected = value.load(std::memory_order_relaxed);
    if (!value.compare_exchange_weak(expected, i, std::memory_order_relaxed,
                                     std::memory_order_relaxed)) {
      ++failed;
    }
  }
  return failed;
}

TEST(perturbation, reaches_operations_of_the_seam_in_modes_with_schedule_points_only) {
  const perturbation installed(1);

  if (sync::has_schedule_points) {
    EXPECT_GT(spurious_failures(), 0);
  } else {
    EXPECT_EQ(spurious_failures(), 0);
  }
}

TEST(perturbation, that_is_gone_fails_nothing_any_more) {
  { const perturbation installed(1); }

  EXPECT_EQ(spurious_failures(), 0);
}

TEST(perturbation, changes_when_things_happen_but_not_what_comes_out) {
  const perturbation installed(1);
  sync::atomic<int> value{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < draws; ++i) value.fetch_add(1, std::memory_order_relaxed);
    });
  }
  for (std::thread& each : threads) each.join();

  EXPECT_EQ(value.load(std::memory_order_relaxed), 4 * draws);
}

}  // namespace
}  // namespace tussle::harness
