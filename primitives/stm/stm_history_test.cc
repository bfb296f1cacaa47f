// How many versions are kept, for whom, and until when.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "primitives/reclaim/retired.h"
#include "primitives/stm/history.h"
#include "primitives/stm/stm_counters.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/sync/mode.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::counted_value;
using tests::on_another_thread;

constexpr int commits = 1000;
constexpr std::int64_t most_waiting = 1024;  // for a look of a thread that retires

std::size_t most_older(std::size_t read_points) {
  return read_points + read_points / 2 + stm::spare_versions;
}

void set_often(tx_ref<counted_value>& r, int times) {
  for (int i = 0; i < times; ++i) transact([&] { r.set(counted_value(i)); });
}

TEST(history, STM_46_a_fresh_ref_has_none_and_alone_it_gets_hardly_any) {
  tx_ref<counted_value> r{counted_value(0)};
  EXPECT_EQ(r.history_count(), 0U);

  for (int i = 0; i < 100; ++i) {
    set_often(r, 1);
    EXPECT_LE(r.history_count(), most_older(0));
  }
}

// Transactions that stand still in their bodies, each with a read point of its own.
class standing_readers {
 public:
  standing_readers(tx_ref<counted_value>& r, int count) {
    for (int i = 0; i < count; ++i) {
      std::latch stands(1);
      threads_.emplace_back([this, &r, &stands] { stand(r, stands); });
      stands.wait();
      set_often(r, 1);
    }
  }
  ~standing_readers() { end(); }
  standing_readers(const standing_readers&) = delete;
  standing_readers& operator=(const standing_readers&) = delete;

  void end() {
    if (threads_.empty()) return;
    go_on_.count_down();
    for (std::thread& each : threads_) each.join();
    threads_.clear();
  }

 private:
  void stand(const tx_ref<counted_value>& r, std::latch& stands) {
    transact([&] {
      const auto seen = r.load();
      stands.count_down();
      go_on_.wait();
      EXPECT_TRUE(r.load().same_as(seen));
      EXPECT_EQ(r.read([](const counted_value& v) { return v.number(); }),
                seen->number());
    });
  }

  std::latch go_on_{1};
  std::vector<std::thread> threads_;
};

// Two refs, because each commit has to look after all that it changes.
TEST(history, STM_47_under_standing_readers_it_is_bounded_by_their_number) {
  for (std::size_t count = 0; count <= 7; ++count) {
    tx_ref<counted_value> r{counted_value(0)};
    tx_ref<counted_value> q{counted_value(0)};
    standing_readers readers(r, static_cast<int>(count));

    for (int i = 0; i < commits; ++i) {
      transact([&] {
        r.set(counted_value(i));
        q.commute([](const counted_value& v) { return counted_value(v.number() + 1); });
      });
      ASSERT_LE(r.history_count(), most_older(count)) << count << " readers";
      ASSERT_LE(q.history_count(), most_older(count)) << count << " readers";
    }

    EXPECT_GE(r.history_count(), count) << "each reader has its own";
    EXPECT_GE(q.history_count(), count == 0 ? 0U : 1U) << "what they would see of it";
  }
}

// More than a commit looks at in one go.
TEST(history, STM_47_however_many_there_are) {
  constexpr std::size_t count = 40;
  tx_ref<counted_value> r{counted_value(0)};
  standing_readers readers(r, count);

  for (int i = 0; i < 100; ++i) {
    set_often(r, 1);
    ASSERT_LE(r.history_count(), most_older(count));
  }

  EXPECT_GE(r.history_count(), count) << "each reader has its own";
}

// The point at which a ref is looked at again is set at the last look.
TEST(history, STM_47_after_the_readers_have_ended_so_many_commits_bring_it_down) {
  constexpr int count = 8;
  tx_ref<counted_value> r{counted_value(0)};
  standing_readers readers(r, count);
  set_often(r, 100);

  readers.end();
  set_often(r, count / 2 + static_cast<int>(stm::spare_versions) + 1);

  EXPECT_LE(r.history_count(), most_older(0));
}

// Several versions between any two readers: each needs one of its own, in both refs.
TEST(history, STM_45_what_standing_readers_see_is_kept_in_every_ref_of_a_commit) {
  tx_ref<int> r(0);
  tx_ref<int> q(0);
  const auto change_both = [&](int times) {
    for (int i = 0; i < times; ++i) {
      transact([&] {
        r.alter([](int v) { return v + 1; });
        q.alter([](int v) { return v + 1; });
      });
    }
  };
  // More than are looked for at a time.
  constexpr int count = sync::has_schedule_points ? 5 : 40;
  std::latch go_on(1);
  std::vector<std::thread> readers;
  for (int i = 0; i < count; ++i) {
    std::latch stands(1);
    readers.emplace_back([&r, &q, &go_on, &stands, i] {
      transact([&] {
        EXPECT_EQ(*r.load(), 3 * i);
        stands.count_down();
        go_on.wait();
        EXPECT_EQ(*r.load(), 3 * i);
        EXPECT_EQ(*q.load(), 3 * i) << "what it had not looked at before";
      });
    });
    stands.wait();
    change_both(3);
  }

  change_both(commits);
  go_on.count_down();
  for (std::thread& each : readers) each.join();
}

TEST(history, STM_47_so_are_the_values_in_memory) {
  constexpr std::size_t count = 2;
  tx_ref<counted_value> r{counted_value(0)};
  standing_readers readers(r, count);
  set_often(r, commits);
  reclaim::clean_up();
  const auto first = counted_value::live();

  for (int i = 0; i < 10; ++i) {
    set_often(r, commits);
    reclaim::clean_up();
    ASSERT_LE(counted_value::live(), first + most_waiting);
  }
}

TEST(history, STM_48_what_was_kept_for_a_reader_goes_when_it_has_ended) {
  tx_ref<counted_value> r{counted_value(0)};
  standing_readers readers(r, 4);
  set_often(r, 10);
  EXPECT_GE(r.history_count(), 4U);

  readers.end();
  set_often(r, 10);

  EXPECT_LE(r.history_count(), most_older(0));
}

TEST(history, STM_48_values_of_ended_threads_and_dead_refs_are_destroyed) {
  reclaim::clean_up();
  const auto before = counted_value::live();
  {
    tx_ref<counted_value> r{counted_value(0)};
    on_another_thread([&] {
      set_often(r, 100);
      reclaim::clean_up();
    });
    set_often(r, 100);
  }
  // What this thread gave up goes when it has given up enough of others.
  tx_ref<int> other(0);
  for (int i = 0; i < 1000; ++i) transact([&] { other.set(i); });
  reclaim::clean_up();

  EXPECT_LE(counted_value::live(), before);
}

// It ends while a reader stands still, and cannot free what that one may be looking at.
TEST(history, STM_48_what_a_thread_leaves_when_it_ends_is_freed_by_others) {
  reclaim::clean_up();
  const auto before = counted_value::live();
  {
    tx_ref<counted_value> r{counted_value(0)};
    standing_readers readers(r, 1);
    on_another_thread([&] { set_often(r, 100); });
    EXPECT_GT(counted_value::live(), before + 1);
    readers.end();
  }
  tx_ref<int> other(0);
  for (int i = 0; i < 1000; ++i) transact([&] { other.set(i); });
  reclaim::clean_up();

  EXPECT_LE(counted_value::live(), before);
}

TEST(history, STM_48_snapshots_outlive_their_versions_and_refs) {
  std::vector<snapshot<std::string>> kept;
  {
    tx_ref<std::string> r("0");
    for (int i = 1; i < 100; ++i) {
      kept.push_back(r.load());
      transact([&] { kept.push_back(r.set(std::to_string(i))); });
    }
  }
  tx_ref<int> other(0);
  for (int i = 0; i < 1000; ++i) transact([&] { other.set(i); });
  reclaim::clean_up();

  for (std::size_t i = 0; i < kept.size(); ++i)
    EXPECT_EQ(*kept[i], std::to_string((i + 1) / 2));
}

}  // namespace
}  // namespace tussle
