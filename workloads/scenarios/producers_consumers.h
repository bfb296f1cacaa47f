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
// threads, or what the subject has instead. Where the subject has something else for producers,
// too, a step allows one of them one more put, a thousand at a time, and waits where the thousand
// before are not done: so its rate is theirs, and the thread's own waking is paid once for many.
// `rendezvous` is the same without any room: a put ends when its element was taken.
#pragma once

#include <concepts>
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
    if constexpr (has_own_producers) start_producers();
  }
  ~queue_run() { settle(); }
  queue_run(const queue_run&) = delete;
  queue_run& operator=(const queue_run&) = delete;

  void step(harness::worker& self) {
    const auto index = static_cast<std::size_t>(self.index());
    if constexpr (has_own_producers) {
      allow_one(index);
    } else {
      was_answered(index, queue_.put(next_of(index)));
    }
  }

  void settle() {
    if constexpr (has_own_producers) end_producers();
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
         verdict_of_producers(),
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
  static constexpr bool has_own_producers = requires(typename Subject::queue queue) {
    queue.wait_for_producers();
  };
  static constexpr std::int64_t puts_allowed_at_once = 1000;

  struct alignas(harness::padding) producer {
    std::int64_t sequence = 0;
    std::int64_t refused = 0;
    std::int64_t crowded = 0;
  };
  // Of a thread whose producer is another one.
  struct alignas(harness::padding) allowance {
    std::int64_t steps = 0;
    std::int64_t allowed = 0;
  };

  // Both by the one that is producer number `index`.
  std::int64_t next_of(std::size_t index) const {
    return element_of(index, put_[index].sequence + 1);
  }
  void was_answered(std::size_t index, bool accepted) {
    producer& mine = put_[index];
    if (!accepted) {
      ++mine.refused;
      return;
    }
    accepted_[index].add(element_of(index, ++mine.sequence));
    if (mine.sequence % puts_between_looks == 0 && holds_too_many()) ++mine.crowded;
  }

  void start_producers() {
    allowed_.resize(put_.size());
    for (std::size_t i = 0; i < put_.size(); ++i) {
      queue_.produce([this, i] { return next_of(i); },
                     [this, i](bool accepted) { was_answered(i, accepted); });
    }
  }
  void allow_one(std::size_t index) {
    if (++allowed_[index].steps % puts_allowed_at_once == 0) allow_all(index);
  }
  void allow_all(std::size_t index) {
    allowance& mine = allowed_[index];
    const std::int64_t more = mine.steps - std::exchange(mine.allowed, mine.steps);
    if (more > 0) queue_.allow(index, more);
  }
  void end_producers() {
    for (std::size_t i = 0; i < allowed_.size(); ++i) allow_all(i);
    queue_.wait_for_producers();
  }
  harness::verdict verdict_of_producers() const {
    std::int64_t steps = 0;
    std::int64_t made = 0;
    for (const allowance& each : allowed_) steps += each.steps;
    for (const producer& each : put_) made += each.sequence + each.refused;
    return has_own_producers
               ? harness::expect_equal("puts that were made", made, "allowed", steps)
               : harness::verdict::pass("every step is a put");
  }

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
  std::vector<allowance> allowed_;
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
