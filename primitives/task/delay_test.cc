// Does a delay compute once, when it is asked, and no more?
#include "primitives/task/delay.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

TEST(delay, DLY_1_runs_at_the_first_force_and_once_over_many) {
  int runs = 0;
  const auto d = make_delay([&runs] { return ++runs; });
  EXPECT_EQ(runs, 0);

  EXPECT_EQ(d.force(), 1);
  EXPECT_EQ(d.force(), 1);
  EXPECT_EQ(force(d), 1);
  EXPECT_EQ(runs, 1);
}

TEST(delay, DLY_2_many_that_force_at_once_get_the_identical_value_of_one_run) {
  constexpr int threads = 100;
  std::atomic<int> runs{0};
  std::latch all_about_to_force(threads);
  const auto d = make_delay([&] {
    all_about_to_force.wait();
    return std::string("run ") + std::to_string(++runs);
  });
  std::vector<const std::string*> seen(threads);
  tests::run_together(threads, [&](int index) {
    all_about_to_force.count_down();
    seen[static_cast<std::size_t>(index)] = &d.force();
  });

  EXPECT_EQ(runs.load(), 1);
  EXPECT_EQ(seen, std::vector<const std::string*>(threads, &d.force()));
  EXPECT_EQ(d.force(), "run 1");
}

// Where the object that is thrown stands.
template <typename D>
const void* thrown_by(const D& d) {
  try {
    d.force();
  } catch (const std::runtime_error& e) {
    return &e;
  }
  return nullptr;
}

TEST(delay, DLY_3_every_force_throws_the_identical_exception_and_tries_nothing_again) {
  int runs = 0;
  const auto d = make_delay([&runs]() -> int {
    ++runs;
    throw std::runtime_error("no value");
  });
  const void* const first = thrown_by(d);

  EXPECT_NE(first, nullptr);
  EXPECT_EQ(thrown_by(d), first);
  EXPECT_EQ(runs, 1);
}

TEST(delay, DLY_4_is_realized_after_a_value_and_after_an_error) {
  const auto fine = make_delay([] { return 1; });
  const auto bad = make_delay([]() -> int { throw 7; });
  EXPECT_FALSE(fine.is_realized());
  EXPECT_FALSE(bad.is_realized());

  EXPECT_EQ(fine.force(), 1);
  EXPECT_THROW(bad.force(), int);

  EXPECT_TRUE(fine.is_realized());
  EXPECT_TRUE(bad.is_realized());
}

TEST(delay, DLY_4_is_realized_does_not_wait_for_a_body_that_runs) {
  std::latch running(1);
  std::latch go_on(1);
  const auto d = make_delay([&] {
    running.count_down();
    go_on.wait();
    return 1;
  });
  std::thread forcing([&] { d.force(); });
  running.wait();

  EXPECT_FALSE(d.is_realized());

  go_on.count_down();
  forcing.join();
  EXPECT_TRUE(d.is_realized());
}

TEST(delay, DLY_5_force_of_anything_else_is_that_itself) {
  int number = 3;

  EXPECT_EQ(&force(number), &number);
  EXPECT_EQ(force(std::string("text")), "text");

  const auto resource = std::make_shared<int>(5);
  const std::shared_ptr<int>& kept = force(std::shared_ptr<int>(resource));
  EXPECT_EQ(resource.use_count(), 2) << "of a temporary the value";
  EXPECT_EQ(kept, resource);
}

TEST(delay, DLY_6_what_the_body_captured_goes_after_the_run) {
  auto resource = std::make_shared<int>(5);
  const auto d = make_delay([resource] { return *resource; });
  EXPECT_EQ(resource.use_count(), 2);

  EXPECT_EQ(d.force(), 5);
  EXPECT_EQ(resource.use_count(), 1);
}

TEST(delay, DLY_6_also_after_a_run_that_failed) {
  auto resource = std::make_shared<int>(5);
  const auto d = make_delay([resource]() -> int { throw std::runtime_error("no"); });

  EXPECT_THROW(d.force(), std::runtime_error);
  EXPECT_EQ(resource.use_count(), 1);
}

TEST(delay, DLY_7_one_that_forces_itself_throws) {
  std::optional<delay<int>> d;
  bool told = false;
  d = make_delay([&]() -> int {
    try {
      return d->force();
    } catch (const recursive_force_error&) {
      told = true;
      throw;
    }
  });

  EXPECT_THROW(d->force(), recursive_force_error);
  EXPECT_TRUE(told);
  EXPECT_TRUE(d->is_realized());
}

TEST(delay, a_body_may_force_other_delays) {
  const auto inner = make_delay([] { return 20; });
  const auto outer = make_delay([inner] { return inner.force() + 1; });

  EXPECT_EQ(outer.force(), 21);
}

TEST(delay, of_a_temporary_the_value_is_a_copy) {
  const std::string& kept = make_delay([] {
                              return std::string("long enough to be stored elsewhere");
                            }).force();

  EXPECT_EQ(kept, "long enough to be stored elsewhere");
}

}  // namespace
}  // namespace tussle
