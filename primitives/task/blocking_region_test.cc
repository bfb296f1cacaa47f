// Who may look for long at what he waits for, before he sleeps?
#include "primitives/task/blocking_region.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "primitives/sync/thread.h"
#include "primitives/task/thread_pool.h"
#include "primitives/testing/work_testing.h"

namespace tussle {
namespace {

using tests::work;

bool looks_for_long(bool in_vain) {
  const detail::look here;
  here.was(in_vain);
  return here.longest() > detail::look::shortest;
}

// On a thread of its own: nothing that waited before counts.
TEST(looks, are_long_again_more_and_more_seldom_where_they_were_in_vain) {
  if (sync::usable_cores() < 2) GTEST_SKIP() << "one core: all looks are short";
  constexpr int looks = 8 + 16 + 32 + 1;
  std::vector<int> long_ones;
  long_ones.reserve(looks);
  bool after_one_in_time = false;
  std::thread([&] {
    for (int i = 0; i < looks; ++i) {
      if (looks_for_long(true)) long_ones.push_back(i);
    }
    static_cast<void>(looks_for_long(false));
    after_one_in_time = looks_for_long(false);
  }).join();

  EXPECT_EQ(long_ones, (std::vector<int>{0, 8, 24, 56}));
  EXPECT_TRUE(after_one_in_time);
}

TEST(looks, are_short_where_only_one_core_is_left) {
  const unsigned cores = sync::usable_cores();
  std::thread([cores] {
    std::vector<std::unique_ptr<detail::look>> all;
    for (unsigned i = 0; i < cores; ++i) all.push_back(std::make_unique<detail::look>());
    for (unsigned i = 0; i < cores; ++i)
      EXPECT_EQ(all[i]->longest() > detail::look::shortest, i + 1 < cores);
    all.clear();
    EXPECT_EQ(looks_for_long(false), cores > 1);
  }).join();
}

TEST(looks, are_short_on_threads_of_a_pool) {
  std::uint64_t longest = 0;
  work looking([&] { longest = detail::look().longest(); });
  thread_pool pool({.most_threads = 1});
  ASSERT_TRUE(pool.submit(looking));
  pool.shutdown(shutdown_policy::drain);
  pool.join();

  EXPECT_EQ(longest, detail::look::shortest);
}

}  // namespace
}  // namespace tussle
