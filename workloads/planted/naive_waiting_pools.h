// naive_waiting_pools.h (planted): a pool of UC-5 that wakes too few.
//
// wakes_at_first: a release notifies only if the pool was empty: of two handles that come back
//                 before anybody woke, the second is told nobody, and the second who waits
//                 sleeps on.
// The mend:       subjects/waiting_pools.h.
// Must be caught by: verification of waiting_pool, with more threads than handles.
//
// Nobody sleeps for ever: who finds a handle when he gives up, after some milliseconds, says
// so.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "harness/case/case_info.h"
#include "workloads/subjects/waiting_pools.h"
#include "workloads/use_cases/resources.h"

namespace tussle::workloads::planted {

struct wakes_at_first {
  static constexpr bool waits = true;

  static harness::subject_info info() {
    return {.name = "wakes_at_first",
            .kind = harness::subject_kind::planted,
            .description = "A release that notifies only if the pool was empty.",
            .source = "workloads/planted/naive_waiting_pools.h",
            .breaks_invariant = harness::expectation::may};
  }

  class pool : public subjects::condition_pool::pool {
   public:
    using subjects::condition_pool::pool::pool;

    use_cases::handle acquire(std::size_t holder) {
      std::unique_lock held(lock_);
      ++acquiring_;
      while (free_.empty()) {
        if (returned_.wait_for(held, patience) == std::cv_status::timeout &&
            !free_.empty())
          slept_in_vain_.fetch_add(1);
      }
      return lend(holder);
    }
    bool release(use_cases::handle which, std::size_t holder) {
      const std::lock_guard held(lock_);
      return release_locked(which, holder);
    }
    std::int64_t slept_in_vain() const { return slept_in_vain_.load(); }

   protected:  // for the test that forces it
    bool release_locked(use_cases::handle which, std::size_t holder) {
      const bool was_empty = free_.empty();
      if (!take_back(which, holder)) return false;
      if (was_empty) returned_.notify_one();
      return true;
    }

    std::int64_t acquiring_ = 0;  // or have acquired

   private:
    static constexpr std::chrono::milliseconds patience{5};

    std::atomic<std::int64_t> slept_in_vain_{0};
  };
};

}  // namespace tussle::workloads::planted
