// call_order_table.h (planted): dining philosophers who all take the left fork first.
//
// What is wrong: each may hold what his neighbour waits for, all around the table.
// The mend:      subjects/tables.h: the fork with the smaller number first; or
//                std::scoped_lock; or both in one transaction.
// Must be caught by: the watchdog, which names the threads and the locks, and mode sim, which
//                says who waits for whom.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/watchdog/watched.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/per_thread.h"
#include "workloads/scenarios/forks.h"

namespace tussle::workloads::planted {

struct call_order_table {
  static harness::subject_info info() {
    return {.name = "call_order_table",
            .kind = harness::subject_kind::planted,
            .description = "All take the left fork first: the table stands still.",
            .source = "workloads/planted/call_order_table.h",
            .on_seam = true};
  }

  class table {
   public:
    explicit table(std::size_t seats) : forks_(seats) {}

    template <typename Meal>
    void eat(std::size_t seat, const Meal& meal) {
      const two_forks mine = forks_of(seat, forks_.size());
      take_left_then_right(forks_[mine.left], forks_[mine.right], meal);
    }

   private:
    struct fork {
      sync::mutex lock;
    };

    // Not inlined: stacks tell it.
    template <typename Meal>
    [[gnu::noinline]] static void take_left_then_right(fork& left, fork& right,
                                                       const Meal& meal) {
      const sync::mutex_lock first(left.lock);
      sync::yield();  // what happens now and then, often
      const sync::mutex_lock second(right.lock);
      meal();
    }

    std::vector<fork> forks_;
    const watchdog::named first_name_{&forks_[0].lock, "fork 0"};
    const watchdog::named second_name_{&forks_[1].lock, "fork 1"};
  };
};

}  // namespace tussle::workloads::planted
