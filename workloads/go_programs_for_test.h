// go_programs_for_test.h: small programs of channels and go blocks for the controlled
// scheduler, and what they are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/report.h"
#include "harness/schedule/sim/weak_memory.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/go_scheduler.h"
#include "primitives/sync/plain.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/runtime.h"

namespace tussle::tests {

// Memory that is watched: read only by who may.
struct cargo {
  explicit cargo(int n) : value(n) {}
  sync::plain<int> value;
};
using freight = std::shared_ptr<cargo>;

// A runtime that runs go blocks where a thread of the program says so.
struct own_stage {
  manual_executor compute;
  manual_executor blocking;
  runtime home{compute, blocking};
  void run() {
    while (compute.run_one()) {
    }
  }
  std::size_t living() { return detail::go_scheduler::of(home).live(); }
};

struct program {
  const char* name;
  void (*run)();
  bool small = false;  // enough for all its executions
};

inline std::string name_of(const testing::TestParamInfo<program>& each) {
  return each.param.name;
}

inline sim::result explored(const program& what, sim::strategy how,
                            std::uint64_t executions, bool weak = false) {
  sim::options options{.name = what.name, .with = how, .executions = executions};
  if (weak) options.memory = &sim::make_weak_memory;
  return sim::explore(options, what.run);
}

inline void expect_to_hold_whatever_the_schedule(const program& what,
                                                 std::uint64_t executions) {
  for (const auto how : {sim::strategy::random, sim::strategy::pct, sim::strategy::pos}) {
    const sim::result seen = explored(what, how, executions);
    EXPECT_FALSE(seen.failed) << sim::to_string(how) << sim::render(seen.failed->shown);
  }
}

inline void expect_to_hold_with_few_preemptions(const program& what) {
  sim::options options{.name = what.name,
                       .with = sim::strategy::exhaustive,
                       .most_preemptions = 2,
                       .executions = 4'000};
  const sim::result seen = sim::explore(options, what.run);
  EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
  EXPECT_TRUE(seen.complete || !what.small) << seen.executions;
}

inline void expect_to_hold_where_memory_is_weak(const program& what,
                                                std::uint64_t executions) {
  const sim::result seen = explored(what, sim::strategy::random, executions, true);
  EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
}

// Its name is that of its function.
#define TUSSLE_PROGRAM(name) \
  tests::program { #name, &(name) }
#define TUSSLE_SMALL_PROGRAM(name) \
  tests::program { #name, &(name), true }

// Counts frames, and shows those that are used after their end.
struct passenger {
  explicit passenger(int* all) : seat(std::make_shared<cargo>(1)), count(all) {
    ++*count;
  }
  passenger(passenger&& other) noexcept
      : seat(std::move(other.seat)), count(std::exchange(other.count, nullptr)) {}
  passenger& operator=(passenger&&) = delete;
  ~passenger() {
    if (count != nullptr) --*count;
  }
  freight seat;
  int* count;
};

inline go_block<int> waits(channel<int> in, passenger) {
  const auto got = co_await in.async_take();
  co_return got.value_or(-1);
}
inline go_block<> puts_two(channel<int> out) {
  co_await out.async_put(1);
  co_await out.async_put(2);
  out.close();
}

}  // namespace tussle::tests
