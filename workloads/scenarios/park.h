// park.h: what does it cost to have many processes wait, and to wake one of them?
//
// Question:  what does a process that waits cost in memory, and what does it take to ask one of
//            many and to get its answer?
// Invariant: who is asked answers, each question once, and nobody answers another's.
// A failure means: a process slept on although it was asked, or somebody else's answer came.
//
// All processes wait to be asked. A step asks one, drawn at random, and waits for its answer.
// The verdict has the bytes from malloc of each that waits, where there are enough to tell;
// the stacks of threads are not among them.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/heap_bytes.h"

namespace tussle::workloads {

template <typename S>
concept crowd_subject =
    std::constructible_from<typename S::crowd, runtime&, std::int64_t, int> &&
    requires(typename S::crowd crowd, std::int64_t process, int asker,
             std::int64_t question) {
  // Of so many processes, for so many askers. From many threads, of which each is one asker:
  // question + process, as that process says.
  { crowd.ask(process, asker, question) } -> std::same_as<std::int64_t>;
  crowd.finish();  // the processes have ended
  // How many questions each answered. After finish().
  { crowd.answered() } -> std::convertible_to<const std::vector<std::int64_t>&>;
};

struct park {
  static harness::workload_info info() {
    return {.name = "park",
            .question =
                "What does it cost to have many processes wait, and to wake one of them?",
            .invariant = "Who is asked answers, each question once.",
            .failure = "A process slept on although it was asked, or another answered.",
            .role = "crowd",
            .conditions = {{.name = "processes",
                            .unit = "processes",
                            .description = "How many wait.",
                            .default_values = {1000},
                            .minimum = 1,
                            .maximum = 100'000,
                            .drawn_maximum = 200},
                           harness::threads_condition({1, 2})},
            .operations = {"question"}};
  }

  template <crowd_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : processes_(values.count("processes")),
          threads_(static_cast<std::size_t>(values.threads())),
          heap_before_(heap_bytes()),
          crowd_(on_, processes_, values.threads()),
          heap_after_(heap_bytes()) {
      for (thread_state& each : threads_)
        each.asked.resize(static_cast<std::size_t>(processes_));
    }

    void step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      const auto process = static_cast<std::int64_t>(
          self.random() % static_cast<std::uint64_t>(processes_));
      const std::int64_t question = ++mine.questions;
      ++mine.asked[static_cast<std::size_t>(process)];
      if (crowd_.ask(process, self.index(), question) != question + process) ++mine.wrong;
    }

    void settle() { crowd_.finish(); }

    harness::verdict verify(const harness::tally& /*done*/) const {
      std::int64_t wrong = 0;
      for (const thread_state& each : threads_) wrong += each.wrong;
      std::int64_t others = 0;
      for (std::size_t i = 0; i < static_cast<std::size_t>(processes_); ++i) {
        std::int64_t asked = 0;
        for (const thread_state& each : threads_) asked += each.asked[i];
        others += crowd_.answered()[i] == asked ? 0 : 1;
      }
      return harness::first_failure(
          {harness::verdict::pass(account()),
           harness::expect_equal("wrong answers", wrong, "allowed", 0),
           harness::expect_equal("processes that answered more or less often than asked",
                                 others, "allowed", 0)});
    }

   private:
    // Fewer say more of the pools than of themselves.
    static constexpr std::int64_t enough = 1000;

    struct alignas(harness::padding) thread_state {
      std::int64_t questions = 0;
      std::int64_t wrong = 0;
      std::vector<std::int64_t> asked;
    };

    std::string account() const {
      std::string told = "every question was answered once";
      if (processes_ >= enough && heap_after_ > heap_before_) {
        told += "; a process that waits takes " +
                std::to_string((heap_after_ - heap_before_) / processes_) + " bytes";
      }
      return told;
    }

    const std::int64_t processes_;
    std::vector<thread_state> threads_;
    runtime on_;
    const std::int64_t heap_before_;
    typename Subject::crowd crowd_;
    const std::int64_t heap_after_;
  };
};

}  // namespace tussle::workloads
