// What agents need of memory, and what they are when it runs out (PIT-6). A binary of its own:
// it replaces operator new.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <exception>
#include <functional>
#include <new>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/testing/failing_allocation_testing.h"
#include "primitives/testing/instances_testing.h"

namespace tussle {
namespace {

using tests::counted_value;

// A line of tasks that needs no memory of its own.
class line final : public executor {
 public:
  [[nodiscard]] bool submit(task& work) noexcept override {
    work.next = nullptr;
    *last_ = &work;
    last_ = &work.next;
    return true;
  }
  bool empty() const { return first_ == nullptr; }
  void run_all() {
    while (task* const work = first_) {
      first_ = work->next;
      if (first_ == nullptr) last_ = &first_;
      work->run();
    }
  }

 private:
  task* first_ = nullptr;
  task** last_ = &first_;
};

class stage {
 public:
  runtime& home() { return home_; }
  bool empty() const { return line_.empty(); }
  void run_all() { line_.run_all(); }

 private:
  line line_;
  runtime home_{line_, line_};
};

// Runs `act` with ever later allocations failing, until it succeeds. Returns how often it
// failed, which is how many allocations it makes.
int allocations_of(const std::function<void()>& act) {
  for (int successes = 0;; ++successes) {
    tests::let_allocations_succeed(successes);
    try {
      act();
      tests::let_all_allocations_succeed();
      return successes;
    } catch (const std::bad_alloc&) {
      tests::let_all_allocations_succeed();
    }
  }
}

counted_value successor(const counted_value& v) { return counted_value(v.number() + 1); }

TEST(agent_allocation, a_send_allocates_at_most_once) {
  stage s;
  agent<counted_value> a(counted_value(0), {.on = &s.home()});
  const counted_value held(1);

  EXPECT_LE(allocations_of([&] { a.send(successor); }), 1) << "to an idle agent";
  EXPECT_LE(allocations_of([&] { a.send(successor); }), 1) << "to a busy one";
  EXPECT_LE(allocations_of([&] {
              a.send_off(
                  [held](const counted_value& v, int, int) { return successor(v); }, 1,
                  2);
            }),
            1)
      << "with a function and arguments of any size";

  s.run_all();
  EXPECT_EQ(a.load()->number(), 3);
}

TEST(agent_allocation, a_held_send_allocates_at_most_once_and_its_release_not_at_all) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  int least = 9;
  int release = 9;

  a.send([&](int n) {
    least = allocations_of([&] { b.send([](int v) { return v + 1; }); });
    release = allocations_of([&] { release_pending_sends(); });
    return n;
  });
  s.run_all();

  EXPECT_LE(least, 1);
  EXPECT_EQ(release, 0);
  EXPECT_EQ(*b.load(), 1);
}

TEST(agent_allocation, PIT_6_a_send_that_finds_no_memory_queues_nothing) {
  stage s;
  const auto live = counted_value::live();
  agent<int> a(0, {.on = &s.home()});
  const auto larger_than_any_pooled_block = [big = std::array<char, 20'000>{},
                                             held = counted_value(1)](int n) {
    return n + static_cast<int>(held.number()) + big[0];
  };

  tests::let_allocations_succeed(0);
  EXPECT_THROW(a.send(larger_than_any_pooled_block), std::bad_alloc);
  tests::let_all_allocations_succeed();

  EXPECT_TRUE(s.empty());
  EXPECT_EQ(counted_value::live(), live + 1);
  a.send(larger_than_any_pooled_block);
  s.run_all();
  EXPECT_EQ(*a.load(), 1);
}

TEST(agent_allocation, PIT_6_an_action_that_finds_no_memory_is_an_error_of_the_agent) {
  stage s;
  std::vector<int> grows;
  agent<int> a(0, {.on = &s.home()});
  a.send([&](int n) {
    tests::let_allocations_succeed(0);
    grows.resize(1000);
    return n;
  });
  a.send([](int n) { return n + 1; });

  s.run_all();
  tests::let_all_allocations_succeed();

  EXPECT_THROW(std::rethrow_exception(a.error()), std::bad_alloc);
  a.restart(1);
  s.run_all();
  EXPECT_EQ(*a.load(), 2);
}

TEST(agent_allocation, PIT_6_an_agent_that_finds_no_memory_leaves_nothing_behind) {
  stage s;
  const auto live = counted_value::live();
  const auto accept = [](const counted_value&) { return true; };
  const auto handle = [](auto&, auto&) {};

  const int needed = allocations_of([&] {
    agent<counted_value>(counted_value(1),
                         {.validator = accept, .error_handler = handle, .on = &s.home()});
  });

  // Its state and its rules; pools ask for many blocks at once, and for none at other times.
  EXPECT_GE(needed, 2);
  EXPECT_EQ(counted_value::live(), live);
}

TEST(agent_allocation, PIT_6_an_await_that_finds_no_memory_sends_nothing_that_dangles) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});

  allocations_of([&] { await_for(std::chrono::seconds(0), a, b); });

  s.run_all();
}

}  // namespace
}  // namespace tussle
