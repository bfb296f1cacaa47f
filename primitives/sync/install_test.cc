// Does a thread that is under way see a scheduler whole that is installed meanwhile?
//
// Nothing but the installation orders the two threads: ThreadSanitizer sees what is missing.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "primitives/sync/atomic.h"
#include "primitives/sync/hooks.h"

namespace tussle::sync {
namespace {

class note_a_call final : public scheduler {
 public:
  explicit note_a_call(std::atomic<bool>& called) : called_(&called) {}
  void before(const visible_operation& /*next*/) noexcept override {
    called_->store(true, std::memory_order_relaxed);  // orders nothing, on purpose
  }

 private:
  std::atomic<bool>* called_;  // plain: read by whoever finds the scheduler
};

TEST(hooks, a_thread_that_finds_a_scheduler_sees_it_constructed) {
  if (!has_schedule_points) GTEST_SKIP() << "nobody calls a scheduler in this mode";
  std::atomic<bool> called{false};
  scheduler* const outer = install_scheduler(nullptr);
  std::thread worker([&] {
    const atomic<int> word{0};
    while (!called.load(std::memory_order_relaxed)) word.load(std::memory_order_relaxed);
  });

  note_a_call noting(called);
  install_scheduler(&noting);
  worker.join();
  install_scheduler(outer);

  EXPECT_TRUE(called.load(std::memory_order_relaxed));
}

}  // namespace
}  // namespace tussle::sync
