// producers_consumers.h: what does it cost to hand elements from some threads to others?
//
// Question:  what does it cost to hand elements through a bounded queue, and to wait for each
//            other?
// Invariant: every element that was accepted is taken once, those of one producer in the order
//            put, but of a subject that says why not; never more are in the queue than it has room for; closed, it gives what is
//            in it and then no more.
// A failure means: an element was lost or repeated or overtook another, somebody slept for
//            ever, or memory grows with whoever is faster.
//
// The threads of the team are the producers; a step is one put. The consumers are the run's:
// threads, or what the subject has instead. `rendezvous` is the same without any room: a put
// ends when its element was taken.
#pragma once

#include <concepts>
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
#include "workloads/scenarios/queued_elements.h"

namespace tussle::workloads {

template <typename S>
concept queue_subject = std::constructible_from<typename S::queue, std::size_t> &&
    requires(typename S::queue queue, std::int64_t element) {
  // All but the constructor from any threads at once.
  { queue.put(element) } -> std::same_as<bool>;  // waits for room; false: closed
  // Waits; nothing: closed, and nothing left.
  { queue.take() } -> std::same_as<std::optional<std::int64_t>>;
  queue.close();
};

// Elements of one producer may change places, for a reason that the subject's description says.
template <typename S>
concept overtaking_subject = queue_subject<S> && requires {
  requires S::may_overtake;
};

// A queue of capacity zero hands over without keeping.
template <typename S>
concept rendezvous_subject = queue_subject<S> && requires {
  requires S::may_have_no_room;
};

template <queue_subject Subject>
class queue_run {
 public:
  queue_run(std::size_t capacity, int producers, std::size_t consumers)
      : capacity_(static_cast<std::int64_t>(capacity)),
        put_(static_cast<std::size_t>(producers)),
        queue_(capacity) {
    for (std::size_t i = 0; i < put_.size(); ++i) accepted_.emplace_back(0);
    for (std::size_t i = 0; i < consumers; ++i) taken_.emplace_back(put_.size());
    start_consumers();
  }
  ~queue_run() { settle(); }
  queue_run(const queue_run&) = delete;
  queue_run& operator=(const queue_run&) = delete;

  void step(harness::worker& self) {
    const auto index = static_cast<std::size_t>(self.index());
    producer& mine = put_[index];
    const std::int64_t element = element_of(index, mine.sequence + 1);
    if (!queue_.put(element)) {
      ++mine.refused;
      return;
    }
    ++mine.sequence;
    accepted_[index].add(element);
    if (mine.sequence % puts_between_looks == 0 && holds_too_many()) ++mine.crowded;
  }

  void settle() {
    queue_.close();
    threads_.clear();  // joins
    if constexpr (has_own_consumers) queue_.wait_for_consumers();
  }

  harness::verdict verify(const harness::tally& /*done*/) {
    std::int64_t refused = 0;
    std::int64_t crowded = 0;
    for (const producer& each : put_) {
      refused += each.refused;
      crowded += each.crowded;
    }
    return harness::first_failure(
        {overtaking_subject<Subject> ? all_taken_once(accepted_, taken_)
                                     : all_taken_once_in_order(accepted_, taken_),
         harness::expect_equal("puts refused while it was open", refused, "allowed", 0),
         harness::expect_equal("looks that found more than there is room for", crowded,
                               "allowed", 0),
         harness::expect_equal("threads that slept although they could go on",
                               slept_in_vain(), "allowed", 0)});
  }

 private:
  static constexpr std::int64_t puts_between_looks = 64;
  static constexpr bool has_own_consumers = requires(typename Subject::queue queue) {
    queue.wait_for_consumers();
  };

  struct alignas(harness::padding) producer {
    std::int64_t sequence = 0;
    std::int64_t refused = 0;
    std::int64_t crowded = 0;
  };

  void start_consumers() {
    if constexpr (has_own_consumers) {
      for (elements_seen& each : taken_)
        queue_.consume([&each](std::int64_t element) { each.take(element); });
    } else {
      threads_.reserve(taken_.size());
      for (elements_seen& each : taken_) {
        threads_.emplace_back([this, &each] {
          while (const std::optional<std::int64_t> element = queue_.take())
            each.take(*element);
        });
      }
    }
  }

  // What was put is read first, so that it can only look like less. Who has taken one may not
  // have counted it yet, nor may that be seen yet.
  bool holds_too_many() const {
    const std::int64_t put = counted(accepted_);
    const auto hands = static_cast<std::int64_t>(2 * taken_.size() + put_.size());
    return put - counted(taken_) > capacity_ + hands;
  }

  std::int64_t slept_in_vain() const {
    if constexpr (requires { queue_.slept_in_vain(); }) {
      return queue_.slept_in_vain();
    } else {
      return 0;
    }
  }

  const std::int64_t capacity_;
  std::vector<producer> put_;
  std::deque<elements_seen> accepted_;
  std::deque<elements_seen> taken_;
  typename Subject::queue queue_;
  std::vector<std::jthread> threads_;
};

inline harness::condition_info consumers_condition() {
  return {.name = "consumers",
          .unit = "threads",
          .description = "How many take; as many threads as there are others put.",
          .default_values = {1, 4},
          .minimum = 1,
          .maximum = 64,
          .drawn_maximum = 4};
}

struct producers_consumers {
  static harness::workload_info info() {
    return {
        .name = "producers_consumers",
        .question = "What does it cost to hand elements from some threads to others?",
        .invariant =
            "Every accepted element is taken once, those of one producer in order (but "
            "of "
            "a subject that says why not), and never are more in the queue than it has "
            "room for.",
        .failure =
            "An element was lost, repeated or overtaken, somebody slept for ever, or "
            "memory grows with whoever is faster.",
        .role = "queue",
        .conditions = {{.name = "capacity",
                        .unit = "elements",
                        .description = "How many elements the queue has room for.",
                        .default_values = {1, 1024},
                        .minimum = 1,
                        .maximum = 65'536,
                        .drawn_maximum = 1024},
                       consumers_condition(),
                       harness::threads_condition()},
        .operations = {"put"}};
  }

  template <queue_subject Subject>
  class run : public queue_run<Subject> {
   public:
    explicit run(const harness::conditions& values)
        : queue_run<Subject>(static_cast<std::size_t>(values.count("capacity")),
                             values.threads(),
                             static_cast<std::size_t>(values.count("consumers"))) {}
  };
};

struct rendezvous {
  static harness::workload_info info() {
    return {
        .name = "rendezvous",
        .question = "What does it cost to meet another thread and hand it an element?",
        .invariant =
            "Every accepted element is taken once, those of one producer in order, "
            "and a put ends when its element was taken.",
        .failure =
            "An element was lost, repeated or overtaken, somebody slept for ever, or "
            "a put did not wait to be met.",
        .role = "queue",
        .conditions = {consumers_condition(), harness::threads_condition()},
        .operations = {"put"}};
  }

  template <rendezvous_subject Subject>
  class run : public queue_run<Subject> {
   public:
    explicit run(const harness::conditions& values)
        : queue_run<Subject>(0, values.threads(),
                             static_cast<std::size_t>(values.count("consumers"))) {}
  };
};

}  // namespace tussle::workloads
