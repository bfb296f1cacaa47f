// serial_counter.h: what does it cost to have numbers incremented behind one's back?
//
// Question:  what does it cost to send increments to things that do them one at a time, in
//            order, as there are more and more of these?
// Invariant: every increment that was accepted is applied once, those of one sender to one
//            target in the order sent, and never two of a target at once.
// A failure means: an increment was lost or repeated, overtook another of its sender, or
//            met another of its target.
//
// A step is one send to a target drawn at random. Senders are faster than targets, and queues
// would grow as long as the window lasts: half a second would take hundreds of megabytes, and
// the time would be that of allocating them. So a sender of whose increments `outstanding`
// wait goes on when half of these are applied. The rate in the record is the accepted one. The
// verdict has both, the completed one over the time until the last increment was applied; and
// what a target that does nothing takes from malloc, where there are enough to tell.
//
// To know how many wait costs each increment one addition to a counter of its sender's, the
// same for all subjects.
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/per_thread.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/heap_bytes.h"
#include "workloads/scenarios/increments.h"

namespace tussle::workloads {

template <typename S>
concept serial_executor_subject =
    std::constructible_from<typename S::lines, runtime&, std::int64_t> &&
    requires(typename S::lines lines, std::int64_t target, const increment& one) {
  // Target's value := one(value), later, elsewhere.
  lines.send(target, one);
  lines.finish();  // what was sent has been applied; nothing is sent afterwards
  { lines.value(target) } -> std::same_as<std::int64_t>;
};

struct serial_counter {
  static harness::workload_info info() {
    return {
        .name = "serial_counter",
        .question =
            "What does it cost to send increments to things that do them one at a "
            "time, in order?",
        .invariant =
            "Every accepted increment is applied once, those of one sender to one "
            "target in the order sent.",
        .failure = "An increment was lost, repeated, overtook another or met another.",
        .role = "serial_executor",
        .conditions = {{.name = "targets",
                        .unit = "targets",
                        .description = "Numbers that increments are sent to.",
                        .default_values = {1, 64, 10'000},
                        .minimum = 1,
                        .maximum = 100'000,
                        .drawn_maximum = 100},
                       {.name = "outstanding",
                        .unit = "increments",
                        .description =
                            "Increments of one sender that may wait before it does.",
                        .default_values = {1000},
                        .minimum = 1,
                        .maximum = 1'000'000,
                        .optional = true,
                        .drawn_maximum = 1000},
                       harness::threads_condition()},
        .operations = {"send"}};
  }

  template <serial_executor_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : targets_(values.count("targets")),
          most_outstanding_(values.has("outstanding") ? values.count("outstanding")
                                                      : 1000),
          threads_(static_cast<std::size_t>(values.threads())),
          ledger_(targets_, values.threads()),
          heap_before_(heap_bytes()),
          lines_(runtime_, targets_),
          heap_after_(heap_bytes()) {}

    void step(harness::worker& self) {
      const auto sender = static_cast<std::size_t>(self.index());
      thread_state& mine = threads_[sender];
      if (mine.sent == 0) mine.began = sync::clock::now();
      wait_for_room(mine, sender);
      const auto target =
          static_cast<std::int64_t>(self.random() % static_cast<std::uint64_t>(targets_));
      lines_.send(target, increment(ledger_, static_cast<std::uint32_t>(target),
                                    static_cast<std::uint32_t>(sender), ++mine.sent));
    }

    void settle() {
      accepted_at_ = sync::clock::now();
      for (std::size_t i = 0; i < threads_.size(); ++i) {
        if (!wait_until_outstanding(threads_[i], i, 0)) break;  // found in verify
      }
      completed_at_ = sync::clock::now();
      lines_.finish();
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      std::int64_t sent = 0;
      for (const thread_state& each : threads_) sent += each.sent;
      std::int64_t applied = 0;
      std::int64_t disordered = 0;
      std::int64_t other_values = 0;
      for (std::int64_t t = 0; t < targets_; ++t) {
        applied += ledger_.applied_to(t);
        disordered += ledger_.disordered_at(t);
        other_values += lines_.value(t) == ledger_.applied_to(t) ? 0 : 1;
      }
      harness::verdict found = harness::first_failure(
          {harness::verdict::pass(account(sent)),
           harness::expect_equal("increments repeated or out of order", disordered,
                                 "allowed", 0),
           harness::expect_equal("increments applied", applied, "sent", sent),
           harness::expect_equal("values other than the increments applied", other_values,
                                 "allowed", 0)});
      found.counts = {{"accepted per second", rate(sent, accepted_at_ - began())},
                      {"completed per second", rate(sent, completed_at_ - began())},
                      {"longest line of a sender", static_cast<double>(longest())}};
      return found;
    }

   private:
    struct alignas(harness::padding) thread_state {
      std::int64_t sent = 0;
      std::int64_t longest = 0;  // queue
      sync::time_point began;
      bool waits = true;
    };

    // Who saw nothing happen for so long waits no more: his increments are lost.
    static constexpr std::chrono::seconds patience{2};
    // Fewer targets say more of the pools than of themselves.
    static constexpr std::int64_t enough_targets = 1000;

    void wait_for_room(thread_state& mine, std::size_t sender) const {
      const std::int64_t waiting = mine.sent - ledger_.applied_from(sender);
      mine.longest = std::max(mine.longest, waiting);
      if (waiting < most_outstanding_ || !mine.waits) return;
      mine.waits = wait_until_outstanding(mine, sender, most_outstanding_ / 2);
    }

    // False: nothing was applied for too long.
    bool wait_until_outstanding(const thread_state& from, std::size_t sender,
                                std::int64_t few) const {
      std::int64_t seen = ledger_.applied_from(sender);
      auto until = sync::clock::now() + patience;
      while (from.sent - seen > few) {
        sync::yield();
        const std::int64_t now = ledger_.applied_from(sender);
        if (now != seen) until = sync::clock::now() + patience;
        if (now == seen && sync::clock::now() > until) return false;
        seen = now;
      }
      return true;
    }

    std::string account(std::int64_t sent) const {
      std::string told =
          "all " + std::to_string(sent) + " increments applied; accepted " +
          whole(rate(sent, accepted_at_ - began())) + ", completed " +
          whole(rate(sent, completed_at_ - began())) + " a second; at most " +
          std::to_string(longest()) + " of one sender waited";
      if (targets_ >= enough_targets && heap_after_ > heap_before_) {
        told += "; an idle target takes " +
                std::to_string((heap_after_ - heap_before_) / targets_) + " bytes";
      }
      return told;
    }

    sync::time_point began() const {
      sync::time_point first = accepted_at_;
      for (const thread_state& each : threads_) {
        if (each.sent > 0) first = std::min(first, each.began);
      }
      return first;
    }
    std::int64_t longest() const {
      std::int64_t most = 0;
      for (const thread_state& each : threads_) most = std::max(most, each.longest);
      return most;
    }

    static double rate(std::int64_t count, sync::clock::duration time) {
      const double seconds = std::chrono::duration<double>(time).count();
      return seconds > 0 ? static_cast<double>(count) / seconds : 0;
    }
    static std::string whole(double number) {
      return std::to_string(static_cast<std::int64_t>(number));
    }

    const std::int64_t targets_;
    const std::int64_t most_outstanding_;
    std::vector<thread_state> threads_;
    increment_ledger ledger_;
    sync::time_point accepted_at_;
    sync::time_point completed_at_;
    runtime runtime_;
    const std::int64_t heap_before_;
    typename Subject::lines lines_;
    const std::int64_t heap_after_;
  };
};

}  // namespace tussle::workloads
