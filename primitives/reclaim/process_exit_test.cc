// Static references and a process that ends: everything is destroyed once, and nothing is
// used after its end.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include "primitives/reclaim/node_cell.h"
#include "primitives/testing/instances_testing.h"

namespace tussle::reclaim {
namespace {

using tests::counted_value;

constexpr int all_destroyed = 21;
constexpr int some_left = 22;

// Destroyed after the reclamation's own last look, because it is complete before anything
// is retired.
struct look_at_exit {
  bool wanted = false;
  ~look_at_exit() {
    if (wanted) _exit(counted_value::live() == 0 ? all_destroyed : some_left);
  }
};
look_at_exit at_exit;

void replace(node_cell<counted_value>& cell, int number) {
  auto next = node_ref<counted_value>::make(number);
  cell.exchange(next);
}

// In a process of its own: static objects, of which one updates the other when it dies.
[[noreturn]] void end_with_static_references() {
  at_exit.wanted = true;
  static node_cell<counted_value> cell(node_ref<counted_value>::make(0));
  struct last_user {
    ~last_user() {
      for (int i = 0; i < 1000; ++i) replace(cell, i);
    }
  };
  static const last_user user;
  static const node_ref<counted_value> held = cell.load();
  for (int i = 0; i < 10; ++i) replace(cell, i);
  std::thread([] { replace(cell, 1); }).join();
  std::exit(0);
}

TEST(process_exit, static_references_are_destroyed_once_and_completely) {
  EXPECT_EXIT(end_with_static_references(), ::testing::ExitedWithCode(all_destroyed), "");
}

[[noreturn]] void end_with_a_leak() {
  at_exit.wanted = true;
  new node_cell<counted_value>(node_ref<counted_value>::make(0));
  std::exit(0);
}

// The broken subject: what the test above looks at can tell.
TEST(process_exit, a_value_that_is_left_is_noticed) {
  EXPECT_EXIT(end_with_a_leak(), ::testing::ExitedWithCode(some_left), "");
}

}  // namespace
}  // namespace tussle::reclaim
