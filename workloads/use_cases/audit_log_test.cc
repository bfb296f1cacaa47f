// Does the audit log notice what it is there to notice?
#include "workloads/use_cases/audit_log.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>

#include "harness/case/verdict.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/runtime.h"
#include "workloads/planted/naive_audit_log.h"
#include "workloads/subjects/audit_logs.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

template <typename Subject>
verdict log_verdict(double write_fails, int threads = 1, int steps = 203) {
  return verdict_of<audit_log, Subject>(
      {{"batch", 8}, {"write", 10}, {"write_fails", write_fails}}, threads, steps);
}

template <typename Subject>
class sound_audit_log : public ::testing::Test {};
using sound_audit_logs =
    ::testing::Types<subjects::agent_audit_log, subjects::thread_audit_log,
                     subjects::locked_audit_log>;
TYPED_TEST_SUITE(sound_audit_log, sound_audit_logs);

TYPED_TEST(sound_audit_log, writes_every_entry_once_and_in_order) {
  for (const double write_fails : {0.0, 1.0}) {
    for (const int threads : {1, 4}) {
      const verdict found = log_verdict<TypeParam>(write_fails, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

template <typename Log>
struct with_log {
  using log = Log;
};

struct repeats_an_entry : subjects::locked_audit_log::log {
  using subjects::locked_audit_log::log::log;
  void append(const audit_entry& entry) {
    subjects::locked_audit_log::log::append(entry);
    if (entry.number == 100) subjects::locked_audit_log::log::append(entry);
  }
};

struct swaps_two_entries : subjects::locked_audit_log::log {
  using subjects::locked_audit_log::log::log;
  void append(audit_entry entry) {
    if (entry.number == 100 || entry.number == 101) entry.number = 201 - entry.number;
    subjects::locked_audit_log::log::append(entry);
  }
};

struct writes_large_batches : subjects::locked_audit_log::log {
  writes_large_batches(runtime& on, audit_store& store, std::size_t batch)
      : subjects::locked_audit_log::log(on, store, batch + 1) {}
};

TEST(audit_log, finds_an_entry_that_was_written_twice) {
  EXPECT_FALSE(log_verdict<with_log<repeats_an_entry>>(0).passed);
}

TEST(audit_log, finds_entries_out_of_order) {
  const verdict found = log_verdict<with_log<swaps_two_entries>>(0);

  EXPECT_EQ(found.message.find("entries out of order"), 0U) << found.message;
}

TEST(audit_log, finds_batches_that_are_too_large) {
  const verdict found = log_verdict<with_log<writes_large_batches>>(0);

  EXPECT_EQ(found.message.find("batches of a wrong size"), 0U) << found.message;
}

TEST(audit_log, finds_writes_on_the_thread_that_computes) {
  const verdict found = log_verdict<planted::writes_by_send>(0);

  EXPECT_EQ(found.message.find("writes on the thread that computes"), 0U)
      << found.message;
}

// Three entries, in batches of eight.
TEST(audit_log, finds_entries_that_no_batch_was_full_of) {
  EXPECT_FALSE(log_verdict<planted::no_final_flush>(0, 1, 3).passed);
}

// On executors that run nothing before all entries are there.
struct on_one_go {
  manual_executor later;
  runtime on{later, later};
  audit_store store{{.senders = 1, .largest_batch = 4}};

  template <typename Log>
  void append(Log& log, std::int64_t entries) {
    for (std::int64_t i = 0; i < entries; ++i) log.append({0, i});
    later.run_all();
  }
};

TEST(agent_audit_log, asks_for_one_flush_however_much_comes_before_it) {
  on_one_go stage;
  subjects::agent_audit_log::log log(stage.on, stage.store, 4);

  stage.append(log, 10);

  EXPECT_EQ(log.batches_asked_for(), 1);
  EXPECT_EQ(stage.store.counted().written, 10);
  EXPECT_EQ(stage.store.counted().batches, 3) << "of 4, 4 and 2 entries";
}

TEST(planted_flush_per_entry, asks_again_for_every_entry_before_the_flush) {
  on_one_go stage;
  planted::flush_per_entry::log log(stage.on, stage.store, 4);

  stage.append(log, 10);

  EXPECT_EQ(log.batches_asked_for(), 7);
}

TEST(planted_late_clear, drops_what_comes_before_it_clears) {
  on_one_go stage;
  planted::late_clear::log log(stage.on, stage.store, 4);

  stage.append(log, 10);

  EXPECT_EQ(stage.store.counted().written, 4) << "of ten";
}

// The writer has its turn after the collector has emptied itself.
TEST(planted_rereading_watch, finds_nothing_when_the_flush_is_over) {
  manual_executor computing;
  manual_executor blocking;
  runtime on(computing, blocking);
  audit_store store({.senders = 1, .largest_batch = 4});
  planted::rereading_watch::log log(on, store, 4);

  for (std::int64_t i = 0; i < 4; ++i) log.append({0, i});
  computing.run_all();
  blocking.run_all();
  computing.run_all();
  blocking.run_all();

  EXPECT_EQ(store.counted().written, 0) << "of four";
}

TEST(agent_audit_log, a_batch_that_fails_is_written_later_and_the_failure_is_noticed) {
  manual_executor later;
  runtime on(later, later);
  audit_store store({.senders = 1, .largest_batch = 2, .fails_every = 2});
  subjects::agent_audit_log::log log(on, store, 2);

  for (std::int64_t i = 0; i < 8; ++i) {
    log.append({0, i});
    later.run_all();
  }

  EXPECT_EQ(store.counted().written, 8);
  EXPECT_EQ(store.counted().disordered, 0);
  EXPECT_EQ(log.failures_noticed(), store.counted().failures);
  EXPECT_GT(log.failures_noticed(), 0);
}

TEST(planted_batch_in_action, a_batch_that_fails_is_gone) {
  manual_executor later;
  runtime on(later, later);
  audit_store store({.senders = 1, .largest_batch = 2, .fails_every = 2});
  planted::batch_in_action::log log(on, store, 2);

  for (std::int64_t i = 0; i < 4; ++i) {
    log.append({0, i});
    later.run_all();
  }

  EXPECT_EQ(store.counted().written, 2) << "of four";
  EXPECT_EQ(store.counted().failures, 1);
}

// The entry is stored before the watch runs.
TEST(agent, a_watch_that_throws_fails_the_agent_and_the_entry_stays) {
  manual_executor later;
  runtime on(later, later);
  agent<value::vector<int>> collector({}, {.on = &on});
  collector.add_watch(
      "flush", [](auto&, auto&, auto&, auto&) { throw std::runtime_error("the watch"); });

  collector.send([](const value::vector<int>& all) { return all.push_back(1); });
  later.run_all();

  EXPECT_NE(collector.error(), nullptr);
  EXPECT_EQ(collector.load()->size(), 1U);
}

}  // namespace
}  // namespace tussle::workloads::use_cases
