// Is what is planted in the use cases of agents, futures and promises really there? Each bug
// is forced step by step. Built in modes with schedule points only.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <latch>
#include <stop_token>
#include <thread>

#include "primitives/sync/mode.h"
#include "primitives/task/executor.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/schedulers_testing.h"
#include "workloads/planted/naive_fan.h"
#include "workloads/planted/naive_index.h"
#include "workloads/planted/naive_registry.h"
#include "workloads/planted/naive_time_limit.h"

namespace tussle::workloads::planted {
namespace {

static_assert(sync::has_schedule_points);

// Timers that run although everything was stopped, where a second registration of the period
// steps in at the point.
template <typename Subject>
std::int64_t timers_left(const char* point) {
  manual_executor nowhere;
  runtime on(nowhere, nowhere);
  use_cases::timer_service timers;
  typename Subject::registry registry(on, timers);
  {
    tests::freeze_at freeze(point);
    std::thread slow([&] { registry.add(1, 1); });
    freeze.wait_until_reached();
    registry.add(1, 2);
    freeze.let_go();
    slow.join();
  }
  registry.stop([](const use_cases::stopped_period&) {});
  const use_cases::timer_service::counts found = timers.counted();
  return found.started - found.destroyed;
}

TEST(planted_forgetful_loser, who_loses_the_race_leaves_a_timer_behind) {
  EXPECT_EQ(timers_left<forgetful_loser>("planted.forgetful_loser.before_swap"), 1);
}

TEST(planted_start_in_swap, each_attempt_that_fails_leaves_a_timer_behind) {
  EXPECT_GE(timers_left<start_in_swap>("planted.start_in_swap.after_start"), 1);
}

TEST(planted_forgetful_loser, the_sound_registry_leaves_none) {
  EXPECT_EQ(timers_left<subjects::atom_registry>("atom.swap.before_install"), 0);
}

// The parts of a task of two workers, of whom one steps aside at the point until the task is
// said to be done.
TEST(planted_early_count_down, who_counts_first_and_stores_later_is_missed) {
  tests::freeze_at freeze("planted.early_count_down.before_store");
  runtime on({.compute_threads = 1});
  early_count_down::fan fan(on);

  const use_cases::combined_parts found =
      fan.gather(2, 2, [](std::int64_t worker) { return worker; });
  freeze.wait_until_reached();
  freeze.let_go();

  EXPECT_LE(found.count(), 1) << "of two";
}

TEST(planted_shared_sum, a_part_that_is_added_meanwhile_is_lost) {
  manual_executor nowhere;
  manual_executor workers;
  runtime on(nowhere, workers);
  shared_sum::fan fan(on);
  use_cases::combined_parts found;
  tests::freeze_at freeze("planted.shared_sum.between_read_and_write");
  std::thread combiner(
      [&] { found = fan.gather(2, 2, [](std::int64_t worker) { return worker; }); });
  while (workers.pending() < 2) std::this_thread::yield();
  std::thread slow([&] { workers.run_one(); });

  freeze.wait_until_reached();
  workers.run_one();
  freeze.let_go();
  slow.join();
  combiner.join();

  EXPECT_EQ(found.count(), 1) << "of two";
}

// An index of one document, on threads that rebuild when they are told to.
template <typename Subject>
struct rebuilt {
  manual_executor nowhere;
  manual_executor rebuilding;
  runtime on{nowhere, rebuilding};
  use_cases::rebuild_monitor monitor;
  typename Subject::index index{on, monitor, use_cases::documents{{1, 0}}};

  void change_and_ask() {
    index.change(1);
    index.ask_for_rebuild();
  }
  use_cases::search_index found() const {
    use_cases::search_index seen;
    index.search([&seen](const use_cases::search_index& now) { seen = now; });
    return seen;
  }
  // On another thread, which stops at the point while `meanwhile` happens.
  template <typename Act>
  void rebuild_frozen_at(const char* point, const Act& meanwhile) {
    tests::freeze_at freeze(point);
    std::thread slow([this] { rebuilding.run_one(); });
    freeze.wait_until_reached();
    meanwhile();
    freeze.let_go();
    slow.join();
  }
};

TEST(planted_rebuilt_in_place, a_search_finds_an_index_that_is_half_built) {
  rebuilt<rebuilt_in_place> stage;
  stage.change_and_ask();
  stage.rebuilding.run_all();
  stage.change_and_ask();
  use_cases::search_index half;

  stage.rebuild_frozen_at("planted.rebuilt_in_place.cleared",
                          [&] { half = stage.found(); });

  EXPECT_FALSE(half.complete());
  EXPECT_TRUE(stage.found().complete());
}

TEST(planted_older_overwrites, the_index_goes_back_when_the_slower_rebuild_ends) {
  rebuilt<older_overwrites> stage;
  stage.change_and_ask();
  stage.rebuild_frozen_at("planted.older_overwrites.before_reset", [&] {
    stage.change_and_ask();
    stage.rebuilding.run_one();
    EXPECT_EQ(stage.found().generation, 2);
  });

  EXPECT_EQ(stage.found().generation, 1);
  EXPECT_EQ(stage.monitor.overlapped(), 1);
}

TEST(planted_forgets_requests, a_change_during_the_rebuild_stays_out_of_the_index) {
  rebuilt<forgets_requests> stage;
  stage.change_and_ask();
  stage.rebuild_frozen_at("planted.forgets_requests.before_free",
                          [&] { stage.change_and_ask(); });
  stage.rebuilding.run_all();

  EXPECT_EQ(stage.found().generation, 1) << "of two";
}

TEST(planted_rebuilt_in_swap, a_change_during_the_rebuild_causes_another) {
  rebuilt<rebuilt_in_swap> stage;
  stage.change_and_ask();
  stage.rebuild_frozen_at("planted.rebuilt_in_swap.built",
                          [&] { stage.index.change(1); });

  EXPECT_EQ(stage.monitor.rebuilds(), 2) << "for one request";
}

// Runs its one task on a thread of its own, and goes on when that has come to its gate.
class gated_thread final : public executor {
 public:
  ~gated_thread() { thread_.join(); }

  [[nodiscard]] bool submit(task& work) noexcept override {
    thread_ = std::thread([&work] { work.run(); });
    at_gate_.wait();
    return true;
  }

  void wait_at_gate() {
    at_gate_.count_down();
    gate_.wait();
  }
  void open_and_join() {
    gate_.count_down();
    thread_.join();
    thread_ = std::thread([] {});
  }

 private:
  std::latch at_gate_{1};
  std::latch gate_{1};
  std::thread thread_;
};

TEST(planted_shared_result, a_late_result_and_the_fallback_are_mixed) {
  manual_executor nowhere;
  gated_thread running;
  runtime on(nowhere, running);
  shared_result::limited limited(on);
  use_cases::timed_value found;
  tests::freeze_at freeze("planted.shared_result.between_words");
  std::thread caller([&] {
    const use_cases::timed_call late = [&](const std::stop_token&) {
      running.wait_at_gate();
      return use_cases::timed_value{7, 7};
    };
    found = limited.call(std::chrono::microseconds(1), late, {-1, -1});
  });

  freeze.wait_until_reached();  // one word of the fallback
  running.open_and_join();      // both words of the result
  freeze.let_go();
  caller.join();

  EXPECT_EQ(found, (use_cases::timed_value{7, -1}));
}

}  // namespace
}  // namespace tussle::workloads::planted
