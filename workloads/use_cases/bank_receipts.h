// bank_receipts.h (UC-3): is there a receipt for each transfer?
//
// Question:  what does it cost to write a receipt for each transfer that happens, and for no
//            other?
// Invariant: each customer gets one receipt for each of his transfers that happened, in order,
//            and none for one that was refused; each transfer happened once; a turnover, where
//            the bank keeps one, is what was moved.
// A failure means: a side effect was repeated by an attempt that ran again, was lost, or
//            belongs to nothing.
//
// A customer is a thread; he numbers the receipts that he is due. They may be written behind
// his back: he waits while `most_waiting` of his own are to be written.
#pragma once

#include <chrono>
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
#include "workloads/scenarios/account_of.h"
#include "workloads/scenarios/accounts.h"
#include "workloads/use_cases/receipt_book.h"

namespace tussle::workloads::use_cases {

struct bank_receipts {
  static harness::workload_info info() {
    return {
        .name = "bank_receipts",
        .question =
            "What does it cost to write one receipt for each transfer that happens?",
        .invariant =
            "One receipt for each transfer that happened, in its customer's order, and "
            "none for others.",
        .failure = "A receipt was written twice, was lost, or belongs to nothing.",
        .role = "bank",
        .conditions = {{.name = "accounts",
                        .unit = "accounts",
                        .description = "Accounts; all stand alone.",
                        .default_values = {2, 64},
                        .minimum = 2,
                        .maximum = 100'000,
                        .drawn_maximum = 64},
                       harness::threads_condition()}};
  }

  template <bank_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : layout_{static_cast<std::size_t>(values.count("accounts")), 0},
          orders_(layout_, 0, 0),
          book_(values.threads()),
          customers_(static_cast<std::size_t>(values.threads())),
          bank_(runtime_, layout_) {}

    void step(harness::worker& self) {
      const auto index = static_cast<std::size_t>(self.index());
      customer& mine = customers_[index];
      const transfer_order order = orders_.alone(self.random);
      if (!bank_.move(order, numbered_receipt(book_, index, mine.moved + 1))) return;
      ++mine.moved;
      mine.amount += order.amount;
      mine.weight += weight_moved(order);
      if (mine.moved - book_.written_for(index) >= most_waiting && mine.waits)
        mine.waits = wait_for_receipts(mine, index);
    }

    void settle() { bank_.finish(); }

    harness::verdict verify(const harness::tally& /*done*/) {
      std::int64_t moved = 0;
      std::int64_t written = 0;
      std::int64_t repeated = 0;
      std::int64_t amount = 0;
      std::uint64_t weight = weighed_opening(layout_);
      for (std::size_t i = 0; i < customers_.size(); ++i) {
        moved += customers_[i].moved;
        amount += customers_[i].amount;
        weight += customers_[i].weight;
        written += book_.written_for(i);
        repeated += book_.repeated_for(i);
      }
      std::vector<std::int64_t> seen(layout_.size());
      bank_.audit(seen);
      return with_account_of(
          bank_,
          harness::first_failure(
              {harness::expect_equal("receipts written once and in order", written,
                                     "transfers that happened", moved),
               harness::expect_equal("receipts repeated or out of order", repeated,
                                     "allowed", 0),
               harness::expect_equal("turnover", turnover_or(amount), "moved", amount),
               harness::expect_equal("weight of all balances",
                                     static_cast<std::int64_t>(weighed(seen)),
                                     "of the openings and what was moved",
                                     static_cast<std::int64_t>(weight))}));
    }

   private:
    struct alignas(harness::padding) customer {
      std::int64_t moved = 0;
      std::int64_t amount = 0;
      std::uint64_t weight = 0;
      bool waits = true;
    };

    static constexpr std::int64_t most_waiting = 1000;
    // Who got none for so long waits no more: they are lost.
    static constexpr std::chrono::seconds patience{2};

    // False: none came for too long.
    bool wait_for_receipts(const customer& due, std::size_t index) const {
      std::int64_t seen = book_.written_for(index);
      auto until = sync::clock::now() + patience;
      while (due.moved - seen > most_waiting / 2) {
        sync::yield();
        const std::int64_t now = book_.written_for(index);
        if (now != seen) until = sync::clock::now() + patience;
        if (now == seen && sync::clock::now() > until) return false;
        seen = now;
      }
      return true;
    }

    std::int64_t turnover_or(std::int64_t amount) const {
      if constexpr (requires { bank_.turnover(); }) amount = bank_.turnover();
      return amount;
    }

    const bank_layout layout_;
    const order_source orders_;
    receipt_book book_;
    std::vector<customer> customers_;
    runtime runtime_;
    typename Subject::bank bank_;
  };
};

}  // namespace tussle::workloads::use_cases
