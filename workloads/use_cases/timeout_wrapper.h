// timeout_wrapper.h (UC-9): does a call with a time limit end in time, with one result?
//
// Question:  what does it cost to give a call a time limit?
// Invariant: a call that ends in time has its value, one that does not has the fallback, and
//            neither is ever mixed with the other; a call that is given up is told to stop;
//            what it returns or throws afterwards disturbs nobody; all calls come to an end.
// A failure means: a call held its caller up for longer than it may, ran on for ever, or its
//            late result was taken for another.
//
// What happens is decided by design. A call either ends at once, with a limit that is never
// reached; or it ends only when it is told to stop, with a limit of microseconds; or it takes
// about as long as its limit, where either outcome is right. A call that nobody tells to stop
// gives up after `patience`, notes that, and from then on all of them give up at once.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/per_thread.h"
#include "primitives/task/promise.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::use_cases {

// Both words are the same unless two results were mixed.
struct timed_value {
  std::int64_t word = 0;
  std::int64_t again = 0;

  friend bool operator==(const timed_value&, const timed_value&) = default;
};

// Asked to stop, it should end. May throw.
using timed_call = std::function<timed_value(const std::stop_token&)>;

template <typename S>
concept time_limit_subject = std::constructible_from<typename S::limited, runtime&> &&
    requires(typename S::limited limited, std::chrono::nanoseconds limit,
             const timed_call& call, timed_value fallback) {
  // The value of a copy of `call`, or the fallback if it takes longer than the limit.
  { limited.call(limit, call, fallback) } -> std::same_as<timed_value>;
};

struct timeout_wrapper {
  static harness::workload_info info() {
    return {
        .name = "timeout_wrapper",
        .question = "What does it cost to give a call a time limit?",
        .invariant =
            "A call has its value or the fallback, never a mixture; who is given up "
            "is told to stop, ends, and disturbs nobody.",
        .failure =
            "A call held its caller up for longer than it may, ran on for ever, or "
            "its late result was taken for another.",
        .role = "time_limit",
        .conditions = {{.name = "calls",
                        .unit = "",
                        .description =
                            "Calls that end in time, that never end by themselves, or "
                            "that take about as long as they may; or all of them.",
                        .default_values = {0, 1, 2, 3},
                        .minimum = 0,
                        .maximum = 3,
                        .labels = {"quick", "endless", "close", "mixed"}},
                       harness::threads_condition()},
        .operations = {"quick", "endless", "close"}};
  }

  template <time_limit_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values,
                 std::chrono::milliseconds patience = std::chrono::milliseconds(4000))
        : which_(values.count("calls")),
          threads_(static_cast<std::size_t>(values.threads())),
          shared_(std::make_shared<shared>(patience)),
          runtime_({.blocking = {.idle_time = std::chrono::milliseconds(1)}}),
          limited_(runtime_) {}

    // Returns which of the operations it was.
    std::size_t step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      const auto drawn =
          which_ == mixed ? self.random() % 3 : static_cast<std::uint64_t>(which_);
      wait_for_room();
      shared_->live.fetch_add(1);
      if (drawn == quick) do_quick(mine);
      if (drawn == endless) do_endless(mine, self.random.chance(0.5));
      if (drawn == close) do_close(mine, self.random() % 20'000);
      return drawn;
    }

    // Whoever was given up has ended: it was told to. And so have the threads that it had.
    void settle() const {
      const auto until = sync::clock::now() + shared_->patience + std::chrono::seconds(2);
      while ((shared_->live.load() > 0 || runtime_.threads() > 0) &&
             sync::clock::now() < until) {
        sync::yield();
      }
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      thread_state sum;
      for (const thread_state& each : threads_) {
        sum.wrong += each.wrong;
        sum.mixed += each.mixed;
        sum.escaped += each.escaped;
        sum.latest = std::max(sum.latest, each.latest);
      }
      harness::verdict found = harness::first_failure(
          {harness::expect_equal("calls that nobody told to stop",
                                 shared_->gave_up.load(), "allowed", 0),
           harness::expect_equal("results that are another's", sum.wrong, "allowed", 0),
           harness::expect_equal("results that were mixed", sum.mixed, "allowed", 0),
           harness::expect_equal("errors of calls that were given up", sum.escaped,
                                 "allowed", 0),
           harness::expect_equal("calls that still run", shared_->live.load(), "allowed",
                                 0),
           harness::expect_equal("threads that have not ended",
                                 static_cast<std::int64_t>(runtime_.threads()), "allowed",
                                 0)});
      using milliseconds = std::chrono::duration<double, std::milli>;
      found.counts = {{"longest past its limit, ms", milliseconds(sum.latest).count()}};
      return found;
    }

   private:
    enum kind : std::uint64_t { quick, endless, close };
    static constexpr std::int64_t mixed = 3;
    static constexpr std::int64_t most_live = 64;
    static constexpr std::chrono::hours never{1};
    static constexpr std::chrono::microseconds short_limit{20};
    static constexpr timed_value fallback{-1, -1};

    // Outlives the run where a call does.
    struct shared {
      explicit shared(std::chrono::milliseconds longest) : patience(longest) {}

      void wait_until_told(const std::stop_token& stop) {
        promise<bool> told;
        const std::stop_callback on_stop(stop, [told] { told.deliver(true); });
        if (told.get_for(is_over.load() ? std::chrono::milliseconds(0) : patience, false))
          return;
        gave_up.fetch_add(1);
        is_over.store(true);
      }

      const std::chrono::milliseconds patience;
      std::atomic<bool> is_over{false};
      std::atomic<std::int64_t> gave_up{0};
      std::atomic<std::int64_t> live{0};
    };

    // One call is over when the last copy of what it was given is gone, which may be before
    // it ever ran.
    struct pass {
      explicit pass(std::shared_ptr<shared> in) : from(std::move(in)) {}
      ~pass() { from->live.fetch_sub(1); }
      pass(const pass&) = delete;
      pass& operator=(const pass&) = delete;
      std::shared_ptr<shared> from;
    };

    struct alignas(harness::padding) thread_state {
      std::int64_t calls = 0;
      std::int64_t wrong = 0;
      std::int64_t mixed = 0;
      std::int64_t escaped = 0;
      sync::clock::duration latest{
          0};  // beyond its limit, of a call that never ends itself
    };

    // Calls that run on would otherwise pile up, a thread each.
    void wait_for_room() const {
      const auto until = sync::clock::now() + shared_->patience;
      while (shared_->live.load() >= most_live) {
        if (shared_->is_over.load() || sync::clock::now() > until) return;
        sync::yield();
      }
    }

    void do_quick(thread_state& mine) {
      const timed_value own{++mine.calls, mine.calls};
      const timed_value found = limited_.call(
          never,
          [own, pass = std::make_shared<pass>(shared_)](const auto&) { return own; },
          fallback);
      mine.wrong += found == own ? 0 : 1;
    }

    // Its late result is a value, or an error.
    void do_endless(thread_state& mine, bool throws) {
      const timed_value late{++mine.calls, mine.calls};
      const sync::time_point begun = sync::clock::now();
      try {
        const timed_value found = limited_.call(
            short_limit,
            [late, throws,
             pass = std::make_shared<pass>(shared_)](const std::stop_token& stop) {
              pass->from->wait_until_told(stop);
              if (throws) throw std::runtime_error("too late");
              return late;
            },
            fallback);
        mine.wrong += found == fallback ? 0 : 1;
      } catch (const std::runtime_error&) {
        ++mine.escaped;
      }
      mine.latest = std::max(mine.latest, sync::clock::now() - begun - short_limit);
    }

    void do_close(thread_state& mine, std::uint64_t units) {
      const timed_value own{++mine.calls, mine.calls};
      const timed_value found = limited_.call(
          short_limit,
          [own, units, pass = std::make_shared<pass>(shared_)](const auto&) {
            harness::work(static_cast<std::int64_t>(units));
            return own;
          },
          fallback);
      mine.mixed += found.word == found.again ? 0 : 1;
      mine.wrong +=
          found == own || found == fallback || found.word != found.again ? 0 : 1;
    }

    const std::int64_t which_;
    std::vector<thread_state> threads_;
    std::shared_ptr<shared> shared_;
    runtime runtime_;
    typename Subject::limited limited_;
  };
};

}  // namespace tussle::workloads::use_cases
