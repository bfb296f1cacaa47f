// Transactions with one thread stopped where no user code runs. Built in modes with schedule
// points only.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "primitives/stm/participant.h"
#include "primitives/stm/points.h"
#include "primitives/stm/stm_counters.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/sync/mode.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/threads_testing.h"
#include "primitives/testing/transactions_testing.h"

namespace tussle {
namespace {

static_assert(sync::has_schedule_points);

using tests::freeze_at;
using tests::on_another_thread;

// One that transfers stands still at a point of its commit, while others read.
class frozen_committer : public ::testing::TestWithParam<const char*> {
 public:
  int sum_in_transaction() {
    return transact([&] { return std::stoi(*a.load()) + std::stoi(*b.load()); });
  }

  tx_ref<std::string> a{"100"};
  tx_ref<std::string> b{"100"};
};

std::string plus(const std::string& v, int n) { return std::to_string(std::stoi(v) + n); }

TEST_P(frozen_committer, STM_51_readers_go_on_and_see_all_of_it_or_nothing) {
  for (int other = 0; other < 3; ++other) transact([&] { a.set("100"), b.set("100"); });
  freeze_at freeze(GetParam());
  std::thread committer([&] {
    transact([&] {
      a.alter(plus, -10);
      b.alter(plus, 10);
    });
  });
  freeze.wait_until_reached();

  on_another_thread([&] {
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(sum_in_transaction(), 200);
      const bool done = *a.load() == "90";
      if (done) {
        EXPECT_EQ(*b.load(), "110");
      } else if (i > 0) {
        EXPECT_EQ(*b.load(), "100");
      }
      EXPECT_LE(a.history_count(), 4U);
    }
  });
  freeze.let_go();
  committer.join();

  EXPECT_EQ(*a.load(), "90");
  EXPECT_EQ(*b.load(), "110");
}

TEST_P(frozen_committer, STM_51_readers_that_began_before_it_see_nothing_of_it) {
  freeze_at freeze(GetParam());
  std::thread committer;
  int bodies = 0;

  transact([&] {
    ++bodies;
    EXPECT_EQ(*a.load(), "100");
    if (bodies > 1) return;
    committer = std::thread([&] {
      transact([&] {
        a.alter(plus, -10);
        b.alter(plus, 10);
      });
    });
    freeze.wait_until_reached();
    EXPECT_EQ(*b.load(), "100");
    EXPECT_EQ(*a.load(), "100");
    freeze.let_go();
    committer.join();
    EXPECT_EQ(*b.load(), "100");
  });

  EXPECT_EQ(bodies, 1);
}

INSTANTIATE_TEST_SUITE_P(everywhere, frozen_committer,
                         ::testing::Values("stm.commit.before_committing",
                                           "stm.commit.before_install",
                                           "stm.commit.after_link",
                                           "stm.commit.after_ready",
                                           "stm.commit.after_point"),
                         [](const auto& each) {
                           const std::string name = each.param;
                           return name.substr(name.rfind('.') + 1);
                         });

TEST(reader_of_refs, STM_51_that_stands_still_on_its_way_finds_what_it_looked_at) {
  tx_ref<std::string> r("start");
  freeze_at freeze("stm.read.after_head");
  std::string seen;
  std::thread reader([&] { seen = *r.load(); });
  freeze.wait_until_reached();

  // Where blocks are freed at once: the address sanitizer looks.
  for (int i = 0; i < 200; ++i) transact([&] { r.set(std::string(40, 'x')); });
  freeze.let_go();
  reader.join();

  EXPECT_TRUE(seen == "start" || seen == std::string(40, 'x'));
}

TEST(reader_of_refs, STM_51_fixes_the_point_of_a_commit_that_is_ready) {
  tx_ref<int> r(0);
  freeze_at freeze("stm.commit.after_ready");
  const auto before = count_stm();
  std::thread committer([&] { transact([&] { r.set(1); }); });
  freeze.wait_until_reached();

  EXPECT_EQ(*r.load(), 1);
  EXPECT_EQ(*r.load(), 1);
  freeze.let_go();
  committer.join();

  EXPECT_EQ(count_stm().helped - before.helped, 1U);
  EXPECT_EQ(*r.load(), 1);
}

// Holds a committer that has linked its version until a reader has found that it does not count
// yet, and the reader until the commit is over.
class commit_within_a_load final : public tests::scoped_scheduler {
 public:
  commit_within_a_load() { install(); }
  ~commit_within_a_load() { uninstall(); }
  commit_within_a_load(const commit_within_a_load&) = delete;
  commit_within_a_load& operator=(const commit_within_a_load&) = delete;

  void before(const sync::visible_operation& next) noexcept override {
    if (next.kind != sync::operation::named_point) return;
    const std::string_view name = next.name;
    if (name == "stm.commit.after_link") {
      if (!linked_.try_wait()) linked_.count_down();
      passed_over_.wait();
    } else if (name == "stm.read.before_older") {
      if (!passed_over_.try_wait()) passed_over_.count_down();
      committed_.wait();
    }
  }
  void wait_until_linked() { linked_.wait(); }
  void committed() { committed_.count_down(); }

 private:
  std::latch linked_{1};
  std::latch passed_over_{1};
  std::latch committed_{1};
};

TEST(reader_of_refs, STM_39_passing_over_a_commit_it_does_not_fall_behind_the_last_one) {
  tx_ref<int> r(0);
  std::latch stands(1);
  std::latch go_on(1);
  std::thread keeps_the_oldest([&] {
    transact([&] {
      EXPECT_EQ(*r.load(), 0);
      stands.count_down();
      go_on.wait();
    });
  });
  stands.wait();
  transact([&] { r.set(1); });
  EXPECT_EQ(*r.load(), 1);

  {
    commit_within_a_load forced;
    std::thread committer([&] {
      transact([&] { r.set(2); });  // nobody needs 1 then
      forced.committed();
    });
    forced.wait_until_linked();
    EXPECT_GE(*r.load(), 1);
    committer.join();
  }
  go_on.count_down();
  keeps_the_oldest.join();
}

// Others commit whenever one thread, which is about to begin, looks at the clock or chooses its
// read point.
class commits_while_one_begins final : public tests::scoped_scheduler {
 public:
  explicit commits_while_one_begins(std::function<void()> commit)
      : commit_(std::move(commit)) {
    install();
  }
  ~commits_while_one_begins() { uninstall(); }
  commits_while_one_begins(const commits_while_one_begins&) = delete;
  commits_while_one_begins& operator=(const commits_while_one_begins&) = delete;

  // The calling thread is about to begin; it has begun.
  void begins() {
    chosen_ = &stm::own_participant().read_point;
    beginner_.store(std::this_thread::get_id());
  }
  void has_begun() { beginner_.store({}); }
  int looks() const { return looks_; }

  void before(const sync::visible_operation& next) noexcept override {
    if (beginner_.load() != std::this_thread::get_id()) return;
    const bool looks =
        next.kind == sync::operation::load && next.address == &stm::the_clock.now;
    const bool chooses =
        next.kind == sync::operation::read_modify_write && next.address == chosen_;
    if (looks) ++looks_;
    if (looks_ > most_looks || (!looks && !chooses)) return;
    for (int i = 0; i < 4; ++i) on_another_thread(commit_);
  }

  static constexpr int most_looks = 20;

 private:
  const std::function<void()> commit_;
  std::atomic<std::thread::id> beginner_{};
  const void* chosen_ = nullptr;
  int looks_ = 0;
};

TEST(begin, STM_57_takes_so_many_steps_however_often_others_commit) {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  const auto add_one = [&] {
    transact([&] {
      a.alter([](int v) { return v + 1; });
      b.alter([](int v) { return v + 1; });
    });
  };
  commits_while_one_begins others(add_one);

  others.begins();
  transact([&] {
    others.has_begun();
    const int seen = *a.load();
    on_another_thread(add_one);
    EXPECT_EQ(*a.load(), seen);
    EXPECT_EQ(*b.load(), seen) << "what counted at the chosen point is kept";
  });

  EXPECT_LE(others.looks(), 5);
  EXPECT_GT(others.looks(), 3) << "they did get in its way";
}

TEST(reader_of_refs, STM_51_passing_over_a_commit_it_finds_what_is_given_up_meanwhile) {
  tx_ref<std::string> r("start");
  {
    commit_within_a_load forced;
    std::thread committer([&] {
      for (int i = 0; i < 200; ++i) transact([&] { r.set(std::string(40, 'x')); });
      forced.committed();
    });
    forced.wait_until_linked();
    const auto seen = r.load();
    EXPECT_TRUE(*seen == "start" || *seen == std::string(40, 'x')) << *seen;
    committer.join();
  }
}

TEST(killed, STM_49_one_that_moves_its_read_point_meanwhile_sees_no_mixture) {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  std::latch older_began(1);
  std::latch younger_stands(1);
  std::thread older([&] {
    transact([&] {
      older_began.count_down();
      younger_stands.wait();
      a.alter([](int v) { return v + 1; });
      b.alter([](int v) { return v + 1; });
    });
  });
  older_began.wait();
  transact([&] { tx_ref<int>(0).set(1); });  // what begins from now on is younger
  freeze_at freeze("stm.take.before_move");
  int bodies = 0;
  const auto set_b = [&] { transact([&] { b.set(10); }); };
  std::thread younger([&] {
    transact([&] {
      if (++bodies == 1) on_another_thread(set_b);
      const int x = *a.alter([](int v) { return v + 100; });
      b.alter([x](int v) {
        EXPECT_EQ(v + 100 - x, 10) << "the older one changed both";
        return v + 100;
      });
    });
  });
  freeze.wait_until_reached();

  younger_stands.count_down();
  older.join();
  freeze.let_go();
  younger.join();

  EXPECT_EQ(bodies, 2);
  EXPECT_EQ(*a.load(), 101);
  EXPECT_EQ(*b.load(), 111);
}

TEST(killed, STM_49_one_of_many_writes_does_not_forget_what_it_wrote) {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  tx_ref<int> c(0);
  bool is_first = true;
  std::latch older_began(1);
  std::latch younger_stands(1);
  std::thread older([&] {
    try {
      transact([&] {
        older_began.count_down();
        younger_stands.wait();
        a.set(1);
        throw std::string("leaves what it took");
      });
    } catch (const std::string&) {
    }
  });
  older_began.wait();
  transact([&] { tx_ref<int>(0).set(1); });  // what begins from now on is younger
  std::latch many_written(1);
  std::latch younger_goes_on(1);
  std::thread younger([&] {
    transact([&] {
      a.set(10);
      b.set(10);
      c.set(10);
      if (std::exchange(is_first, false)) {
        many_written.count_down();
        younger_goes_on.wait();
      }
      a.alter([](int v) {
        EXPECT_EQ(v, 10) << "its own";
        return v + 1;
      });
    });
  });
  many_written.wait();
  freeze_at freeze("stm.write.before_claim_look");
  younger_goes_on.count_down();
  freeze.wait_until_reached();

  younger_stands.count_down();
  older.join();
  freeze.let_go();
  younger.join();

  EXPECT_EQ(*a.load(), 11);
}

// Another one comes to go first between the look of a commit and its claim.
TEST(commuter, STM_54_that_lets_another_one_go_first_counts_that_as_the_cause) {
  tx_ref<int> r(0);
  freeze_at freeze("stm.commit.before_committing");
  std::thread commuter([&] {
    // Woken by the end of the other one alone: another wait would be another cause.
    const tests::scoped_options patient({.longest_wait = std::chrono::hours(1)});
    transact([&] { r.commute([](int v) { return v + 1; }); });
  });
  freeze.wait_until_reached();
  const auto before = count_stm();
  const stm_options usual = set_stm_options({.attempts_before_priority = 0});

  transact([&] {
    freeze.let_go();
    while (count_stm().all_retries() == before.all_retries()) std::this_thread::yield();
  });
  set_stm_options(usual);
  commuter.join();

  const auto after = count_stm();
  EXPECT_EQ(after.retried(retry_cause::priority) - before.retried(retry_cause::priority),
            1U);
  EXPECT_EQ(after.retried(retry_cause::at_commit),
            before.retried(retry_cause::at_commit));
  EXPECT_EQ(*r.load(), 1);
}

TEST(killer, STM_36_comes_too_late_when_the_other_one_commits_first) {
  tx_ref<int> r(0);
  tx_ref<int> other(0);
  freeze_at freeze("stm.barge.before_kill");
  std::latch claimed(1);
  std::thread younger;
  const auto before = count_stm();
  const auto advance_clock = [&] { transact([&] { other.set(1); }); };
  const auto claim_and_commit = [&] {
    transact([&] {
      r.alter([](int v) { return v + 10; });
      claimed.count_down();
      freeze.wait_until_reached();  // by the older one, below
    });
    freeze.let_go();
  };

  transact([&] {
    if (!younger.joinable()) {
      on_another_thread(advance_clock);
      younger = std::thread(claim_and_commit);
      claimed.wait();
    }
    r.alter([](int v) { return v + 1; });
  });
  younger.join();

  EXPECT_EQ(count_stm().barges, before.barges);
  EXPECT_EQ(*r.load(), 11);
}

}  // namespace
}  // namespace tussle
