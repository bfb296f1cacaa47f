// faults.h: is anything lost, run twice or leaked when everything goes wrong?
//
// Question:  what becomes of work that was accepted while errands throw, watches and handlers
//            throw, memory and threads run short, somebody cancels, and the pool is shut down
//            in the middle of it?
// Invariant: every accepted errand runs once, or somebody is told that it did not (a shutdown
//            that discards may drop it in silence where the subject says so); what was not
//            accepted does not run; every error is told once; those of one sender run in
//            order where the subject promises that; nothing is left over.
// A failure means: work was lost or done twice, an error vanished, or memory leaked.
//
// Threads hand errands to an *office*. After three quarters of its errands one thread shuts it
// down, by a policy drawn at random, while the others go on; then there is a new one. Memory
// for nodes and starts of threads fail only in modes with schedule points
// (injected_faults.h). Rates say nothing about the subject.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/errand.h"
#include "workloads/scenarios/injected_faults.h"
#include "workloads/scenarios/periods.h"

namespace tussle::workloads {

template <typename S>
concept faults_subject = std::constructible_from<typename S::office, ledger&, int> &&
    requires(typename S::office office, const errand& given) {
  // From any threads at once. False, or std::bad_alloc: it does not take it.
  { office.submit(given, 0) } -> std::same_as<bool>;
  // Takes nothing from here on. True: what waits still runs.
  office.close(true);
  // The destructor waits until nothing runs any more.
  { S::is_serial } -> std::convertible_to<bool>;
  { S::drops_in_silence } -> std::convertible_to<bool>;
  { S::counts_done } -> std::convertible_to<bool>;
  { S::tells_afterwards } -> std::convertible_to<bool>;
};

struct faults {
  static harness::workload_info info() {
    return {
        .name = "faults",
        .question = "Is anything lost, run twice or leaked when everything goes wrong?",
        .invariant =
            "Every accepted errand runs once, or somebody is told that it did not; "
            "what was not accepted does not run; every error is told once; nothing is "
            "left over.",
        .failure = "Work was lost or done twice, an error vanished, or memory leaked.",
        .role = "office",
        .conditions = {{.name = "errands",
                        .unit = "errands",
                        .description = "What an office is given before the next one.",
                        .default_values = {256},
                        .minimum = 4,
                        .maximum = 10'000,
                        .optional = true},
                       harness::threads_condition()},
        .timed = false};
  }

  template <faults_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : errands_(static_cast<std::size_t>(values.count("errands"))),
          threads_(values.threads()),
          faults_(static_cast<std::uint64_t>(errands_)) {
      periods_.begin(errands_, threads_);
    }
    ~run() { settle(); }
    run(const run&) = delete;
    run& operator=(const run&) = delete;

    void step(harness::worker& self) {
      const std::shared_ptr<period> now = periods_.present();
      const std::size_t id = now->next.fetch_add(1);
      if (id == errands_ * 3 / 4) now->close(self.random() % 2 == 0);
      if (id == errands_) return periods_.begin(errands_, threads_);
      if (id > errands_) return std::this_thread::yield();
      const auto how = static_cast<mishap>(self.random() % mishaps);
      // Ids are given in order, so that of one sender's each is greater than the last.
      const errand given(now->notes, id, self.index(), static_cast<std::int64_t>(id) + 1,
                         how);
      try {
        if (now->work->submit(given, self.index())) now->notes.accepted(id);
      } catch (const std::bad_alloc&) {  // not accepted
      }
    }

    void settle() {
      const std::shared_ptr<period> last = periods_.present();
      if (last == nullptr) return;
      last->close(true);
      periods_.end();
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      return periods_.failure().value_or(harness::verdict::pass(
          "every errand ended once, in " + std::to_string(periods_.judged()) +
          " offices, with " + std::to_string(faults_.failed()) +
          " allocations and starts that failed"));
    }

   private:
    struct period {
      period(std::size_t errands, int threads)
          : notes(errands, threads), work(std::in_place, notes, threads) {}

      void close(bool drains) {
        if (!drains && Subject::drops_in_silence) may_drop.store(true);
        work->close(drains);
      }

      harness::verdict judge() {
        work.reset();
        return notes.judge({.is_serial = Subject::is_serial,
                            .may_drop = may_drop.load(),
                            .counts_done = Subject::counts_done,
                            .tells_afterwards = Subject::tells_afterwards});
      }

      std::atomic<std::size_t> next{0};
      std::atomic<bool> may_drop{false};
      ledger notes;
      std::optional<typename Subject::office> work;
    };

    const std::size_t errands_;
    const int threads_;
    injected_faults faults_;
    periods<period> periods_;
  };
};

}  // namespace tussle::workloads
