// history_handover.h: does some order explain what those were told who put and those who took,
// when some are never told anything?
//
// Question:  does every put, every take and the closing happen at one moment, for everybody, of
//            a queue without room, too, and where some operations never end?
// Invariant: some sequential order explains what every thread was told: elements come out as
//            they went in, a put waits until there is room for its element, or who takes it, and
//            after the closing puts are refused, and takes give what is left and then nothing.
//            What was asked and never answered may have happened, or not.
// A failure means: the queue gives what it should not have, lets go of one who puts too early,
//            or tells a thing that did not happen.
//
// One queue a round. A step is one thread's part in it: four puts. Threads of the run take: each
// as soon as somebody has said that he puts, so that nobody waits whose counterpart stands
// between two steps. In every second round one thread closes the queue in the middle. In every
// third, of subjects that can begin a put without waiting for it, everybody's last one is such,
// and one element more is left there than there is room for: its put stays pending. And when the
// run ends, each of those who take begins one more take; what is not answered by then stays
// pending, whatever the queue says when it is closed to release them. As history_queue, it says
// nothing about speed.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "harness/history/recorder.h"
#include "harness/history/verdict.h"
#include "workloads/scenarios/history_queue.h"
#include "workloads/scenarios/producers_consumers.h"

namespace tussle::workloads {

template <typename S>
concept handover_subject = closable_queue_subject<S> && rendezvous_subject<S>;

struct history_handover {
  static harness::workload_info info() {
    return {
        .name = "history_handover",
        .question =
            "Does every put, every take and the closing happen at one moment, of a queue "
            "without room, too, and where some operations never end?",
        .invariant =
            "Some sequential order explains what every thread was told; what was never "
            "answered may have happened or not.",
        .failure =
            "The queue gives what it should not have, lets go of one who puts too early, "
            "or tells a thing that did not happen.",
        .role = "queue",
        .conditions = recorded_queue_conditions({0, 1, 4}),
        .timed = false};
  }

  template <handover_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : capacity_(static_cast<std::size_t>(values.count("capacity"))),
          putters_(static_cast<std::size_t>(values.threads())),
          recorded_(2 * values.threads(),
                    static_cast<std::size_t>(values.count("rounds")) *
                            (puts * putters_.size() + 1) +
                        1) {
      for (std::int64_t i = 0; i < values.count("rounds"); ++i)
        rounds_.emplace_back(capacity_);
      for (int i = 0; i < values.threads(); ++i)
        takers_.emplace_back([this, lane = values.threads() + i] { take_all(lane); });
    }
    ~run() { settle(); }
    run(const run&) = delete;
    run& operator=(const run&) = delete;

    void step(harness::worker& self) {
      if (is_through(self)) return std::this_thread::yield();
      const auto index = static_cast<std::size_t>(self.index());
      putter& mine = putters_[index];
      history::recorder::lane& lane = recorded_.of(self.index());
      for (std::size_t i = 0; i < puts; ++i) {
        if (i == puts / 2 && closes(index, mine.round)) close(lane, mine.round);
        announce(mine.round);
        const std::int64_t element = element_of(index, ++mine.put);
        if (i + 1 == puts && is_abandoned(mine.round)) {
          begin_put(lane, mine, element);
        } else {
          put(lane, mine.round, element);
        }
      }
      note_answers(lane, mine);
      ++mine.round;
    }

    // Whether this thread has nothing more to do.
    bool is_through(const harness::worker& self) const {
      return putters_[static_cast<std::size_t>(self.index())].round == rounds_.size();
    }

    // With nobody in a step.
    void settle() {
      if (takers_.empty()) return;
      while (!is_all_claimed()) std::this_thread::yield();
      for (std::size_t i = 0; i < putters_.size(); ++i)
        note_answers(recorded_.of(static_cast<int>(i)), putters_[i]);
      over_.store(true);
      announced_.fetch_add(1);
      announced_.notify_all();
      // What is told from here on is not noted: it would be of a closing that is not.
      for (queue_round& each : rounds_) each.queue.close();
      takers_.clear();  // joins
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      return history::verdict_of(
          recorded_, {.kind = history::object_kind::channel, .capacity = capacity_});
    }

    const history::recorder& recorded() const { return recorded_; }

   private:
    static constexpr std::size_t puts = 4;  // by each thread, in each round
    static constexpr bool may_begin =
        requires(typename Subject::queue queue, void (*answer)(bool)) {
      queue.begin_put(std::int64_t{1}, answer);
    };

    struct queue_round {
      explicit queue_round(std::size_t capacity) : queue(capacity) {}

      typename Subject::queue queue;
      std::atomic<std::size_t> announced{0};  // puts that are made, or will be at once
      std::atomic<std::size_t> claimed{0};    // takes, of which each is for one of these
      std::atomic<bool> is_closed{false};     // by a step, or will be at once
    };
    // A put that nobody waits for.
    struct begun_put {
      explicit begun_put(std::size_t which) : operation(which) {}

      const std::size_t operation;
      bool is_noted = false;
      std::atomic<history::outcome> answer{history::outcome::pending};
    };
    struct alignas(harness::padding) putter {
      std::size_t round = 0;
      std::int64_t put = 0;
      std::deque<begun_put> begun;
    };

    bool closes(std::size_t index, std::size_t round) const {
      return round % 2 == 1 && round / 2 % putters_.size() == index;
    }
    bool is_abandoned(std::size_t round) const { return may_begin && round % 3 == 2; }
    // Elements of one thread are in order, so the last one there is of a thread's last put: no
    // other put can be the one that waits on.
    std::size_t most_takes(std::size_t round) const {
      const std::size_t all = puts * putters_.size();
      return is_abandoned(round) ? all - std::min(all, capacity_ + 1) : all;
    }

    void announce(std::size_t which) {
      rounds_[which].announced.fetch_add(1);
      announced_.fetch_add(1);
      announced_.notify_all();
    }
    void close(history::recorder::lane& lane, std::size_t which) {
      const std::size_t one = lane.begin(history::call::close, 0, 0, key(which));
      rounds_[which].is_closed.store(true);
      rounds_[which].queue.close();
      lane.end(one, history::outcome::done);
    }
    void put(history::recorder::lane& lane, std::size_t which, std::int64_t element) {
      const std::size_t one = lane.begin(history::call::put, element, 0, key(which));
      lane.end(one, outcome_of(rounds_[which].queue.put(element)));
    }
    void begin_put(history::recorder::lane& lane, putter& mine, std::int64_t element) {
      if constexpr (may_begin) {
        begun_put& one = mine.begun.emplace_back(
            lane.begin(history::call::put, element, 0, key(mine.round)));
        rounds_[mine.round].queue.begin_put(
            element, [&one](bool accepted) { one.answer.store(outcome_of(accepted)); });
      }
    }
    // Later than they came: so they may have happened later, which hides some, but accuses
    // nobody.
    static void note_answers(history::recorder::lane& lane, putter& mine) {
      for (begun_put& each : mine.begun) {
        const history::outcome answer = each.answer.load();
        if (each.is_noted || answer == history::outcome::pending) continue;
        lane.end(each.operation, answer);
        each.is_noted = true;
      }
    }

    // One of the run's threads.
    void take_all(int index) {
      history::recorder::lane& lane = recorded_.of(index);
      std::size_t first = 0;
      while (!over_.load()) {
        const std::int64_t seen = announced_.load();
        while (first < rounds_.size() &&
               rounds_[first].claimed.load() >= most_takes(first))
          ++first;
        const std::optional<std::size_t> which = claimed_from(first);
        if (which) {
          take(lane, *which);
        } else if (!over_.load()) {
          announced_.wait(seen);
        }
      }
      // One more, whose only possible answer is an element that some put has left.
      const std::size_t last = std::min(first, rounds_.size() - 1);
      const std::size_t one = lane.begin(history::call::take, 0, 0, key(last));
      if (const auto taken = rounds_[last].queue.take(); taken)
        lane.end(one, history::outcome::returned, *taken);
    }
    // Those who take have come to the last put.
    bool is_all_claimed() const {
      for (std::size_t i = 0; i < rounds_.size(); ++i) {
        const std::size_t all = std::min(rounds_[i].announced.load(), most_takes(i));
        if (rounds_[i].claimed.load() < all) return false;
      }
      return true;
    }
    // The round of a put that has been announced and that nobody takes yet.
    std::optional<std::size_t> claimed_from(std::size_t first) {
      for (std::size_t i = first; i < rounds_.size(); ++i) {
        std::atomic<std::size_t>& claimed = rounds_[i].claimed;
        std::size_t seen = claimed.load();
        while (seen < std::min(rounds_[i].announced.load(), most_takes(i))) {
          if (claimed.compare_exchange_weak(seen, seen + 1)) return i;
        }
      }
      return std::nullopt;
    }
    void take(history::recorder::lane& lane, std::size_t which) {
      const std::size_t one = lane.begin(history::call::take, 0, 0, key(which));
      const std::optional<std::int64_t> taken = rounds_[which].queue.take();
      // Released by `settle`, not answered: stays pending. A round that a step has closed was
      // closed before the run was over, however late that is noted.
      if (!taken && over_.load() && !rounds_[which].is_closed.load()) return;
      lane.end(one, taken ? history::outcome::returned : history::outcome::closed,
               taken.value_or(0));
    }

    static history::outcome outcome_of(bool accepted) {
      return accepted ? history::outcome::yes : history::outcome::closed;
    }
    static std::int64_t key(std::size_t round) {
      return static_cast<std::int64_t>(round);
    }

    const std::size_t capacity_;
    std::vector<putter> putters_;  // outlive the queues, which may answer late
    history::recorder recorded_;
    std::deque<queue_round> rounds_;
    std::atomic<std::int64_t> announced_{0};
    std::atomic<bool> over_{false};
    std::vector<std::jthread> takers_;
  };
};

}  // namespace tussle::workloads
