// Does a mutex of the seam keep others out?
#include "primitives/sync/mutex.h"

#include <gtest/gtest.h>

#include <thread>

namespace tussle::sync {
namespace {

// On a thread of its own: a thread must not try a mutex that it holds.
bool can_be_locked_elsewhere(mutex& m) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  bool locked = false;
  std::thread([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    locked = m.try_lock();
    if (locked) m.unlock();
  }).join();
  return locked;
}

TEST(mutex, try_lock_fails_while_another_thread_holds_it_and_succeeds_afterwards) {
  mutex m;
  {
    const mutex_lock held(m);
    EXPECT_FALSE(can_be_locked_elsewhere(m));
  }
  EXPECT_TRUE(can_be_locked_elsewhere(m));
}

}  // namespace
}  // namespace tussle::sync
