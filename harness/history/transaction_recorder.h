// transaction_recorder.h: notes what threads' transactions see and write, and when.
//
//   transaction_recorder all(threads, transactions_per_thread);
//   transaction_recorder::lane& mine = all.of(thread);
//   mine.begin();
//   store.transact([&](auto& view) {
//     mine.attempt();                           // the body begins, maybe again
//     const version_id seen = mine.read(key, view.read(key));
//     view.write(key, mine.write(key, seen));   // a version that nobody else writes
//   });
//   mine.end(ending::committed);
//
// Each thread writes into room of its own. Attempts that ran again are kept as aborted, as far
// as there is room: somebody may have seen what they wrote.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "harness/case/worker.h"
#include "harness/history/stamp_clock.h"
#include "harness/history/transaction.h"

namespace tussle::history {

class transaction_recorder {
 public:
  class alignas(harness::padding) lane {
   public:
    lane(int thread, std::size_t room, stamp_clock& clock)
        : thread_(thread), room_(room), clock_(clock) {
      noted_.reserve(2 * room);
      now_.thread = thread;
    }

    // Requires: not full.
    bool is_full() const { return ended_ == room_; }

    void begin() {
      now_.accesses.clear();
      now_.began = clock_.invocation();
    }
    // Forgets, or keeps as aborted, what an attempt before has done.
    void attempt() {
      if (writes_anything() && noted_.size() + (room_ - ended_) < noted_.capacity())
        note(ending::aborted);
      now_.accesses.clear();
    }
    version_id read(std::int64_t key, version_id seen) {
      now_.accesses.push_back({.key = key, .version = seen});
      return seen;
    }
    // Returns the version that is to be written where `replaced` was seen.
    version_id write(std::int64_t key, version_id replaced) {
      const version_id fresh = version_of(thread_, ++written_);
      now_.accesses.push_back(
          {.key = key, .is_write = true, .version = fresh, .replaced = replaced});
      return fresh;
    }
    void end(ending how) {
      note(how);
      ++ended_;
    }

    const transactions& noted() const { return noted_; }

   private:
    bool writes_anything() const {
      for (const access& each : now_.accesses) {
        if (each.is_write) return true;
      }
      return false;
    }
    void note(ending how) {
      now_.ended = clock_.response();
      now_.how = how;
      noted_.push_back(now_);
    }

    const int thread_;
    const std::size_t room_;
    stamp_clock& clock_;
    transaction now_;
    transactions noted_;
    std::size_t ended_ = 0;
    std::int64_t written_ = 0;
  };

  transaction_recorder(int threads, std::size_t room,
                       stamp_source source = stamp_clock::best())
      : clock_(source) {
    for (int i = 0; i < threads; ++i)
      lanes_.push_back(std::make_unique<lane>(i, room, clock_));
  }

  lane& of(int thread) { return *lanes_[static_cast<std::size_t>(thread)]; }
  stamp_source source() const { return clock_.source(); }

  // Thread by thread. Called when the threads have ended.
  transactions all() const {
    transactions found;
    for (const auto& each : lanes_)
      found.insert(found.end(), each->noted().begin(), each->noted().end());
    return found;
  }

 private:
  stamp_clock clock_;
  std::vector<std::unique_ptr<lane>> lanes_;
};

}  // namespace tussle::history
