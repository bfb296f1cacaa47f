// Does control go where it is sent? Built for both ways of switching.
#include "harness/schedule/sim/context.h"

#include <gtest/gtest.h>

#include <vector>

#include "harness/schedule/sim/stack.h"

namespace tussle::sim {
namespace {

TEST(context, control_goes_to_and_fro) {
  struct ping_pong {
    context outside;
    context inside;
    std::vector<int> seen;
  } both;
  const stack own;
  both.inside.prepare(
      own.begin(), stack::size,
      [](void* all) {
        auto& to = *static_cast<ping_pong*>(all);
        for (int i = 0;; i += 2) {
          to.seen.push_back(i);
          to.outside.switch_from(to.inside);
        }
      },
      &both);

  for (int i = 1; i < 6; i += 2) {
    both.inside.switch_from(both.outside);
    both.seen.push_back(i);
  }

  EXPECT_EQ(both.seen, (std::vector<int>{0, 1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace tussle::sim
