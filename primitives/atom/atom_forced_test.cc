// What an atom does when another thread steps in before the very instruction that installs,
// and what it does under a lock. Built in modes with schedule points only.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <thread>

#include "primitives/atom/atom.h"
#include "primitives/testing/freeze_operation_testing.h"

namespace tussle {
namespace {

static_assert(sync::has_schedule_points);

TEST(atom_forced,
     ATOM_16_reset_reports_what_its_exchange_replaces_not_what_it_saw_before) {
  atom<std::int64_t> a(1);
  std::int64_t replaced = 0;
  tests::freeze_operation freeze([](const sync::visible_operation& next) {
    return next.kind == sync::operation::read_modify_write;
  });
  std::thread updater([&] {
    freeze.watch_this_thread();
    replaced = *a.reset_vals(2).first;
  });

  freeze.wait_until_reached();
  a.swap([](std::int64_t v) { return v + 9; });
  freeze.let_go();
  updater.join();

  EXPECT_EQ(replaced, 10);
}

// Notes how many locks of the seam the only thread holds.
class lock_depth final : public tests::scoped_scheduler {
 public:
  lock_depth() { install(); }
  ~lock_depth() { uninstall(); }
  lock_depth(const lock_depth&) = delete;
  lock_depth& operator=(const lock_depth&) = delete;

  void before(const sync::visible_operation& next) noexcept override {
    if (next.kind == sync::operation::lock) ++depth;
    if (next.kind == sync::operation::unlock) --depth;
  }

  int depth = 0;
};

TEST(atom_forced, ATOM_15_a_rule_that_is_replaced_dies_under_no_lock) {
  lock_depth locks;
  int died_at_depth = -1;
  const auto note = [&](const int* owned) {
    died_at_depth = locks.depth;
    delete owned;
  };
  atom<std::int64_t> a(1);
  a.set_validator([owned = std::shared_ptr<int>(new int(0), note)](std::int64_t) {
    return owned != nullptr;
  });

  a.set_validator([](std::int64_t) { return true; });

  EXPECT_EQ(died_at_depth, 0);
}

}  // namespace
}  // namespace tussle
