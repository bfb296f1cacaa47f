// history_one_shot.h: does some order explain what deliveries and receivers were told?
//
// Question:  does a value that is handed over once happen at one moment, for everybody?
// Invariant: some sequential order explains what every thread was told: of the deliveries to
//            a one-shot the first one wins, and every get returns its value and ends after it
//            has begun.
// A failure means: two deliveries won or none did, or somebody got a value that lost, or of
//            another one-shot.
//
// One one-shot a round. In each round one thread delivers for certain, half of the others as
// well, and all get. A get is not called before a delivery is on its way, so that nobody waits
// for a thread that has been told to stop. Every thread notes what it calls (harness/history);
// when the rounds are over it does nothing. So its rates say nothing of the subject.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "harness/history/recorder.h"
#include "harness/history/verdict.h"
#include "workloads/scenarios/one_shot.h"

namespace tussle::workloads {

struct history_one_shot {
  static harness::workload_info info() {
    return {
        .name = "history_one_shot",
        .question =
            "Does a value that is handed over once happen at one moment, for everybody?",
        .invariant =
            "Some sequential order explains what every thread was told: the first "
            "delivery wins, and every get returns its value.",
        .failure =
            "Two deliveries won or none did, or somebody got a value that lost, or of "
            "another one-shot.",
        .role = "one_shot",
        .conditions = {{.name = "rounds",
                        .unit = "one-shots",
                        .description = "One-shots that are delivered to and waited for.",
                        .default_values = {500},
                        .minimum = 1,
                        .maximum = 20'000,
                        .optional = true},
                       harness::threads_condition()},
        .timed = false};
  }

  template <one_shot_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : rounds_(static_cast<std::size_t>(values.count("rounds"))),
          recorded_(values.threads(), 2 * rounds_.size()),
          threads_(static_cast<std::size_t>(values.threads())) {}

    void step(harness::worker& self) {
      const auto index = static_cast<std::size_t>(self.index());
      thread_state& mine = threads_[index];
      if (is_through(self)) return std::this_thread::yield();
      round& now = rounds_[mine.round];
      history::recorder::lane& lane = recorded_.of(self.index());
      const bool must_deliver = mine.round % threads_.size() == index;
      if (!mine.has_delivered && (must_deliver || self.random() % 2 == 0)) {
        mine.has_delivered = true;
        return deliver(lane, mine.round, self.index());
      }
      mine.has_delivered = true;  // or has decided not to
      // Relaxed: only when to begin; what is handed over goes by the one-shot.
      if (!now.begun.load(std::memory_order_relaxed)) return std::this_thread::yield();
      get(lane, mine.round);
      ++mine.round;
      mine.has_delivered = false;
    }

    // Whether this thread has nothing more to do.
    bool is_through(const harness::worker& self) const {
      return threads_[static_cast<std::size_t>(self.index())].round == rounds_.size();
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      return history::verdict_of(recorded_, {.kind = history::object_kind::one_shot});
    }

   private:
    struct alignas(harness::padding) thread_state {
      std::size_t round = 0;
      bool has_delivered = false;
    };
    struct round {
      typename Subject::shot shot;
      std::atomic<bool> begun{false};
    };

    // A value of its own for each thread in each round.
    void deliver(history::recorder::lane& lane, std::size_t number, int index) {
      const auto key = static_cast<std::int64_t>(number);
      const std::int64_t value =
          key * static_cast<std::int64_t>(threads_.size()) + index + 1;
      rounds_[number].begun.store(true, std::memory_order_relaxed);
      const std::size_t one = lane.begin(history::call::deliver, value, 0, key);
      const bool won = rounds_[number].shot.deliver(value);
      lane.end(one, won ? history::outcome::yes : history::outcome::no);
    }

    void get(history::recorder::lane& lane, std::size_t number) {
      const std::size_t one =
          lane.begin(history::call::get, 0, 0, static_cast<std::int64_t>(number));
      const std::int64_t got = rounds_[number].shot.get();
      lane.end(one, history::outcome::returned, got);
    }

    std::vector<round> rounds_;
    history::recorder recorded_;
    std::vector<thread_state> threads_;
  };
};

}  // namespace tussle::workloads
