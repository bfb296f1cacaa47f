// Is each kind of finding made in a broken program, and none in its mended version?
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <string>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "primitives/sync/allocate.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/plain.h"
#include "primitives/sync/thread.h"
#include "primitives/sync/wait_word.h"

namespace tussle::sim {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;

// The kind of what 2000 executions find; nothing if they find nothing.
std::optional<finding_kind> kind_found(const program& what, const options& how) {
  const result seen = explore(how, what);
  if (!seen.failed) return std::nullopt;
  EXPECT_TRUE(seen.failed->repeats);
  return seen.failed->found.kind;
}

std::optional<finding_kind> kind_found(const program& what) {
  return kind_found(what, {.executions = 2000});
}

void expect_clean(const program& what, options how = {.executions = 2000}) {
  for (const strategy each : {strategy::random, strategy::pct, strategy::pos}) {
    how.with = each;
    const result seen = explore(how, what);
    EXPECT_FALSE(seen.failed) << to_string(each) << ": " << seen.failed->found.text;
  }
}

// Two updates of one number; `broken` loads and stores.
void update(bool broken) {
  sync::atomic<int> count{0};
  threads(2, [&](int) {
    if (broken) {
      count.store(count.load(relaxed) + 1, relaxed);
    } else {
      count.fetch_add(1, relaxed);
    }
  });
  require(count.load(relaxed) == 2, "no update is lost");
}

TEST(finding, an_update_that_is_lost) {
  EXPECT_EQ(kind_found([] { update(true); }), finding_kind::check_failed);
  expect_clean([] { update(false); });
}

void lock_both(bool broken) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  std::array<sync::mutex, 2> forks;
  threads(2, [&](int i) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const std::size_t first = broken ? static_cast<std::size_t>(i) : 0;
    const sync::mutex_lock one(forks[first]);
    const sync::mutex_lock other(forks[1 - first]);
  });
}

TEST(finding, two_mutexes_taken_in_opposite_orders) {
  EXPECT_EQ(kind_found([] { lock_both(true); }), finding_kind::deadlock);
  expect_clean([] { lock_both(false); });
}

// What is said of a finding: its own line, and who is in it.
std::string said_of(const program& what) {
  const result seen = explore({.executions = 2000}, what);
  if (!seen.failed) return "";
  std::string text = seen.failed->found.text;
  for (const note& each : seen.failed->found.notes) text += "\n" + each.text;
  return text;
}

TEST(finding, a_deadlock_says_who_waits_for_what_and_who_holds_it) {
  const std::string said = said_of([] { lock_both(true); });

  EXPECT_NE(said.find("thread 0 waits for the end of thread 1"), std::string::npos);
  EXPECT_NE(said.find("thread 1 waits for mutex #"), std::string::npos) << said;
  EXPECT_NE(said.find("held by thread 2 since step "), std::string::npos) << said;
  EXPECT_NE(said.find("held by thread 1 since step "), std::string::npos) << said;
}

TEST(finding, a_mutex_that_its_owner_locks_again) {
  EXPECT_EQ(kind_found([]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
              sync::mutex m;
              m.lock();
              m.lock();
            }),
            finding_kind::deadlock);
}

void wait_for_a_flag(bool broken) {
  sync::mutex m;
  sync::condition_variable changed;
  bool set = false;
  threads({[&] {
             const sync::mutex_lock lock(m);
             if (broken) {
               changed.wait(m);
             } else {
               while (!set) changed.wait(m);
             }
           },
           [&] {
             {
               const sync::mutex_lock lock(m);
               set = true;
             }
             changed.notify_one();
           }});
}

TEST(finding, a_notification_that_comes_before_the_wait) {
  EXPECT_EQ(kind_found([] { wait_for_a_flag(true); }), finding_kind::lost_wake_up);
  expect_clean([] { wait_for_a_flag(false); });
}

TEST(finding, a_lost_wake_up_says_who_sleeps_and_what_came_before) {
  const std::string said = said_of([] { wait_for_a_flag(true); });

  EXPECT_NE(said.find("thread 1 sleeps on #"), std::string::npos) << said;
  EXPECT_NE(said.find("nobody is left to wake it"), std::string::npos) << said;
  EXPECT_NE(said.find("was notified before, by thread 2 in step "), std::string::npos);
  EXPECT_NE(said.find("when nobody waited"), std::string::npos) << said;
}

void sleep_on_a_word(bool broken) {
  sync::wait_word word;
  threads({[&] {
             while (word.load(acquire) == 0) word.wait(0);
           },
           [&] {
             word.store(1, release);
             if (!broken) word.wake_all();
           }});
}

TEST(finding, a_word_that_changes_without_a_wake) {
  EXPECT_EQ(kind_found([] { sleep_on_a_word(true); }), finding_kind::lost_wake_up);
  expect_clean([] { sleep_on_a_word(false); });
}

// A stack of nodes that are used again; tagged heads know that they were away.
class tiny_stack {
 public:
  explicit tiny_stack(bool tagged) : tagged_(tagged) {}

  void push(std::uint32_t node) {
    std::uint64_t top = head_.load(acquire);
    do {
      next_[node].store(static_cast<std::uint32_t>(top), relaxed);
    } while (!head_.compare_exchange_strong(top, after(top, node), acq_rel, acquire));
  }

  std::uint32_t pop() {
    std::uint64_t top = head_.load(acquire);
    for (;;) {
      const auto node = static_cast<std::uint32_t>(top);
      if (node == 0) return 0;
      const std::uint32_t next = next_[node].load(relaxed);
      if (head_.compare_exchange_strong(top, after(top, next), acq_rel, acquire)) {
        return node;
      }
    }
  }

 private:
  std::uint64_t after(std::uint64_t top, std::uint32_t node) const {
    return tagged_ ? ((top >> 32) + 1) << 32 | node : node;
  }

  const bool tagged_;
  sync::atomic<std::uint64_t> head_{0};
  std::array<sync::atomic<std::uint32_t>, 4> next_{};
};

void pop_and_push_again(bool broken) {
  tiny_stack all(!broken);
  for (const std::uint32_t node : {3U, 2U, 1U}) all.push(node);
  std::array<int, 4> owners{};
  threads({[&] { ++owners[all.pop()]; },
           [&] {
             const std::uint32_t first = all.pop();
             ++owners[all.pop()];
             all.push(first);
           }});
  for (std::uint32_t node = all.pop(); node != 0; node = all.pop()) ++owners[node];
  for (std::size_t i = 1; i < owners.size(); ++i) {
    require(owners[i] == 1, "every node has one owner");
  }
}

TEST(finding, a_node_that_comes_back_while_its_address_is_compared) {
  EXPECT_EQ(kind_found([] { pop_and_push_again(true); }), finding_kind::check_failed);
  expect_clean([] { pop_and_push_again(false); });
}

struct node {
  sync::atomic<int> references{1};

  static node* make() { return new (sync::allocate(sizeof(node), alignof(node))) node; }
  void give_up() {
    if (references.fetch_sub(1, acq_rel) == 1) destroy();
  }
  void destroy() { sync::deallocate(this, alignof(node)); }
};

TEST(finding, a_node_that_is_used_after_it_was_freed) {
  const auto share = [](bool broken) {
    node* const shared = node::make();
    if (!broken) shared->references.fetch_add(1, relaxed);
    threads(2, [&](int i) {
      if (i == 0) return shared->give_up();
      shared->references.load(relaxed);
      if (!broken) shared->give_up();
    });
  };
  EXPECT_EQ(kind_found([&] { share(true); }), finding_kind::use_after_free);
  expect_clean([&] { share(false); });
}

TEST(finding, a_node_that_two_threads_free) {
  const auto share = [](bool broken) {
    node* const shared = node::make();
    sync::atomic<int> left{2};
    threads(2, [&](int) {
      if (!broken) {
        if (left.fetch_sub(1, acq_rel) == 1) shared->destroy();
        return;
      }
      left.fetch_sub(1, acq_rel);
      if (left.load(acquire) == 0) shared->destroy();
    });
  };
  EXPECT_EQ(kind_found([&] { share(true); }), finding_kind::double_free);
  expect_clean([&] { share(false); });
}

TEST(finding, a_node_that_nobody_frees) {
  EXPECT_EQ(kind_found([] { node::make(); }), finding_kind::leak);
  expect_clean([] { node::make()->destroy(); });
}

TEST(finding, two_accesses_to_a_plain_variable_that_nothing_orders) {
  const auto publish = [](std::memory_order order) {
    sync::plain<int> value;
    sync::atomic<bool> ready{false};
    threads({[&] {
               value.write(1);
               ready.store(true, order);
             },
             [&] {
               if (ready.load(acquire)) require(value.read() == 1, "the value is there");
             }});
  };
  EXPECT_EQ(kind_found([&] { publish(relaxed); }), finding_kind::data_race);
  expect_clean([&] { publish(release); });
}

TEST(finding, a_plain_variable_is_guarded_by_a_mutex) {
  const auto count = [](bool guarded) {
    sync::mutex m;
    sync::plain<int> value;
    threads(2, [&](int) ABSL_NO_THREAD_SAFETY_ANALYSIS {
      if (guarded) m.lock();
      value.write(value.read() + 1);
      if (guarded) m.unlock();
    });
    require(value.read() == 2, "both count");
  };
  EXPECT_EQ(kind_found([&] { count(false); }), finding_kind::data_race);
  expect_clean([&] { count(true); });
}

// Each steps back when it sees that the other wants in, too; `broken`: both do.
void enter_politely(bool broken) {
  std::array<sync::atomic<bool>, 2> wants{};
  threads(2, [&](int i) {
    auto& mine = wants[static_cast<std::size_t>(i)];
    const auto& theirs = wants[static_cast<std::size_t>(1 - i)];
    for (;;) {
      mine.store(true, std::memory_order_seq_cst);
      if (!theirs.load(std::memory_order_seq_cst)) break;
      if (!broken && i == 0) {
        while (theirs.load(std::memory_order_seq_cst)) sync::yield();
        break;
      }
      mine.store(false, std::memory_order_seq_cst);
    }
    mine.store(false, std::memory_order_seq_cst);
  });
}

TEST(finding, two_polite_threads_that_never_get_in) {
  options soon{.executions = 2000, .within = {.most_points = 40}};
  EXPECT_EQ(kind_found([] { enter_politely(true); }, soon), finding_kind::livelock);
  expect_clean([] { enter_politely(false); }, soon);
}

TEST(finding, an_exception_that_leaves_a_thread) {
  EXPECT_EQ(kind_found([] { threads(1, [](int) { throw std::runtime_error("out"); }); }),
            finding_kind::exception);
}

TEST(finding, misuse_of_mutexes_and_threads) {
  EXPECT_EQ(kind_found([]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
              sync::mutex m;
              m.unlock();
            }),
            finding_kind::misuse);
  EXPECT_EQ(kind_found([] { const sync::thread t([] {}); }), finding_kind::misuse);
}

TEST(finding, a_signal) {
  EXPECT_EQ(kind_found([] {
              volatile int* const nowhere = nullptr;
              threads(1, [nowhere](int) { *nowhere = 1; });
            }),
            finding_kind::crash);
}

}  // namespace
}  // namespace tussle::sim
