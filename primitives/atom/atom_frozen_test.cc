// What an atom does when another thread steps in before the very instruction that installs.
// Built in modes with schedule points only.
#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

#include "primitives/atom/atom.h"
#include "primitives/testing/freeze_operation_testing.h"

namespace tussle {
namespace {

static_assert(sync::has_schedule_points);

TEST(atom_frozen,
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

}  // namespace
}  // namespace tussle
