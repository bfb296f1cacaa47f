// Is each kind of finding made in a broken program, and none in its mended version?
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/findings_testing.h"
#include "harness/schedule/sim/program.h"
#include "primitives/sync/allocate.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/plain.h"
#include "primitives/sync/thread.h"

namespace tussle::sim {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;

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

// Memory from `allocate` that is one T.
template <typename T, typename... Args>
T* make_tracked(Args&&... args) {
  return new (sync::allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
}
template <typename T>
void drop_tracked(T* object) {
  object->~T();
  sync::deallocate(object, alignof(T));
}

struct tracked_number {
  explicit tracked_number(int initial) : value(initial) {}
  sync::plain<int> value;
};
struct tracked_count {
  sync::atomic<int> owners{2};
  sync::atomic<int> value{1};
};

// A node that is published, and read by whoever finds it.
void publish(std::memory_order order) {
  sync::atomic<tracked_number*> found{nullptr};
  threads({[&] { found.store(make_tracked<tracked_number>(42), order); },
           [&] {
             if (tracked_number* one = found.load(acquire))
               require(one->value.read() == 42, "42");
           }});
  drop_tracked(found.load(acquire));
}

TEST(finding, a_node_that_is_published_before_it_was_made) {
  EXPECT_EQ(kind_found([] { publish(relaxed); }), finding_kind::data_race);
  expect_clean([] { publish(release); });
}

// Who gives the last reference up destroys it; the others have only used atomics of it.
void give_up(std::memory_order order) {
  auto* const one = make_tracked<tracked_count>();
  threads(2, [one, order](int) {
    one->value.store(3, relaxed);
    if (one->owners.fetch_sub(1, order) == 1) drop_tracked(one);
  });
}

TEST(finding, a_node_that_ends_before_its_last_use) {
  EXPECT_EQ(kind_found([] { give_up(relaxed); }), finding_kind::data_race);
  expect_clean([] { give_up(acq_rel); });
}

// Somebody else frees a mutex while it is held.
TEST(finding, a_mutex_that_is_freed_while_it_is_held) {
  const auto free_it = [](bool unlocks_first) {
    auto* const m = make_tracked<sync::mutex>();
    m->lock();
    if (unlocks_first) m->unlock();
    drop_tracked(m);
  };

  EXPECT_EQ(kind_found([&] { free_it(false); }), finding_kind::misuse);
  expect_clean([&] { free_it(true); });
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
