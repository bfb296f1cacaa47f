// ring.h: what does it cost to pass a token from one process to the next?
//
// Question:  what does a hand-over from one waiting process to the next cost, as there are
//            more of them than threads?
// Invariant: the token comes round with one for each process added to it, and every process
//            has had it as often as it went round.
// A failure means: the token was lost, came round by a short cut, or somebody had it twice.
//
// Every thread of the team has a ring of its own; a step sends the token round once: as many
// hand-overs as there are processes. With two it is ping-pong.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads {

template <typename S>
concept ring_subject =
    std::constructible_from<typename S::ring, runtime&, std::int64_t> &&
    requires(typename S::ring ring, std::int64_t token) {
  // The token after each process has added one. By one thread.
  { ring.send_round(token) } -> std::same_as<std::int64_t>;
  ring.finish();  // the processes have ended
  // How often each had it. After finish().
  { ring.passed() } -> std::convertible_to<const std::vector<std::int64_t>&>;
};

struct ring {
  static harness::workload_info info() {
    return {
        .name = "ring",
        .question =
            "What does it cost to pass a token from one waiting process to the next?",
        .invariant =
            "The token comes round with one for each process added to it, and every "
            "process has had it as often as it went round.",
        .failure = "The token was lost, took a short cut, or somebody had it twice.",
        .role = "ring",
        .conditions = {{.name = "processes",
                        .unit = "processes",
                        .description = "How many pass the token on; two are ping-pong.",
                        .default_values = {2, 1000},
                        .minimum = 1,
                        .maximum = 100'000,
                        .drawn_maximum = 100},
                       harness::threads_condition({1})},
        .operations = {"round"}};
  }

  template <ring_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : processes_(values.count("processes")),
          threads_(static_cast<std::size_t>(values.threads())) {
      for (thread_state& each : threads_)
        each.ring = std::make_unique<typename Subject::ring>(on_, processes_);
    }

    void step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      const std::int64_t token = ++mine.rounds * processes_;
      if (mine.ring->send_round(token) != token + processes_) ++mine.wrong;
    }

    void settle() {
      for (thread_state& each : threads_) each.ring->finish();
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      std::int64_t wrong = 0;
      std::int64_t others = 0;
      for (const thread_state& each : threads_) {
        wrong += each.wrong;
        for (const std::int64_t passed : each.ring->passed())
          others += passed == each.rounds ? 0 : 1;
      }
      return harness::first_failure(
          {harness::expect_equal("tokens that came round with another number", wrong,
                                 "allowed", 0),
           harness::expect_equal("processes that had it more or less often", others,
                                 "allowed", 0)});
    }

   private:
    struct alignas(harness::padding) thread_state {
      std::unique_ptr<typename Subject::ring> ring;
      std::int64_t rounds = 0;
      std::int64_t wrong = 0;
    };

    const std::int64_t processes_;
    runtime on_;
    std::vector<thread_state> threads_;
  };
};

}  // namespace tussle::workloads
