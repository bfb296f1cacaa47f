// transfer.h: does money move whole?
//
// Question:  what does it cost to change two values together, as contention for them grows?
// Invariant: every audit, made meanwhile or at the end, finds the same total, no account below
//            its limit, and no pair overdrawn together; each transfer happened once or not.
// A failure means: a transfer was seen half done, an update was lost, or a decision relied on
//            what was no longer so.
//
// A step is a transfer between two accounts that stand alone, one from or to half a pair
// (joint_share), or an audit of the whole bank (audit_share). A transfer that the rules forbid
// is refused and leaves no trace. Audits copy all balances, the same for every subject. Some
// threads may do nothing else (auditors): then the numbers of the threads, and the latencies,
// tell how audits fare, and what they take from transfers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/account_of.h"
#include "workloads/scenarios/accounts.h"

namespace tussle::workloads {

struct transfer {
  static harness::workload_info info() {
    return {.name = "transfer",
            .question =
                "What does it cost to change two values together, as contention for them "
                "grows?",
            .invariant =
                "Every audit finds the same total, no account below its limit and no "
                "broken joint rule.",
            .failure = "A transfer was seen half done, lost, or rested on stale reads.",
            .role = "bank",
            .conditions = {{.name = "accounts",
                            .unit = "accounts",
                            .description = "Accounts that stand alone.",
                            .default_values = {2, 64, 1024},
                            .minimum = 2,
                            .maximum = 100'000,
                            .drawn_maximum = 64},
                           share("audit_share",
                                 "Share of steps that audit the whole bank.", {0, 0.01}),
                           share("joint_share",
                                 "Share of steps that move money of pairs with a rule "
                                 "over both halves.",
                                 {0, 0.2}),
                           optional(share(
                               "skew", "Share of transfers between four accounts.", {0})),
                           optional({.name = "auditors",
                                     .unit = "threads",
                                     .description = "Threads that only audit.",
                                     .default_values = {0},
                                     .maximum = 1024,
                                     .drawn_maximum = 2}),
                           optional({.name = "hold",
                                     .unit = "work units",
                                     .description = "Work inside a transfer.",
                                     .default_values = {0},
                                     .maximum = 1'000'000,
                                     .drawn_maximum = 1000}),
                           harness::threads_condition()},
            .operations = {"transfer", "joint_transfer", "audit"}};
  }

  template <bank_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : audit_share_(values.fraction("audit_share")),
          auditors_(values.has("auditors") ? values.count("auditors") : 0),
          joint_share_(values.fraction("joint_share")),
          layout_(layout(static_cast<std::size_t>(values.count("accounts")),
                         joint_share_ > 0)),
          orders_(layout_, values.has("skew") ? values.fraction("skew") : 0,
                  values.has("hold") ? values.count("hold") : 0),
          threads_(static_cast<std::size_t>(values.threads()), thread_state(layout_)),
          bank_(runtime_, layout_) {}

    std::size_t step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      if (self.index() < auditors_ || self.random.chance(audit_share_)) {
        audit(mine);
        return 2;
      }
      const bool joint = joint_share_ > 0 && self.random.chance(joint_share_);
      const transfer_order order =
          joint ? orders_.joint(self.random) : orders_.alone(self.random);
      if (bank_.move(order, no_receipt())) {
        ++mine.moved;
        mine.weight += weight_moved(order);
      } else {
        ++mine.refused;
      }
      return joint ? 1 : 0;
    }

    void settle() { bank_.finish(); }

    harness::verdict verify(const harness::tally& /*done*/) {
      thread_state all = threads_.front();
      for (std::size_t i = 1; i < threads_.size(); ++i) all.add(threads_[i]);
      audit(all);
      return with_account_of(
          bank_,
          harness::first_failure(
              {harness::verdict::pass(account(all)),
               none("audits with another total", all.found.other_totals),
               none("accounts seen below their limit", all.found.below_limit),
               none("joint rules seen broken", all.found.broken_rules),
               harness::expect_equal(
                   "weight of all balances", static_cast<std::int64_t>(weighed(all.seen)),
                   "of the openings and what was moved",
                   static_cast<std::int64_t>(weighed_opening(layout_) + all.weight))}));
    }

   private:
    struct alignas(harness::padding) thread_state {
      explicit thread_state(const bank_layout& bank) : seen(bank.size()) {}

      void add(const thread_state& other) {
        moved += other.moved;
        refused += other.refused;
        weight += other.weight;
        found.add(other.found);
      }

      std::int64_t moved = 0;
      std::int64_t refused = 0;
      std::uint64_t weight = 0;
      audit_findings found;
      std::vector<std::int64_t> seen;  // by its audits, used again
    };

    static bank_layout layout(std::size_t accounts, bool has_pairs) {
      return {accounts, has_pairs ? std::max<std::size_t>(1, accounts / 8) : 0};
    }
    static harness::verdict none(const std::string& what, std::int64_t found) {
      return harness::expect_equal(what, found, "allowed", 0);
    }

    void audit(thread_state& mine) {
      bank_.audit(mine.seen);
      mine.found.look(layout_, mine.seen);
    }

    std::string account(const thread_state& all) const {
      return std::to_string(all.moved) + " transfers, " + std::to_string(all.refused) +
             " refused, nothing amiss in " + std::to_string(all.found.audits) + " audits";
    }

    const double audit_share_;
    const std::int64_t auditors_;
    const double joint_share_;
    const bank_layout layout_;
    const order_source orders_;
    std::vector<thread_state> threads_;
    runtime runtime_;
    typename Subject::bank bank_;
  };

 private:
  static harness::condition_info share(std::string name, std::string description,
                                       std::vector<double> values) {
    return {.name = std::move(name),
            .unit = "fraction",
            .description = std::move(description),
            .default_values = std::move(values),
            .maximum = 1,
            .integer = false};
  }
  static harness::condition_info optional(harness::condition_info condition) {
    condition.optional = true;
    return condition;
  }
};

}  // namespace tussle::workloads
