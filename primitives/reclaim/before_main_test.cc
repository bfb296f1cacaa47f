// Static objects may read cells: what the thread announces then must be so for good. In a
// binary of its own, because reading so early moves the last look of the process, too.
#include <gtest/gtest.h>

#include "primitives/reclaim/hazard_row.h"

namespace tussle::reclaim {
namespace {

// Before the initialisers of the libraries that this is linked with.
const bool announced = own_reading_row().lightly.load(std::memory_order_relaxed);

TEST(before_main, reading_is_announced_as_it_is_later) {
  EXPECT_EQ(announced, sync::light_barriers());
  EXPECT_EQ(&own_reading_row(), first_row());
}

}  // namespace
}  // namespace tussle::reclaim
