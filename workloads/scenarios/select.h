// select.h: what does it cost to wait for whichever of several sources has something?
//
// Question:  what does taking from whichever of several queues is ready cost, as there are
//            more of them?
// Invariant: every element that was put is taken once, by one consumer, those of one producer
//            and source in order; never more are in the sources than they have room for.
// A failure means: an element was lost or taken twice, somebody slept although a source had
//            something, or memory grows with whoever is faster.
//
// The threads of the team put, each into a source drawn at random; a step is one put. Two
// consumers of the run take from whichever source is ready: threads, or what the subject has
// instead.
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

// Consumers that are no threads: consume(f) calls f(element) for each that one of them takes.
template <typename S>
concept selector_with_consumers = requires(typename S::selector all) {
  all.wait_for_consumers();
};

template <typename S>
concept selector_subject =
    std::constructible_from<typename S::selector, std::size_t, std::size_t> &&
    requires(typename S::selector all, std::size_t source, std::int64_t element) {
  // Of so many sources, each with room for so many elements. From any threads at once:
  all.put(source, element);  // waits for room
  all.close();               // after the last put
} &&(selector_with_consumers<S> || requires(typename S::selector all) {
  // Waits for any; nothing: all are closed, and nothing left.
  { all.take() } -> std::same_as<std::optional<std::int64_t>>;
});

struct select {
  static harness::workload_info info() {
    return {
        .name = "select",
        .question =
            "What does it cost to wait for whichever of several sources has something?",
        .invariant =
            "Every element is taken once, by one consumer, those of one producer and "
            "source in order, and never are more in the sources than they have room for.",
        .failure =
            "An element was lost or taken twice, somebody slept although a source had "
            "something, or memory grows with whoever is faster.",
        .role = "selector",
        .conditions = {{.name = "sources",
                        .unit = "sources",
                        .description = "How many queues a consumer waits for.",
                        .default_values = {2, 4, 8, 64},
                        .minimum = 1,
                        .maximum = 256,
                        .drawn_maximum = 16},
                       {.name = "capacity",
                        .unit = "elements",
                        .description = "How many elements a source has room for.",
                        .default_values = {16},
                        .minimum = 1,
                        .maximum = 4096,
                        .optional = true,
                        .drawn_maximum = 16},
                       harness::threads_condition()},
        .operations = {"put"}};
  }

  template <selector_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : count_(static_cast<std::size_t>(values.count("sources"))),
          room_(static_cast<std::int64_t>(values.count("sources")) *
                static_cast<std::int64_t>(values.count("capacity"))),
          crowded_(static_cast<std::size_t>(values.threads())),
          put_(static_cast<std::size_t>(values.threads()) * count_, 0),
          sources_(count_, static_cast<std::size_t>(values.count("capacity"))) {
      for (int i = 0; i < values.threads(); ++i) accepted_.emplace_back(0);
      // Elements of one producer in one source are in order; so they are numbered together.
      for (int i = 0; i < consumers; ++i) taken_.emplace_back(put_.size());
      start_consumers();
    }
    ~run() { settle(); }
    run(const run&) = delete;
    run& operator=(const run&) = delete;

    void step(harness::worker& self) {
      const auto index = static_cast<std::size_t>(self.index());
      const std::size_t source = self.random() % count_;
      const std::size_t line = index * count_ + source;
      const std::int64_t element = element_of(line, ++put_[line]);
      sources_.put(source, element);
      accepted_[index].add(element);
      if (accepted_[index].count() % puts_between_looks == 0 && hold_too_many())
        ++crowded_[index].looks;
    }

    void settle() {
      sources_.close();
      threads_.clear();  // joins
      if constexpr (has_own_consumers) sources_.wait_for_consumers();
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      std::int64_t crowded = 0;
      for (const tally_of_looks& each : crowded_) crowded += each.looks;
      return harness::first_failure(
          {all_taken_once_in_order(accepted_, taken_),
           harness::expect_equal("looks that found more than there is room for", crowded,
                                 "allowed", 0)});
    }

   private:
    static constexpr int consumers = 2;
    static constexpr std::int64_t puts_between_looks = 64;

    struct alignas(harness::padding) tally_of_looks {
      std::int64_t looks = 0;
    };

    // As in producers_consumers: what was put is read first, so that it can only look like
    // less; who has taken one may not have counted it yet, nor may that be seen yet.
    bool hold_too_many() const {
      const std::int64_t put = counted(accepted_);
      const auto hands = static_cast<std::int64_t>(2 * taken_.size() + accepted_.size());
      return put - counted(taken_) > room_ + hands;
    }

    static constexpr bool has_own_consumers = selector_with_consumers<Subject>;

    void start_consumers() {
      threads_.reserve(consumers);
      for (elements_seen& each : taken_) {
        if constexpr (has_own_consumers) {
          sources_.consume([&each](std::int64_t element) { each.take(element); });
        } else {
          threads_.emplace_back([this, &each] {
            while (const std::optional<std::int64_t> element = sources_.take())
              each.take(*element);
          });
        }
      }
    }

    const std::size_t count_;
    const std::int64_t room_;  // of all sources together
    std::vector<tally_of_looks> crowded_;
    std::vector<std::int64_t> put_;  // by producer and source
    std::deque<elements_seen> accepted_;
    std::deque<elements_seen> taken_;
    typename Subject::selector sources_;
    std::vector<std::jthread> threads_;
  };
};

}  // namespace tussle::workloads
