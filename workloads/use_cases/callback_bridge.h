// callback_bridge.h (UC-10): does an answer that comes by a callback reach who waits for it?
//
// Question:  what does it cost to wait for a callback as for a call?
// Invariant: who waits has what the first callback brought, also where that came before the
//            wait began; later ones change nothing and disturb nobody; where none comes in
//            time there is the fallback.
// A failure means: an answer was lost or given to another call, or a late callback found
//            nobody and did harm.
//
// Simulated without sleeping: a step decides when which callback comes. Callbacks that are too
// late are kept, and called in the next step of their thread, when the call that they belonged
// to is long over and another has begun.
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/future.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::use_cases {

struct reply {
  std::int64_t value = 0;
  bool failed = false;

  friend bool operator==(const reply&, const reply&) = default;
};

// What an asynchronous operation is started with. Either may be called any number of times,
// on any thread, also before the operation has been started and after everything is over.
struct callbacks {
  std::function<void(std::int64_t value)> on_success;
  std::function<void(std::int64_t code)> on_error;
};
using start_operation = std::function<void(const callbacks&)>;

template <typename S>
concept bridge_subject = std::constructible_from<typename S::bridge> &&
    requires(typename S::bridge bridge, const start_operation& start,
             std::chrono::nanoseconds limit, reply fallback) {
  // Starts the operation on this thread and waits for its first callback.
  { bridge.wait_for(start, limit, fallback) } -> std::same_as<reply>;
};

struct callback_bridge {
  static harness::workload_info info() {
    return {.name = "callback_bridge",
            .question = "What does it cost to wait for a callback as for a call?",
            .invariant =
                "Who waits has what the first callback brought, or the fallback; later "
                "callbacks change nothing and disturb nobody.",
            .failure =
                "An answer was lost or given to another call, or a late callback found "
                "nobody and did harm.",
            .role = "bridge",
            .conditions = {{.name = "callbacks",
                            .unit = "",
                            .description =
                                "When they come: before the wait begins, from another "
                                "thread, twice, never in time; or all of these.",
                            .default_values = {0, 1, 4},
                            .minimum = 0,
                            .maximum = 4,
                            .labels = {"early", "elsewhere", "twice", "late", "mixed"}},
                           harness::threads_condition()},
            .operations = {"early", "elsewhere", "twice", "late"}};
  }

  template <bridge_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : which_(values.count("callbacks")),
          threads_(static_cast<std::size_t>(values.threads())) {}

    // Returns which of the operations it was.
    std::size_t step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      ++mine.calls;
      const auto drawn =
          which_ == mixed ? self.random() % 4 : static_cast<std::uint64_t>(which_);
      if (drawn == early) do_early(mine);
      if (drawn == elsewhere) do_elsewhere(mine);
      if (drawn == twice) do_twice(mine);
      if (drawn == late) do_late(mine);
      return drawn;
    }

    void settle() {
      for (thread_state& each : threads_) each.call_the_late(*this);
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      std::int64_t lost = 0;
      std::int64_t wrong = 0;
      for (const thread_state& each : threads_) {
        lost += each.lost;
        wrong += each.wrong;
      }
      return harness::first_failure(
          {harness::expect_equal("answers that were lost", lost, "allowed", 0),
           harness::expect_equal("answers that are another's", wrong, "allowed", 0),
           harness::expect_equal("callbacks that threw", threw_.load(), "allowed", 0)});
    }

   private:
    enum kind : std::uint64_t { early, elsewhere, twice, late };
    static constexpr std::int64_t mixed = 4;
    // Nobody waits so long who has been answered, or will be. A thread that did once waits
    // no longer so long.
    static constexpr std::chrono::milliseconds answered_long_before{50};
    static constexpr std::chrono::milliseconds ample{4000};
    static constexpr reply fallback{-1, true};

    struct late_one {
      callbacks to;
      std::int64_t value;
    };

    struct alignas(harness::padding) thread_state {
      void call_the_late(run& here) {
        for (const late_one& each : std::exchange(late_ones, {})) {
          here.guarded([&] { each.to.on_success(each.value); });
          here.guarded([&] { each.to.on_error(each.value); });
        }
      }
      void judge(const reply& found, const reply& right) {
        if (found == right) return;
        ++(found == fallback ? lost : wrong);
      }

      std::int64_t calls = 0;
      std::int64_t lost = 0;
      std::int64_t wrong = 0;
      std::vector<late_one> late_ones;
    };

    // As the library's own thread does: it has nobody to tell.
    template <typename Call>
    void guarded(const Call& call) {
      try {
        call();
      } catch (...) {
        threw_.fetch_add(1);
      }
    }

    void do_early(thread_state& mine) {
      const std::int64_t own = mine.calls;
      const bool fails = own % 3 == 0;
      const reply found = bridge_.wait_for(
          [&, own, fails](const callbacks& to) {
            mine.call_the_late(*this);
            guarded([&] { fails ? to.on_error(own) : to.on_success(own); });
          },
          answered_long_before, fallback);
      mine.judge(found, {own, fails});
    }

    void do_elsewhere(thread_state& mine) {
      const std::int64_t own = mine.calls;
      const reply found = bridge_.wait_for(
          [&, own](const callbacks& to) {
            mine.call_the_late(*this);
            future_call(library_,
                        [this, to, own] { guarded([&] { to.on_success(own); }); });
          },
          mine.lost == 0 ? ample : answered_long_before, fallback);
      mine.judge(found, {own, false});
    }

    void do_twice(thread_state& mine) {
      const std::int64_t own = mine.calls;
      const reply found = bridge_.wait_for(
          [&, own](const callbacks& to) {
            mine.call_the_late(*this);
            guarded([&] { to.on_success(own); });
            guarded([&] { to.on_error(own + 1); });
            guarded([&] { to.on_success(own + 2); });
          },
          answered_long_before, fallback);
      mine.judge(found, {own, false});
    }

    void do_late(thread_state& mine) {
      const std::int64_t own = mine.calls;
      const reply found = bridge_.wait_for(
          [&, own](const callbacks& to) {
            mine.call_the_late(*this);
            mine.late_ones.push_back({to, -own - 1});
          },
          std::chrono::nanoseconds(own % 2 * 1000), fallback);
      mine.wrong += found == fallback ? 0 : 1;
    }

    const std::int64_t which_;
    std::vector<thread_state> threads_;
    std::atomic<std::int64_t> threw_{0};
    typename Subject::bridge bridge_;
    runtime library_;
  };
};

}  // namespace tussle::workloads::use_cases
