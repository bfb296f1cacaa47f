// dining.h: does everybody get two things that others want, too?
//
// Question:  what does it cost to take two of several things at once, in a ring where each has
//            two takers? (Dijkstra's dining philosophers.)
// Invariant: no fork is in two hands; each meal that was asked for is eaten once; nobody waits
//            for ever.
// A failure means: two took the same fork, or (the watchdog says so) each waited for his
//            neighbour.
//
// A step is a meal, at any seat: philosophers are threads that sit down where they like, two
// at one seat as well. Where two philosophers need not meet, as with 64 seats, it is the cost
// of taking two things that nobody else wants.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/scenarios/account_of.h"
#include "workloads/scenarios/forks.h"

namespace tussle::workloads {

struct dining {
  static harness::workload_info info() {
    return {.name = "dining",
            .question =
                "What does it cost to take two of several things at once, in a ring "
                "where each has two takers?",
            .invariant =
                "No fork is in two hands, each meal is eaten once, and nobody waits for "
                "ever.",
            .failure = "Two took the same fork, or each waited for his neighbour.",
            .role = "table",
            .conditions = {{.name = "seats",
                            .unit = "seats",
                            .description = "Seats, and forks, around the table.",
                            .default_values = {2, 5, 64},
                            .minimum = 2,
                            .maximum = 64,
                            .drawn_maximum = 16},
                           {.name = "hold",
                            .unit = "work units",
                            .description = "How long a meal takes.",
                            .default_values = {0},
                            .maximum = 1'000'000,
                            .optional = true,
                            .drawn_maximum = 1000},
                           harness::threads_condition()}};
  }

  template <table_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : seats_(static_cast<std::size_t>(values.count("seats"))),
          hold_(values.has("hold") ? values.count("hold") : 0),
          threads_(static_cast<std::size_t>(values.threads())),
          forks_(seats_),
          table_(seats_) {}

    void step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      const std::size_t seat = (self.random() >> 32) % seats_;
      ++mine.asked;
      table_.eat(seat, [&] { eat(mine, forks_of(seat, seats_)); });
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      thread_state all;
      for (const thread_state& each : threads_) {
        all.asked += each.asked;
        all.eaten += each.eaten;
        all.shared += each.shared;
      }
      return with_account_of(
          table_,
          harness::first_failure(
              {harness::verdict::pass(account(all)),
               harness::expect_equal("forks in two hands", all.shared, "allowed", 0),
               harness::expect_equal("meals eaten", all.eaten, "asked for", all.asked)}));
    }

   private:
    struct alignas(harness::padding) thread_state {
      std::int64_t asked = 0;
      std::int64_t eaten = 0;
      std::int64_t shared = 0;
    };
    struct alignas(harness::padding) fork {
      bool take() { return !is_held.exchange(true); }
      std::atomic<bool> is_held{false};
    };

    void eat(thread_state& mine, two_forks with) {
      const bool left = forks_[with.left].take();
      const bool right = forks_[with.right].take();
      sync::schedule_point("dining.meal");
      harness::work(hold_);
      if (left) forks_[with.left].is_held.store(false);
      if (right) forks_[with.right].is_held.store(false);
      mine.shared += (left ? 0 : 1) + (right ? 0 : 1);
      ++mine.eaten;
    }

    std::string account(const thread_state& all) const {
      return std::to_string(all.eaten) + " meals, no fork in two hands";
    }

    const std::size_t seats_;
    const std::int64_t hold_;
    std::vector<thread_state> threads_;
    std::vector<fork> forks_;  // what is known of them beside the subject
    typename Subject::table table_;
  };
};

}  // namespace tussle::workloads
