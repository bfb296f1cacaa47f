// history_cell.h: does some order explain what every thread saw?
//
// Question:  do the operations on a shared value happen one after another, in real time?
// Invariant: some sequential order explains what every thread saw: every operation lies in
//            it between its call and its return.
// A failure means: a read was out of date, an update was lost, or a value came from nowhere.
//
// Every thread notes its first `operations` operations with the moments of call and return
// (harness/history), and goes on reading without notes. No thread gets far ahead of the
// others, or each would be done with its notes before the next had a core. So its rates say
// nothing of the subject.
// Every update writes a value of its own and learns what it replaced, so that the check
// needs no search.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/roles.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "harness/history/recorder.h"
#include "harness/history/verdict.h"

namespace tussle::workloads {

struct history_cell {
  static harness::workload_info info() {
    return {.name = "history_cell",
            .question =
                "Do the operations on a shared value happen one after another, in real "
                "time?",
            .invariant =
                "Some sequential order explains what every thread saw: every operation "
                "lies in it between its call and its return.",
            .failure =
                "A read was out of date, an update was lost, or a value came from "
                "nowhere.",
            .role = "cell",
            .conditions = {{.name = "read_share",
                            .unit = "fraction",
                            .description = "Share of the operations that only read.",
                            .default_values = {0.5},
                            .minimum = 0,
                            .maximum = 1,
                            .integer = false},
                           {.name = "operations",
                            .unit = "operations",
                            .description = "Operations that each thread notes.",
                            .default_values = {1000},
                            .minimum = 1,
                            .maximum = 100'000,
                            .optional = true},
                           harness::threads_condition()},
            .timed = false};
  }

  template <harness::cell_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : read_share_(values.fraction("read_share")),
          recorded_(values.threads(),
                    static_cast<std::size_t>(values.count("operations"))),
          threads_(static_cast<std::size_t>(values.threads())) {}

    void step(harness::worker& self) {
      history::recorder::lane& mine = recorded_.of(self.index());
      if (mine.is_full()) {
        static_cast<void>(shared_.load());
        return;
      }
      if (is_ahead(self.index())) {
        std::this_thread::yield();
        return;
      }
      note_one(mine, self);
      // Relaxed: it paces the threads and orders nothing.
      of(self.index()).noted.fetch_add(1, std::memory_order_relaxed);
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      return history::verdict_of(recorded_, {.kind = history::object_kind::cell});
    }

   private:
    // Values of different threads differ in the upper half.
    static constexpr int bits_of_updates = 32;
    static constexpr std::int64_t farthest_ahead = 64;  // operations

    struct alignas(harness::padding) thread_state {
      std::int64_t updates = 0;
      std::atomic<std::int64_t> noted{0};
    };

    thread_state& of(int index) { return threads_[static_cast<std::size_t>(index)]; }

    bool is_ahead(int index) {
      const std::int64_t mine = of(index).noted.load(std::memory_order_relaxed);
      return std::any_of(threads_.begin(), threads_.end(), [mine](const auto& each) {
        return each.noted.load(std::memory_order_relaxed) + farthest_ahead < mine;
      });
    }

    void note_one(history::recorder::lane& mine, harness::worker& self) {
      if (self.random.chance(read_share_)) {
        const std::size_t one = mine.begin(history::call::load);
        const std::int64_t seen = shared_.load();
        mine.end(one, history::outcome::returned, seen);
      } else {
        update(mine, self.index());
      }
    }

    void update(history::recorder::lane& mine, int index) {
      std::int64_t& done = of(index).updates;
      const std::int64_t next = ((index + std::int64_t{1}) << bits_of_updates) + ++done;
      std::int64_t replaced = 0;  // by the call whose result was installed: the last one
      const std::size_t one = mine.begin(history::call::exchange, next);
      shared_.update([next, &replaced](std::int64_t present) {
        replaced = present;
        return next;
      });
      mine.end(one, history::outcome::returned, replaced);
    }

    const double read_share_;
    history::recorder recorded_;
    std::vector<thread_state> threads_;
    alignas(harness::padding) typename Subject::template cell<std::int64_t> shared_{0};
  };
};

}  // namespace tussle::workloads
