// Does some sequential order explain what threads see of the example's stack?
#include <gtest/gtest.h>

#include <optional>

#include "harness/history/recorder.h"
#include "harness/history/search.h"
#include "primitives/testing/threads_testing.h"
#include "workloads/examples/index_stack.h"
#include "workloads/examples/index_stack_history.h"

namespace tussle::workloads::examples {
namespace {

using history::call;
using history::outcome;

history::answer judged(const history::history& seen) {
  const stack_model model({2, 1, 0});
  return history::search(model, seen, history::budget{}).run().said;
}

std::optional<std::uint32_t> recorded_pop(history::recorder::lane& mine,
                                          index_stack<true>& free) {
  const auto one = mine.begin(call::take);
  const auto number = free.pop();
  mine.end(one, number ? outcome::returned : outcome::empty, number.value_or(0));
  return number;
}

TEST(index_stack_history, of_the_mended_stack_is_explained_by_some_order) {
  constexpr int threads = 2;
  constexpr int rounds = 50;
  history::recorder all(threads, 2 * rounds);
  index_stack<true> free;

  tests::run_together(threads, [&](int thread) {
    history::recorder::lane& mine = all.of(thread);
    for (int i = 0; i < rounds; ++i) {
      const auto number = recorded_pop(mine, free);
      if (!number) continue;
      const auto one = mine.begin(call::put, *number);
      free.push(*number);
      mine.end(one, outcome::yes);
    }
  });

  EXPECT_EQ(judged(all.operations()), history::answer::linearizable);
}

// What the broken stack comes to: the other thread has 1 already.
TEST(index_stack_history, with_a_number_given_to_two_owners_is_explained_by_none) {
  history::recorder all(2, 3);
  const auto take = [&](int thread, history::value number) {
    const auto one = all.of(thread).begin(call::take);
    all.of(thread).end(one, outcome::returned, number);
  };
  take(0, 0);
  take(1, 1);
  take(0, 1);

  EXPECT_EQ(judged(all.operations()), history::answer::not_linearizable);
}

}  // namespace
}  // namespace tussle::workloads::examples
