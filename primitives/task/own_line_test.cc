// Does what a pool's thread submits come to an end once, whatever becomes of its line?
#include "primitives/task/own_line.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <latch>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "primitives/sync/clock.h"
#include "primitives/sync/hooks.h"
#include "primitives/task/promise.h"
#include "primitives/task/thread_pool.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/threads_testing.h"
#include "primitives/testing/work_testing.h"

namespace tussle {
namespace {

using detail::own_line;
using tests::work;

TEST(own_line, takes_nothing_before_it_is_opened) {
  own_line line;
  work one;
  EXPECT_EQ(line.push(one), own_line::kept::no);
  EXPECT_EQ(line.pop(), nullptr);
}

TEST(own_line, gives_in_the_order_taken_and_again_and_again) {
  own_line line;
  std::vector<work> all(2);
  line.open();
  for (int round = 0; round < 200; ++round) {
    for (work& each : all) ASSERT_EQ(line.push(each), own_line::kept::yes);
    EXPECT_EQ(line.length(), 2U);
    for (work& each : all) ASSERT_EQ(line.pop(), &each);
    ASSERT_EQ(line.pop(), nullptr);
  }
}

TEST(own_line, takes_no_more_than_it_has_room_for) {
  own_line line;
  std::vector<work> all(own_line::slots);
  work late;
  line.open();
  for (work& each : all) ASSERT_EQ(line.push(each), own_line::kept::yes);
  EXPECT_EQ(line.push(late), own_line::kept::no);
  EXPECT_EQ(line.pop(), &all[0]);
  EXPECT_EQ(line.push(late), own_line::kept::yes);
}

TEST(own_line, closed_takes_nothing_and_gives_what_is_in_it) {
  own_line line;
  work first;
  work second;
  line.open();
  ASSERT_EQ(line.push(first), own_line::kept::yes);
  line.close();
  EXPECT_EQ(line.push(second), own_line::kept::no);
  EXPECT_EQ(line.pop(), &first);
}

// Counts what the calling thread has put into its own line.
class count_kept final : public tests::scoped_scheduler {
 public:
  count_kept() { install(); }
  ~count_kept() { uninstall(); }
  count_kept(const count_kept&) = delete;
  count_kept& operator=(const count_kept&) = delete;

  static int kept() { return kept_here; }
  void before(const sync::visible_operation& next) noexcept override {
    if (next.kind != sync::operation::named_point) return;
    if (std::string_view(next.name) == "own_line.push.before_look") ++kept_here;
  }

 private:
  inline static thread_local int kept_here = 0;
};

// A task submits itself anew, until that goes into its thread's own line; then it calls `then`,
// whose tasks go there, too, unless the line is closed meanwhile.
class open_lines {
 public:
  // Blocks until it has run, and shuts the pool down.
  void run(const std::function<void()>& then) {
    std::latch over(1);
    std::vector<std::unique_ptr<work>> turns;
    const std::function<void()> turn = [&] {
      const int before = count_kept::kept();
      turns.push_back(std::make_unique<work>([&] {
        if (!is_open_) turn();
      }));
      ASSERT_TRUE(pool.submit(*turns.back()));
      // Where another thread has the next turn already, that may be the first.
      if (count_kept::kept() == before || is_open_.exchange(true)) return;
      then();
      over.count_down();
    };
    work first(turn);
    ASSERT_TRUE(pool.submit(first));
    over.wait();
    pool.shutdown(shutdown_policy::drain);
    pool.join();
  }

 private:
  count_kept counts_;
  std::atomic<bool> is_open_{false};

 public:
  thread_pool pool{{.most_threads = 3}};
};

class pool_lines : public testing::Test {
 protected:
  void SetUp() override {
    if (!sync::has_schedule_points) GTEST_SKIP() << "needs schedule points";
  }
};

constexpr int children = 20;

struct family {
  family() : all(children) {}
  void submit_to(thread_pool& pool) {
    for (work& each : all) accepted += pool.submit(each) ? 1 : 0;
  }
  int runs() const {
    int sum = 0;
    for (const work& each : all) sum += each.runs.load();
    return sum;
  }
  int discards() const {
    int sum = 0;
    for (const work& each : all) sum += each.discards.load();
    return sum;
  }
  std::vector<work> all;
  int accepted = 0;
};

TEST_F(pool_lines, others_run_what_is_behind_a_task_that_blocks_unseen) {
  open_lines lines;
  family f;
  lines.run([&] {
    f.submit_to(lines.pool);
    while (f.runs() < children) std::this_thread::yield();  // or this test never ends
  });
  EXPECT_EQ(f.runs(), children);
}

TEST_F(pool_lines, others_run_what_is_behind_a_task_that_waits) {
  open_lines lines;
  const promise<int> last;
  work delivers([last] { static_cast<void>(last.deliver(1)); });
  family f;
  lines.run([&] {
    f.submit_to(lines.pool);
    ASSERT_TRUE(lines.pool.submit(delivers));
    last.get();  // or this test never ends
  });
  EXPECT_EQ(f.runs(), children);
}

TEST_F(pool_lines, a_shutdown_discards_what_is_in_them) {
  open_lines lines;
  family f;
  int ran = 0;
  lines.run([&] {
    f.submit_to(lines.pool);
    lines.pool.shutdown(shutdown_policy::discard);
    ran = f.runs();
    while (f.runs() + f.discards() < children) std::this_thread::yield();
    work late;
    EXPECT_FALSE(lines.pool.submit(late));
  });
  EXPECT_EQ(f.accepted, children);
  EXPECT_EQ(f.runs() + f.discards(), children);
  EXPECT_LE(f.runs(), ran + 2) << "but what the two other threads had begun";
}

TEST_F(pool_lines, a_shutdown_that_drains_runs_what_is_in_them) {
  open_lines lines;
  family f;
  lines.run([&] {
    f.submit_to(lines.pool);
    lines.pool.shutdown(shutdown_policy::drain);
  });
  EXPECT_EQ(f.runs(), children);
}

// More than fits.
TEST_F(pool_lines, what_does_not_fit_goes_to_the_line_of_all) {
  open_lines lines;
  std::vector<work> many(2 * own_line::slots + 88);
  lines.run([&] {
    for (work& each : many) ASSERT_TRUE(lines.pool.submit(each));
  });
  int runs = 0;
  for (const work& each : many) runs += each.runs.load();
  EXPECT_EQ(runs, static_cast<int>(many.size()));
}

// Longer than what the pool calls quick.
void work_for_long() {
  const std::uint64_t end = sync::cycles() + 50'000;
  while (sync::cycles() < end) continue;
}

// How many slow tasks, of those that were in the common line before, are done when one is that
// a thread has in its own line.
constexpr int many_slow = 1000;
int done_before_own() {
  std::atomic<int> done{0};
  int before_own = many_slow;
  work own([&] { before_own = done.load(); });
  std::vector<std::unique_ptr<work>> slow;
  for (int i = 0; i < many_slow; ++i) {
    slow.push_back(std::make_unique<work>([&] {
      work_for_long();
      ++done;
    }));
  }
  open_lines lines;
  lines.run([&] {
    tests::on_another_thread([&] {
      for (const auto& each : slow) ASSERT_TRUE(lines.pool.submit(*each));
    });
    ASSERT_TRUE(lines.pool.submit(own));
  });
  return before_own;
}

TEST_F(pool_lines, what_is_in_them_has_its_turn_beside_slow_tasks_from_elsewhere) {
  // Where the lookout comes just then, what is in the line goes behind all the others.
  int before_own = many_slow;
  for (int attempt = 0; attempt < 50 && before_own > many_slow / 2; ++attempt)
    before_own = done_before_own();
  EXPECT_LE(before_own, many_slow / 2);
}

}  // namespace
}  // namespace tussle
