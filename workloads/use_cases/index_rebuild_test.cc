// Does the rebuilding of the index notice what it is there to notice?
#include "workloads/use_cases/index_rebuild.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>

#include "harness/case/verdict.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/runtime.h"
#include "workloads/planted/naive_index.h"
#include "workloads/subjects/indices.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

template <typename Subject>
verdict index_verdict(int threads = 1) {
  return verdict_of<index_rebuild, Subject>({{"documents", 50}, {"change_share", 0.5}},
                                            threads);
}

template <typename Subject>
class sound_index : public ::testing::Test {};
using sound_indices = ::testing::Types<subjects::agent_index, subjects::future_index,
                                       subjects::thread_index>;
TYPED_TEST_SUITE(sound_index, sound_indices);

TYPED_TEST(sound_index, is_always_complete_and_has_every_change_in_the_end) {
  for (const int threads : {1, 4}) {
    const verdict found = index_verdict<TypeParam>(threads);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

// Rebuilds at once, on the thread that asks.
class immediate_index {
 public:
  immediate_index(runtime& /*on*/, rebuild_monitor& monitor, const documents& initial)
      : monitor_(monitor), all_(initial) {}

  void change(std::int64_t document) {
    all_ = all_.update(document, [](std::int64_t v) { return v + 1; });
    ++generation_;
  }
  void ask_for_rebuild() {
    const rebuild_monitor::rebuilding now(monitor_);
    index_ = built_index(all_, generation_);
  }
  void search(const std::function<void(const search_index&)>& f) const { f(index_); }
  void finish() {}

 protected:
  rebuild_monitor& monitor_;
  documents all_;
  std::int64_t generation_ = 0;
  search_index index_;
};

template <typename Index>
struct with_index {
  using index = Index;
};

struct half_built : immediate_index {
  using immediate_index::immediate_index;
  void search(const std::function<void(const search_index&)>& f) const {
    search_index half = index_;
    if (index_.generation > 100) ++half.on_shelf[3];
    f(half);
  }
};

struct goes_back : immediate_index {
  using immediate_index::immediate_index;
  void ask_for_rebuild() {
    const search_index old = index_;
    immediate_index::ask_for_rebuild();
    if (++rebuilds_ == 7) index_ = older_;
    older_ = old;
  }
  int rebuilds_ = 0;
  search_index older_;
};

struct forgets_a_change : immediate_index {
  using immediate_index::immediate_index;
  void change(std::int64_t document) {
    if (++changes_ != 100) immediate_index::change(document);
  }
  int changes_ = 0;
};

// The last request comes when all threads have ended.
struct serves_the_last_only : immediate_index {
  using immediate_index::immediate_index;
  void ask_for_rebuild() {
    if (finished_ || first_) immediate_index::ask_for_rebuild();
    first_ = false;
  }
  void finish() { finished_ = true; }
  bool first_ = true;
  bool finished_ = false;
};

struct rebuilds_twice : immediate_index {
  using immediate_index::immediate_index;
  void ask_for_rebuild() {
    immediate_index::ask_for_rebuild();
    immediate_index::ask_for_rebuild();
  }
};

struct rebuilds_within_a_rebuild : immediate_index {
  using immediate_index::immediate_index;
  void ask_for_rebuild() {
    if (++requests_ % 2 == 0) return;
    const rebuild_monitor::rebuilding now(monitor_);
    immediate_index::ask_for_rebuild();
  }
  void finish() { immediate_index::ask_for_rebuild(); }
  int requests_ = 0;
};

TEST(index_rebuild, has_nothing_against_a_sound_index) {
  const verdict found = index_verdict<with_index<immediate_index>>();

  EXPECT_TRUE(found.passed) << found.message;
}

TEST(index_rebuild, finds_an_index_that_is_half_built) {
  const verdict found = index_verdict<with_index<half_built>>();

  EXPECT_EQ(found.message.find("incomplete indices"), 0U) << found.message;
}

TEST(index_rebuild, finds_generations_that_go_back) {
  const verdict found = index_verdict<with_index<goes_back>>();

  EXPECT_EQ(found.message.find("generations that went back"), 0U) << found.message;
}

TEST(index_rebuild, finds_a_change_that_is_missing) {
  const verdict found = index_verdict<with_index<forgets_a_change>>();

  EXPECT_FALSE(found.passed);
}

TEST(index_rebuild, finds_a_request_that_is_not_served) {
  const verdict found = index_verdict<with_index<serves_the_last_only>>();

  EXPECT_EQ(found.message.find("changes before a request"), 0U) << found.message;
}

TEST(index_rebuild, finds_rebuilds_that_nobody_asked_for) {
  const verdict found = index_verdict<with_index<rebuilds_twice>>();

  EXPECT_EQ(found.message.find("rebuilds without a request"), 0U) << found.message;
}

TEST(index_rebuild, finds_rebuilds_at_the_same_time) {
  const verdict found = index_verdict<with_index<rebuilds_within_a_rebuild>>();

  EXPECT_EQ(found.message.find("rebuilds at the same time"), 0U) << found.message;
}

// A request that comes before the rebuild has begun is served by it; one that comes later is
// served by another.
TEST(agent_index, requests_that_meet_cause_one_rebuild) {
  manual_executor nowhere;
  manual_executor rebuilding;
  runtime on(nowhere, rebuilding);
  rebuild_monitor monitor;
  subjects::agent_index::index index(on, monitor, documents{{1, 0}});

  for (int i = 0; i < 3; ++i) index.ask_for_rebuild();
  rebuilding.run_all();
  index.ask_for_rebuild();
  rebuilding.run_all();

  EXPECT_EQ(monitor.rebuilds(), 2);
}

TEST(search_catalog, catches_up_with_what_changed_after_the_index_was_begun) {
  const subjects::search_catalog begun =
      subjects::search_catalog{.all = documents{{1, 0}, {2, 0}}}.changed(1);
  const search_index fresh = built_index(begun.all, begun.generation);

  const subjects::search_catalog after = begun.changed(2).changed(1).published(fresh);

  EXPECT_EQ(after.index.generation, 3);
  EXPECT_TRUE(after.index.complete());
  EXPECT_EQ(after.index.on_shelf[1], 2);
  EXPECT_EQ(after.index.on_shelf[2], 1);
}

TEST(search_catalog, keeps_an_index_that_is_newer) {
  const subjects::search_catalog older =
      subjects::search_catalog{.all = documents{{1, 0}}}.changed(1);
  const search_index late = built_index(older.all, older.generation);
  const subjects::search_catalog now = older.changed(1).published(late);

  EXPECT_EQ(now.published(late).index.generation, 2);
  EXPECT_TRUE(now.published(late).index.complete());
}

}  // namespace
}  // namespace tussle::workloads::use_cases
