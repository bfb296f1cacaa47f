// history_queue.h: does some order explain what those were told who put and took?
//
// Question:  does every put into a bounded queue, every take and the closing happen at one
//            moment, for everybody?
// Invariant: some sequential order explains what every thread was told: elements come out as
//            they went in, never more are inside than there is room for, and after the closing
//            puts are refused, and takes give what is left and then nothing.
// A failure means: the queue gives what it should not have, or refuses what it has, in a way
//            that depends on who comes when.
//
// One queue a round. A step is one thread's part in it: it puts and takes in turn, and leaves
// nothing behind. So nobody waits for ever: as long as somebody waits for room, others have put
// and will take yet. In the middle of every other round one thread closes the queue. Every
// thread notes what it calls (harness/history); when the rounds are over it does nothing. So
// its rates say nothing of the subject.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "harness/history/recorder.h"
#include "harness/history/verdict.h"
#include "workloads/scenarios/producers_consumers.h"

namespace tussle::workloads {

// What a workload that records rounds of queues asks for; `capacities` in elements, the least
// first: no run may ask for less.
inline std::vector<harness::condition_info> recorded_queue_conditions(
    std::vector<double> capacities) {
  const double least = capacities.front();
  return {{.name = "capacity",
           .unit = "elements",
           .description = "How many elements a queue has room for.",
           .default_values = std::move(capacities),
           .minimum = least,
           .maximum = 64},
          {.name = "rounds",
           .unit = "queues",
           .description = "Queues that are put into and taken from.",
           .default_values = {100},
           .minimum = 1,
           .maximum = 2000,
           .optional = true,
           .drawn_maximum = 200},
          harness::threads_condition()};
}

// One that may be closed while others put.
template <typename S>
concept closable_queue_subject = queue_subject<S> && requires {
  requires S::may_be_closed_by_others;
};

struct history_queue {
  static harness::workload_info info() {
    return {
        .name = "history_queue",
        .question =
            "Does every put, every take and the closing of a bounded queue happen "
            "at one moment, for everybody?",
        .invariant =
            "Some sequential order explains what every thread was told, with never more "
            "elements inside than there is room for.",
        .failure = "The queue gives what it should not have, or refuses what it has.",
        .role = "queue",
        .conditions = recorded_queue_conditions({1, 4}),
        .timed = false};
  }

  template <closable_queue_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : capacity_(static_cast<std::size_t>(values.count("capacity"))),
          recorded_(values.threads(),
                    static_cast<std::size_t>(values.count("rounds")) * (2 * pairs + 1)),
          threads_(static_cast<std::size_t>(values.threads())) {
      const std::int64_t rounds = values.count("rounds");
      for (std::int64_t i = 0; i < rounds; ++i) queues_.emplace_back(capacity_);
    }

    void step(harness::worker& self) {
      if (is_through(self)) return std::this_thread::yield();
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      history::recorder::lane& lane = recorded_.of(self.index());
      const auto round = static_cast<std::int64_t>(mine.round);
      for (std::size_t pair = 0; pair < pairs; ++pair) {
        if (pair == pairs / 2 && closes(self, mine.round)) close(lane, round);
        put(lane, round, element_of(static_cast<std::size_t>(self.index()), ++mine.put));
        take(lane, round);
      }
      ++mine.round;
    }

    // Whether this thread has nothing more to do.
    bool is_through(const harness::worker& self) const {
      return threads_[static_cast<std::size_t>(self.index())].round == queues_.size();
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      return history::verdict_of(
          recorded_, {.kind = history::object_kind::channel, .capacity = capacity_});
    }

   private:
    static constexpr std::size_t pairs = 4;  // of a put and a take, by each thread

    struct alignas(harness::padding) thread_state {
      std::size_t round = 0;
      std::int64_t put = 0;
    };

    bool closes(const harness::worker& self, std::size_t round) const {
      return round % 2 == 1 &&
             round / 2 % threads_.size() == static_cast<std::size_t>(self.index());
    }

    void close(history::recorder::lane& lane, std::int64_t round) {
      const std::size_t one = lane.begin(history::call::close, 0, 0, round);
      queue_of(round).close();
      lane.end(one, history::outcome::done);
    }
    void put(history::recorder::lane& lane, std::int64_t round, std::int64_t element) {
      const std::size_t one = lane.begin(history::call::put, element, 0, round);
      const bool accepted = queue_of(round).put(element);
      lane.end(one, accepted ? history::outcome::yes : history::outcome::closed);
    }
    void take(history::recorder::lane& lane, std::int64_t round) {
      const std::size_t one = lane.begin(history::call::take, 0, 0, round);
      const std::optional<std::int64_t> taken = queue_of(round).take();
      lane.end(one, taken ? history::outcome::returned : history::outcome::closed,
               taken.value_or(0));
    }

    typename Subject::queue& queue_of(std::int64_t round) {
      return queues_[static_cast<std::size_t>(round)];
    }

    const std::size_t capacity_;
    std::deque<typename Subject::queue> queues_;
    history::recorder recorded_;
    std::vector<thread_state> threads_;
  };
};

}  // namespace tussle::workloads
