// audit_log.h (UC-6): is every entry written once, in order, a batch at a time?
//
// Question:  what does an entry cost its sender when batches are written in the background?
// Invariant: after the log was closed every accepted entry is written, once, and those of a
//            sender in order; no batch is larger than it may be; a batch is asked for once,
//            when it is full; writing never takes the threads that compute; a write that
//            failed is noticed and done again.
// A failure means: entries were lost, repeated or mixed up, or writing held up what has
//            nothing to do with it.
//
// Senders are faster than the writer: the queue would grow as long as they send. So each waits
// while too many of its entries are unwritten, and the rate of a long run is the writer's. The
// verdict tells the longest that a queue of one sender was.
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/per_thread.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/audit_store.h"

namespace tussle::workloads::use_cases {

template <typename S>
concept audit_log_subject =
    std::constructible_from<typename S::log, runtime&, audit_store&, std::size_t> &&
    requires(typename S::log log, const audit_entry& entry) {
  log.append(entry);
  log.close();  // what was appended before is written; nothing is appended afterwards
  { log.batches_asked_for() } -> std::same_as<std::int64_t>;  // because one was full
  { log.failures_noticed() } -> std::same_as<std::int64_t>;
};

struct audit_log {
  static harness::workload_info info() {
    return {.name = "audit_log",
            .question =
                "What does an entry cost its sender when batches are written in the "
                "background?",
            .invariant =
                "Every entry is written once, in its sender's order, in batches that "
                "are not too large, also when writes fail.",
            .failure =
                "Entries were lost, repeated or mixed up, or writing held up what has "
                "nothing to do with it.",
            .role = "audit_log",
            .conditions = {{.name = "batch",
                            .unit = "entries",
                            .description = "Entries that are written at once, at most.",
                            .default_values = {16, 256},
                            .minimum = 2,
                            .maximum = 10'000,
                            .drawn_maximum = 256},
                           {.name = "write",
                            .unit = "work units",
                            .description = "Work that one write takes.",
                            .default_values = {1000},
                            .minimum = 0,
                            .maximum = 1'000'000,
                            .drawn_maximum = 10'000},
                           {.name = "write_fails",
                            .unit = "",
                            .description = "Whether every seventh write fails.",
                            .default_values = {0, 1},
                            .minimum = 0,
                            .maximum = 1,
                            .labels = {"no", "yes"}},
                           harness::threads_condition()},
            .operations = {"append"}};
  }

  template <audit_log_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : batch_(values.count("batch")),
          threads_(static_cast<std::size_t>(values.threads())),
          store_({.senders = threads_.size(),
                  .largest_batch = static_cast<std::size_t>(batch_),
                  .fails_every = values.count("write_fails") == 1 ? 7 : 0,
                  .cost = values.count("write")}),
          // One thread that computes: it can be told from all others.
          runtime_({.compute_threads = 1}),
          log_(runtime_, store_, static_cast<std::size_t>(batch_)) {
      agent<std::thread::id> computing({}, {.on = &runtime_});
      computing.send([](auto&) { return std::this_thread::get_id(); });
      await(computing);
      store_.note_computing_thread(*computing.load());
    }

    void step(harness::worker& self) {
      const auto sender = static_cast<std::size_t>(self.index());
      thread_state& mine = threads_[sender];
      wait_for_room(mine, sender);
      log_.append({sender, mine.sent++});
    }

    void settle() { log_.close(); }

    harness::verdict verify(const harness::tally& /*done*/) {
      std::int64_t sent = 0;
      std::int64_t longest = 0;
      for (const thread_state& each : threads_) {
        sent += each.sent;
        longest = std::max(longest, each.longest);
      }
      const audit_store::counts found = store_.counted();
      const std::int64_t asked = log_.batches_asked_for();
      return harness::first_failure(
          {harness::verdict::pass("all " + std::to_string(sent) + " entries in " +
                                  std::to_string(found.batches) + " batches; at most " +
                                  std::to_string(longest) + " of one sender waited"),
           harness::expect_equal("entries written", found.written, "sent", sent),
           harness::expect_equal("entries out of order", found.disordered, "allowed", 0),
           harness::expect_equal("batches of a wrong size", found.bad_sizes, "allowed",
                                 0),
           harness::expect_equal("batches asked for, more than there can be full ones",
                                 std::max<std::int64_t>(0, asked - sent / batch_),
                                 "allowed", 0),
           harness::expect_equal("writes on the thread that computes",
                                 found.on_computing_thread, "allowed", 0),
           harness::expect_equal("failures noticed", log_.failures_noticed(), "failures",
                                 found.failures)});
    }

   private:
    struct alignas(harness::padding) thread_state {
      std::int64_t sent = 0;
      std::int64_t longest = 0;  // queue
      bool waits = true;
    };

    // Who waited that long for entries to be written waits no more: they are lost.
    static constexpr std::chrono::milliseconds patience{300};

    void wait_for_room(thread_state& mine, std::size_t sender) const {
      const std::int64_t unwritten = mine.sent - store_.written_of(sender);
      mine.longest = std::max(mine.longest, unwritten);
      if (!mine.waits || unwritten < most_unwritten_) return;
      const auto until = sync::clock::now() + patience;
      while (mine.sent - store_.written_of(sender) >= most_unwritten_) {
        if (sync::clock::now() > until) {
          mine.waits = false;
          return;
        }
        sync::yield();
      }
    }

    const std::int64_t batch_;
    // Of one sender: more than a batch, or all would wait for one that is never full.
    const std::int64_t most_unwritten_ = 1000 + batch_;
    std::vector<thread_state> threads_;
    audit_store store_;
    runtime runtime_;
    typename Subject::log log_;
  };
};

}  // namespace tussle::workloads::use_cases
