// Are the calls of operator new counted, and for the thread that made them?
#include "harness/measure/allocation_count.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <thread>

#include "harness/measure/thread_team.h"
#include "primitives/sync/hooks.h"

namespace tussle::harness {
namespace {

struct alignas(256) aligned {
  int value = 0;
};

// Where nothing is counted, nothing must be claimed.
class allocation_count : public testing::Test {
 protected:
  void SetUp() override {
    if (!counts_allocations()) GTEST_SKIP() << "operator new is not ours in this mode";
  }
};

TEST_F(allocation_count, is_of_every_form_of_new) {
  const std::uint64_t before = allocations_of_this_thread();
  ::operator delete(::operator new(8));
  ::operator delete(::operator new(8, std::nothrow));
  ::operator delete[](::operator new[](8));
  ::operator delete (::operator new (300, std::align_val_t{256}), std::align_val_t{256});

  EXPECT_EQ(allocations_of_this_thread() - before, 4U);
}

TEST_F(allocation_count, gives_memory_that_is_aligned_as_asked) {
  const auto owned = std::make_unique<aligned>();

  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(owned.get()) % alignof(aligned), 0U);
}

TEST_F(allocation_count, does_not_hear_other_threads) {
  const std::uint64_t before = allocations_of_this_thread();
  std::thread other([] { ::operator delete(::operator new(8)); });
  const std::uint64_t started = allocations_of_this_thread();
  other.join();

  EXPECT_EQ(allocations_of_this_thread(), started);
  EXPECT_GT(started, before) << "a thread's start allocates here";
}

TEST_F(allocation_count, of_a_team_is_that_of_its_loops) {
  const window_options options{.ramp_seconds = 0.001, .window_seconds = 0.005};
  const window_sample sample =
      run_team(2, 1, options, [](worker& self, const std::atomic<bool>& stop) {
        std::uint64_t steps = 0;
        while (!stop.load(std::memory_order_relaxed)) {
          for (int i = 0; i < 3; ++i) ::operator delete(::operator new(8));
          self.publish(++steps);
        }
      });

  EXPECT_EQ(sample.allocations, static_cast<std::int64_t>(3 * sample.done.total()));
}

}  // namespace

TEST(allocation_counts, are_those_of_the_build_that_measures) {
  EXPECT_EQ(counts_allocations(), std::string_view(sync::mode_name()) == "bench");
}

}  // namespace tussle::harness
