// recorder.h: notes what threads do to an object, and when.
//
//   recorder all(threads, operations_per_thread);
//   recorder::lane& mine = all.of(thread);
//   const auto one = mine.begin(call::exchange, 7);   // stamps the invocation
//   const value old = cell.exchange(7);
//   mine.end(one, outcome::returned, old);               // stamps the response
//
// Each thread writes into room of its own that was there before: recording touches nothing
// that another thread touches, except the shared counter where that is the clock.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "harness/case/worker.h"
#include "harness/history/operation.h"
#include "harness/history/stamp_clock.h"

namespace tussle::history {

class recorder {
 public:
  class alignas(harness::padding) lane {
   public:
    lane(int thread, std::size_t room, stamp_clock& clock)
        : thread_(thread), clock_(clock) {
      operations_.reserve(room);
    }

    bool is_full() const { return operations_.size() == operations_.capacity(); }

    // Requires: not full. Returns what `end` is told.
    std::size_t begin(call what, value argument = 0, value expected = 0,
                      std::int64_t key = 0) {
      operations_.push_back({.thread = thread_,
                             .what = what,
                             .argument = argument,
                             .expected = expected,
                             .key = key});
      operations_.back().invoked = clock_.invocation();
      return operations_.size() - 1;
    }

    // Without it the operation stays pending.
    void end(std::size_t which, outcome how, value result = 0) {
      const stamp now = clock_.response();
      operation& one = operations_[which];
      one.returned = now;
      one.how = how;
      one.result = result;
    }

    const history& operations() const { return operations_; }

   private:
    const int thread_;
    stamp_clock& clock_;
    history operations_;
  };

  recorder(int threads, std::size_t room, stamp_source source = stamp_clock::best())
      : clock_(source) {
    for (int i = 0; i < threads; ++i) {
      lanes_.push_back(std::make_unique<lane>(i, room, clock_));
    }
  }

  lane& of(int thread) { return *lanes_[static_cast<std::size_t>(thread)]; }
  stamp_source source() const { return clock_.source(); }

  // All operations, thread by thread. Called when the threads have ended.
  history operations() const {
    history all;
    for (const auto& each : lanes_) {
      all.insert(all.end(), each->operations().begin(), each->operations().end());
    }
    return all;
  }

 private:
  stamp_clock clock_;
  std::vector<std::unique_ptr<lane>> lanes_;
};

}  // namespace tussle::history
