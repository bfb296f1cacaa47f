// resource_pool.h (UC-5): has everything that is lent one holder, and is nothing lost?
//
// Question:  what does it cost to lend things out and to get them back?
// Invariant: nobody uses what another one uses; in a look no handle is free and lent, or
//            there twice, and at the end each is free; a second release is refused; who
//            throws while he holds something gives it back.
// A failure means: two had the same handle, one was lost, or resources were made that nobody
//            knows.
//
// In the variant that does not wait, acquire gives none of an empty pool, and the step is over:
// with fewer handles than threads many a step gets none. `waiting_pool` is the other one:
// nobody gets none, and nobody sleeps while something is free.
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
#include "primitives/sync/schedule_point.h"
#include "workloads/scenarios/account_of.h"
#include "workloads/use_cases/resources.h"

namespace tussle::workloads::use_cases {

struct resource_pool {
  static harness::workload_info info() {
    return {
        .name = "resource_pool",
        .question = "What does it cost to lend things out and to get them back?",
        .invariant =
            "Nobody uses what another one uses; no handle is free and lent in a look; "
            "at the end all are there; a second release is refused.",
        .failure =
            "Two had the same handle, one was lost, or resources were made that "
            "nobody knows.",
        .role = "pool",
        .conditions = {{.name = "handles",
                        .unit = "handles",
                        .description = "How many can be lent at a time.",
                        .default_values = {1, 8},
                        .minimum = 1,
                        .maximum = 1000,
                        .drawn_maximum = 16},
                       {.name = "look_share",
                        .unit = "fraction",
                        .description = "Share of steps that look at everything.",
                        .default_values = {0.01},
                        .maximum = 1,
                        .integer = false},
                       {.name = "hold",
                        .unit = "work units",
                        .description = "Work while the handle is held.",
                        .default_values = {0},
                        .maximum = 1'000'000,
                        .optional = true,
                        .drawn_maximum = 1000},
                       harness::threads_condition()},
        .operations = {"use", "look"}};
  }

  template <pool_subject Subject, bool Waits = false>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : handles_(static_cast<std::size_t>(values.count("handles"))),
          look_share_(values.fraction("look_share")),
          hold_(values.has("hold") ? values.count("hold") : 0),
          threads_(static_cast<std::size_t>(values.threads())),
          pool_(maker_, handles_) {}

    // Returns which of the operations it was.
    std::size_t step(harness::worker& self) {
      const auto holder = static_cast<std::size_t>(self.index());
      thread_state& mine = threads_[holder];
      if (self.random.chance(look_share_)) {
        look(mine);
        return 1;
      }
      if (self.random.chance(twice_share)) {
        release_twice(mine, holder);
      } else {
        use(mine, holder, self.random.chance(throw_share));
      }
      return 0;
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      thread_state all;
      for (const thread_state& each : threads_) all.add(each);
      look(all);
      return with_account_of(
          pool_,
          harness::first_failure(
              {harness::verdict::pass(account(all)),
               none("handles lent to two", all.shared),
               none("handles free and lent, or twice", all.doubled),
               none("looks with more handles than the pool has", all.too_many),
               none("acquires that did not wait", Waits ? all.found_none : 0),
               none("threads that slept while something was free", slept_in_vain()),
               none("releases that were refused", all.refused),
               none("second releases that were not refused", all.taken_twice),
               harness::expect_equal("handles lent at the end", count(all.seen.lent),
                                     "allowed", 0),
               harness::expect_equal("resources there are", maker_.live(),
                                     "handles in the pool", count(all.seen.free))}));
    }

   private:
    struct failed_while_holding {};

    struct alignas(harness::padding) thread_state {
      void add(const thread_state& other) {
        used += other.used;
        found_none += other.found_none;
        shared += other.shared;
        refused += other.refused;
        taken_twice += other.taken_twice;
        looks += other.looks;
        doubled += other.doubled;
        too_many += other.too_many;
      }

      std::int64_t used = 0;
      std::int64_t found_none = 0;
      std::int64_t shared = 0;
      std::int64_t refused = 0;
      std::int64_t taken_twice = 0;
      std::int64_t looks = 0;
      std::int64_t doubled = 0;
      std::int64_t too_many = 0;
      pool_view seen;  // by its looks, used again
    };

    static constexpr double twice_share = 1.0 / 16;
    static constexpr double throw_share = 1.0 / 64;

    std::int64_t slept_in_vain() const {
      if constexpr (requires { pool_.slept_in_vain(); }) {
        return pool_.slept_in_vain();
      } else {
        return 0;
      }
    }
    static harness::verdict none(const std::string& what, std::int64_t found) {
      return harness::expect_equal(what, found, "allowed", 0);
    }
    static std::int64_t count(const std::vector<handle>& all) {
      return static_cast<std::int64_t>(all.size());
    }

    void use(thread_state& mine, std::size_t holder, bool fails) {
      const auto work = [&](handle held) {
        note_use(mine, held);
        if (fails) throw failed_while_holding();
      };
      try {
        bool got = false;
        if constexpr (requires { pool_.use(holder, work); }) {
          got = pool_.use(holder, work);
        } else {
          const lease<typename Subject::pool> mine_for_now(pool_, holder);
          got = !mine_for_now.held().is_none();
          if (got) work(mine_for_now.held());
        }
        mine.found_none += got ? 0 : 1;
      } catch (const failed_while_holding&) {  // the scope has given it back
      }
    }

    void release_twice(thread_state& mine, std::size_t holder) {
      const handle held = pool_.acquire(holder);
      if (held.is_none()) {
        ++mine.found_none;
        return;
      }
      note_use(mine, held);
      mine.refused += pool_.release(held, holder) ? 0 : 1;
      mine.taken_twice += pool_.release(held, holder) ? 1 : 0;
    }

    void note_use(thread_state& mine, handle held) {
      const bool alone = held->begin_use();
      sync::schedule_point("resource_pool.in_use");
      harness::work(hold_);
      if (alone) held->end_use();
      mine.shared += alone ? 0 : 1;
      ++mine.used;
    }

    void look(thread_state& mine) {
      pool_view& seen = mine.seen;
      seen.free.clear();
      seen.lent.clear();
      pool_.look(seen);
      std::vector<handle> all = seen.free;
      all.insert(all.end(), seen.lent.begin(), seen.lent.end());
      std::sort(all.begin(), all.end());
      const std::int64_t different = std::unique(all.begin(), all.end()) - all.begin();
      mine.doubled += count(all) - different;
      mine.too_many += different > static_cast<std::int64_t>(handles_) ? 1 : 0;
      ++mine.looks;
    }

    std::string account(const thread_state& all) const {
      return std::to_string(all.used) + " uses, " + std::to_string(all.found_none) +
             " found none, nothing amiss " + "in " + std::to_string(all.looks) + " looks";
    }

    const std::size_t handles_;
    const double look_share_;
    const std::int64_t hold_;
    std::vector<thread_state> threads_;
    resource_maker maker_;
    typename Subject::pool pool_;
  };
};

// A pool of which acquire waits.
template <typename S>
concept waiting_pool_subject = pool_subject<S> && requires {
  requires S::waits;
};

struct waiting_pool {
  static harness::workload_info info() {
    harness::workload_info told = resource_pool::info();
    told.name = "waiting_pool";
    told.question = "What does it cost to lend things out, and to wait for them?";
    told.invariant =
        "Nobody uses what another one uses; who waits gets something, and nobody sleeps "
        "while something is free.";
    told.failure = "Two had the same handle, one was lost, or somebody slept on.";
    return told;
  }

  template <waiting_pool_subject Subject>
  using run = resource_pool::run<Subject, true>;
};

}  // namespace tussle::workloads::use_cases
