// Has every thread of an execution what belongs to a thread?
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/schedule/sim/context.h"
#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/stack.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/thread.h"

namespace tussle::sim {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

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

// Each thread throws, catches, and lets others run while it holds what it caught.
TEST(fiber, exceptions_of_several_threads_do_not_mix) {
  const result seen = explore({.executions = 500}, [] {
    sync::atomic<int> word{0};
    threads(3, [&](int i) {
      const std::string mine = std::to_string(i);
      for (int k = 0; k < 3; ++k) {
        try {
          throw std::runtime_error(mine);
        } catch (const std::runtime_error& e) {
          word.fetch_add(1, relaxed);
          require(e.what() == mine, "its own exception");
          try {
            std::rethrow_exception(std::current_exception());
          } catch (const std::runtime_error& again) {
            word.fetch_add(1, relaxed);
            require(again.what() == mine, "its own exception, thrown again");
          }
        }
      }
      require(std::uncaught_exceptions() == 0, "none is under way");
    });
  });

  EXPECT_FALSE(seen.failed) << seen.failed->found.text;
}

TEST(fiber, an_exception_passes_through_a_destructor_that_lets_others_run) {
  struct counts {
    sync::atomic<int>* word;
    ~counts() {
      word->fetch_add(1, relaxed);
      require(std::uncaught_exceptions() == 1, "this thread's own is under way");
    }
  };
  const result seen = explore({.executions = 200}, [] {
    sync::atomic<int> word{0};
    threads(2, [&](int) {
      try {
        const counts last{&word};
        throw 1;
      } catch (int) {
      }
    });
    require(word.load(relaxed) == 2, "both");
  });

  EXPECT_FALSE(seen.failed) << seen.failed->found.text;
}

struct tag;
using number = sync::per_thread<tag, int>;
int exits = 0;

TEST(fiber, has_objects_of_its_own_and_ends_as_threads_do) {
  const result seen = explore({.executions = 100}, [] {
    exits = 0;
    sync::atomic<int> word{0};
    threads(2, [&](int i) {
      sync::at_thread_exit([]() noexcept { exits += number::mine(); });
      require(number::mine() == 0, "starts empty");
      number::mine() = i + 1;
      word.fetch_add(1, relaxed);
      require(number::mine() == i + 1, "its own");
    });
    require(exits == 3, "both have left");
  });

  EXPECT_FALSE(seen.failed) << seen.failed->found.text;
  EXPECT_EQ(number::mine(), 0) << "outside, the thread's own";
}

int ends = 0;
void note_end() noexcept { ++ends; }

TEST(execution, calls_what_was_left_for_its_end_once) {
  ends = 0;
  explore({.executions = 3}, [] {
    sync::at_execution_end(&note_end);
    sync::at_execution_end(&note_end);
  });

  EXPECT_EQ(ends, 3);
}

TEST(execution, uses_what_was_made_outside) {
  sync::atomic<int> word{5};
  explore({.executions = 1},
          [&] { threads(2, [&](int) { word.fetch_add(1, relaxed); }); });

  EXPECT_EQ(word.load(relaxed), 7);
  EXPECT_FALSE(sync::in_execution());
}

TEST(fiber, threads_of_the_seam_are_its_threads) {
  const result seen = explore({.executions = 200}, [] {
    sync::atomic<int> word{0};
    std::vector<sync::thread> all;
    for (int i = 0; i < 3; ++i) {
      all.emplace_back(
          [&, own = std::make_unique<int>(i)] { word.fetch_add(*own, relaxed); });
    }
    for (sync::thread& each : all) each.join();
    require(word.load(relaxed) == 3, "all have run");
  });

  EXPECT_FALSE(seen.failed) << seen.failed->found.text;
}

TEST(fiber, a_stack_that_overflows_is_a_finding) {
  struct deep {
    static int down(int levels) {
      volatile char much[4096] = {};
      return levels == 0 ? 0 : down(levels - 1) + much[0];
    }
  };
  const result seen = explore({}, [] { threads(1, [](int) { deep::down(1000); }); });

  ASSERT_TRUE(seen.failed);
  EXPECT_EQ(seen.failed->found.kind, finding_kind::crash);
  EXPECT_NE(seen.failed->found.text.find("stack overflowed"), std::string::npos);
}

}  // namespace
}  // namespace tussle::sim
