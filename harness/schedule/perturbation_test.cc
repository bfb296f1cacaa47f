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

// What a perturbation of this kind does to a new thread's operations.
perturbation_counts counts_over(const temper& how, const sync::visible_operation& each,
                                std::uint64_t seed = 1) {
  const perturbation installed(seed, how);
  std::thread([&] {
    for (int i = 0; i < draws; ++i) sync::installed_scheduler()->before(each);
  }).join();
  return installed.counts();
}

constexpr int place = 0;
constexpr sync::visible_operation relaxed_load{sync::operation::load, &place, nullptr,
                                               std::memory_order_relaxed,
                                               std::memory_order_relaxed};
constexpr sync::visible_operation lock{sync::operation::lock, &place, nullptr};
constexpr sync::visible_operation named{sync::operation::named_point, nullptr, "a.b.c"};
// Nothing is refused for want of time.
constexpr temper patient{.long_every = 2000,
                         .short_every = 50,
                         .fail_every = 1000,
                         .sites = 0,
                         .most_share = 1e6};

TEST(perturbation, does_the_same_to_the_same_operations_for_the_same_seed) {
  const perturbation_counts first = counts_over(patient, lock);
  const perturbation_counts second = counts_over(patient, lock);
  const perturbation_counts other = counts_over(patient, lock, 2);

  EXPECT_EQ(first.sleeps, second.sleeps);
  EXPECT_EQ(first.spins, second.spins);
  EXPECT_NE(first.spins, other.spins);
}

TEST(perturbation, is_light_at_relaxed_operations_and_heavy_at_locks_and_names) {
  const perturbation_counts relaxed = counts_over(patient, relaxed_load);
  const perturbation_counts locks = counts_over(patient, lock);
  const perturbation_counts names = counts_over(patient, named);

  EXPECT_GT(relaxed.spins, 0U);
  EXPECT_GT(locks.spins, 4 * relaxed.spins);
  EXPECT_GT(names.spins, 4 * relaxed.spins);
  EXPECT_GT(locks.sleeps, 0U);
}

TEST(perturbation, that_has_used_up_its_time_delays_no_more) {
  temper greedy = patient;
  greedy.long_every = 1;
  greedy.most_share = 0;

  const perturbation_counts counts = counts_over(greedy, relaxed_load);

  // A millisecond is free, a sleep takes 20 us at least, and the last one may overdraw.
  EXPECT_GT(counts.sleeps, 0U);
  EXPECT_LE(counts.sleeps, 51U);
  EXPECT_GT(counts.exhausted, 0U);
}

TEST(perturbation, of_chosen_sites_leaves_all_others_alone) {
  temper at_sites = patient;
  at_sites.sites = fewest_sites;
  const perturbation installed(1, at_sites);
  std::vector<int> places(4096);  // each come by once: nobody comes back to a chosen one
  std::thread([&] {
    for (const int& each : places) {
      sync::installed_scheduler()->before({sync::operation::lock, &each, nullptr});
    }
  }).join();

  const perturbation_counts elsewhere = installed.counts();
  EXPECT_LE(elsewhere.sleeps, 1U);  // that with which a thread may start late
  EXPECT_EQ(elsewhere.spins, 0U);
}

TEST(perturbation, of_chosen_sites_is_hard_on_one_that_threads_come_back_to) {
  temper at_sites = patient;
  at_sites.sites = fewest_sites;

  const perturbation_counts there = counts_over(at_sites, relaxed_load);

  EXPECT_GT(there.sleeps, 10U);
  EXPECT_GT(there.spins, static_cast<std::uint64_t>(draws / 4));
}

TEST(perturbation, is_light_in_mode_tsan_only) {
#if defined(TUSSLE_MODE_TSAN)
  EXPECT_EQ(usual_strength(), perturbation_strength::light);
#else
  EXPECT_EQ(usual_strength(), perturbation_strength::full);
#endif
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
  silent_scheduler outer;  // whatever perturbs the tests themselves
  sync::scheduler* const outermost = sync::install_scheduler(&outer);
  { const perturbation installed(1); }

  EXPECT_EQ(spurious_failures(), 0);
  sync::install_scheduler(outermost);
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
