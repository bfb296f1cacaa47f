// Does what a pool's thread submits come to an end once, whatever becomes of its line?
#include "primitives/task/own_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/sync/clock.h"
#include "primitives/sync/hooks.h"
#include "primitives/sync/mode.h"
#include "primitives/sync/thread.h"
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

// As long as fewer threads run, a pool brings another at once.
std::size_t cores() { return sync::usable_cores(); }

// A task submits itself anew, until that goes into its thread's own line; then it calls `then`,
// whose tasks go there, too, unless the line is closed meanwhile. It runs beside others that
// stand still until the end: so all cores are at work, and lines are opened, on every machine.
class open_lines {
 public:
  // How many more threads may come to what is in the line.
  explicit open_lines(std::size_t others = 2,
                      std::chrono::nanoseconds patience = thread_pool_options().patience)
      : pool({.most_threads = cores() + others, .patience = patience}) {}

  void run(std::function<void()> then) {
    begin(std::move(then));
    end();
  }

  // Blocks until `then` has run.
  void begin(std::function<void()> then) {
    while (still_.size() + 1 < cores()) stand_still();
    then_ = std::move(then);
    ASSERT_TRUE(pool.submit(first_));
    over_.wait();
  }

  // Shuts the pool down, and blocks until what it has has come to an end.
  void end() {
    pool.shutdown(shutdown_policy::drain);
    go_on_.count_down();
    pool.join();
  }

 private:
  void stand_still() {
    std::latch inside(1);
    still_.push_back(std::make_unique<work>([&] {
      inside.count_down();
      go_on_.wait();
    }));
    ASSERT_TRUE(pool.submit(*still_.back()));
    inside.wait();
  }

  void turn() {
    const int before = count_kept::kept();
    turns_.push_back(std::make_unique<work>([&] {
      if (!is_open_) turn();
    }));
    // Where another thread has the next turn already, that may be the first, and the pool
    // be shut down.
    if (!pool.submit(*turns_.back())) {
      EXPECT_TRUE(is_open_);
      return;
    }
    if (count_kept::kept() == before || is_open_.exchange(true)) return;
    then_();
    over_.count_down();
  }

  count_kept counts_;
  std::atomic<bool> is_open_{false};
  std::function<void()> then_;
  work first_{[&] { turn(); }};
  std::vector<std::unique_ptr<work>> turns_;
  std::vector<std::unique_ptr<work>> still_;
  std::latch over_{1};
  std::latch go_on_{1};

 public:
  thread_pool pool;
};

class pool_lines : public testing::Test {
 protected:
  void SetUp() override {
    if (!sync::has_schedule_points) GTEST_SKIP() << "needs schedule points";
    if (cores() > 250) GTEST_SKIP() << "pools of so many threads have no lines";
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

// One thread takes all: of the others one looks out, and that for an hour without a look.
TEST_F(pool_lines, what_is_in_them_has_its_turn_beside_slow_tasks_from_elsewhere) {
  open_lines lines(1, std::chrono::hours(1));
  std::string order;
  std::latch done(std::ptrdiff_t{2} * children);
  std::vector<std::unique_ptr<work>> own;
  std::vector<std::unique_ptr<work>> common;
  const auto slow = [&](char name) {
    return std::make_unique<work>([&order, &done, name] {
      work_for_long();
      order += name;
      done.count_down();
    });
  };
  for (int i = 0; i < children; ++i) {
    own.push_back(slow('o'));
    common.push_back(slow('c'));
  }
  lines.begin([&] {
    tests::on_another_thread([&] {
      for (const auto& each : common) ASSERT_TRUE(lines.pool.submit(*each));
    });
    for (const auto& each : own) ASSERT_TRUE(lines.pool.submit(*each));
  });
  done.wait();  // before the end, which closes the line
  lines.end();

  EXPECT_TRUE(std::adjacent_find(order.begin(), order.end()) == order.end()) << order;
}

}  // namespace
}  // namespace tussle
