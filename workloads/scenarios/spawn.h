// spawn.h: what does it cost to have something done elsewhere?
//
// Question:  what does it cost to start a task and to get its result, alone and with others?
// Invariant: every task runs once; who has its result has that of this very task, and sees what
//            it did.
// A failure means: a result was another's, or was read before the task had ended.
//
// A step starts `at_once` tasks and then gets all results, in the order started. With 1 the
// starter sleeps and is woken each time; with more, starting and waiting overlap.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads {

template <typename S>
concept spawner_subject = std::constructible_from<typename S::spawner, runtime&> &&
    requires(typename S::spawner spawner, std::int64_t (*task)()) {
  // Calls a copy of `task`, once, elsewhere. get() of what is returned waits for its result and
  // is called once.
  { spawner.start(task).get() } -> std::convertible_to<std::int64_t>;
};

struct spawn {
  static harness::workload_info info() {
    return {.name = "spawn",
            .question = "What does it cost to start a task and to get its result?",
            .invariant = "Every task runs once, and who has its result sees what it did.",
            .failure = "A result was another's, or was read before the task had ended.",
            .role = "spawner",
            .conditions = {{.name = "work",
                            .unit = "work units",
                            .description = "Work of a task; about 1 ns a unit.",
                            .default_values = {0, 10'000},
                            .minimum = 0,
                            .maximum = 10'000'000,
                            .drawn_maximum = 10'000},
                           {.name = "at_once",
                            .unit = "tasks",
                            .description =
                                "Tasks that are started before a result is asked for.",
                            .default_values = {1, 32},
                            .minimum = 1,
                            .maximum = 256,
                            .drawn_maximum = 8},
                           harness::threads_condition()},
            .operations = {"batch"}};
  }

  template <spawner_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : work_(values.count("work")),
          at_once_(static_cast<std::size_t>(values.count("at_once"))) {
      threads_.reserve(static_cast<std::size_t>(values.threads()));
      for (int i = 0; i < values.threads(); ++i) threads_.emplace_back(at_once_);
      runtime_.emplace();
      spawner_.emplace(*runtime_);
    }

    void step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      const std::int64_t batch = ++mine.batches;
      for (std::size_t i = 0; i < at_once_; ++i)
        mine.started.push_back(spawner_->start(task{*this, mine.ran[i], batch, i}));
      for (std::size_t i = 0; i < at_once_; ++i)
        mine.see(static_cast<std::int64_t>(mine.started[i].get()), i);
      mine.started.clear();
    }

    // Nothing runs any more afterwards, also of tasks that were not waited for.
    void settle() {
      spawner_.reset();
      runtime_.reset();
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      std::int64_t unseen = 0;
      std::int64_t others = 0;
      for (const thread_state& each : threads_) {
        unseen += each.unseen;
        others += each.others;
      }
      return harness::first_failure(
          {harness::expect_equal("tasks that were not seen run once", unseen, "allowed",
                                 0),
           harness::expect_equal("results of another task", others, "allowed", 0)});
    }

   private:
    // Counts its run, without atomics: who has the result sees that, and the race run sees
    // whether it is so.
    class task {
     public:
      task(const run& here, std::int64_t& ran, std::int64_t batch, std::size_t place)
          : work_(here.work_), ran_(&ran), batch_(batch), place_(place) {}

      std::int64_t operator()() const {
        harness::work(work_);
        ++*ran_;
        return result_of(batch_, place_);
      }

     private:
      std::int64_t work_;
      std::int64_t* ran_;
      std::int64_t batch_;
      std::size_t place_;
    };
    using handle =
        decltype(std::declval<typename Subject::spawner&>().start(std::declval<task>()));

    struct alignas(harness::padding) thread_state {
      explicit thread_state(std::size_t at_once) : ran(at_once) {
        started.reserve(at_once);
      }

      void see(std::int64_t result, std::size_t place) {
        others += result == result_of(batches, place) ? 0 : 1;
        unseen += ran[place] == batches ? 0 : 1;
        ran[place] = batches;
      }

      std::int64_t batches = 0;
      std::vector<std::int64_t> ran;  // how often, by place in the batch
      std::vector<handle> started;
      std::int64_t unseen = 0;
      std::int64_t others = 0;
    };

    static std::int64_t result_of(std::int64_t batch, std::size_t place) {
      return batch * 1000 + static_cast<std::int64_t>(place);
    }

    const std::int64_t work_;
    const std::size_t at_once_;
    std::vector<thread_state> threads_;
    std::optional<runtime> runtime_;
    std::optional<typename Subject::spawner> spawner_;
  };
};

}  // namespace tussle::workloads
