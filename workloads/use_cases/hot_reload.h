// hot_reload.h (UC-2): can a configuration be replaced while requests use it?
//
// Question:  what does a request pay for a configuration that may change at any time?
// Invariant: a request sees one version, and a thread's versions never go back; a bad
//            configuration is refused and never seen; versions rise by one a reload, and each
//            is told to the component once.
// A failure means: a request ran on a mix of two configurations, a reload was lost, or a
//            component was set up for the wrong one.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/use_cases/service_config.h"

namespace tussle::workloads::use_cases {

template <typename S>
concept configuration_subject =
    std::constructible_from<typename S::configuration, service_config> &&
    requires(typename S::configuration config, void (*use)(const service_config&),
             service_config (*next)(const service_config&)) {
  config.request(use);                            // for the length of one request
  { config.reload(next) } -> std::same_as<bool>;  // false: refused
  config.on_reload(use);                          // called once a reload
};

struct hot_reload {
  static harness::workload_info info() {
    return {.name = "hot_reload",
            .question =
                "What does a request pay for a configuration that may change at "
                "any time?",
            .invariant =
                "A request sees one version, versions never go back, a bad "
                "configuration is never seen, and each reload is told once.",
            .failure =
                "A request ran on a mix of two configurations, a reload was lost, "
                "or a component was set up for the wrong one.",
            .role = "configuration",
            .conditions = {{.name = "reload_share",
                            .unit = "fraction",
                            .description = "Share of the steps that reload; half of them "
                                           "with a configuration that must be refused.",
                            .default_values = {0.001, 0.1},
                            .minimum = 0,
                            .maximum = 1,
                            .integer = false},
                           harness::threads_condition()},
            .operations = {"request", "reload"}};
  }

  template <configuration_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : reload_share_(values.fraction("reload_share")),
          threads_(static_cast<std::size_t>(values.threads())),
          config_(service_config()) {
      config_.on_reload([this](const service_config& now) {
        // Relaxed: sums, read when all threads have ended.
        told_.fetch_add(1, std::memory_order_relaxed);
        versions_told_.fetch_add(now.version, std::memory_order_relaxed);
      });
    }

    // Returns which of the operations it was.
    std::size_t step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      if (self.random.chance(reload_share_)) {
        reload(mine, self.random.chance(0.5));
        return 1;
      }
      config_.request([&mine](const service_config& config) { mine.see(config); });
      return 0;
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      thread_state sum;
      config_.request([&sum](const service_config& last) { sum.see(last); });
      const std::int64_t version = sum.last;
      for (const thread_state& each : threads_) {
        sum.mixed += each.mixed;
        sum.backward += each.backward;
        sum.accepted += each.accepted;
        sum.misjudged += each.misjudged;
      }
      return harness::first_failure(
          {harness::expect_equal("final version", version, "reloads", sum.accepted),
           harness::expect_equal("mixed configurations", sum.mixed, "allowed", 0),
           harness::expect_equal("versions that went back", sum.backward, "allowed", 0),
           harness::expect_equal("misjudged reloads", sum.misjudged, "allowed", 0),
           harness::expect_equal("reloads told", told_.load(), "reloads", version),
           harness::expect_equal("versions told, summed", versions_told_.load(),
                                 "each once", version * (version + 1) / 2)});
    }

   private:
    struct alignas(harness::padding) thread_state {
      void see(const service_config& config) {
        mixed += config.consistent() ? 0 : 1;
        backward += config.version < last ? 1 : 0;
        last = config.version;
      }

      std::int64_t last = 0;
      std::int64_t mixed = 0;
      std::int64_t backward = 0;
      std::int64_t accepted = 0;
      std::int64_t misjudged = 0;
    };

    void reload(thread_state& mine, bool slips) {
      const bool accepted = config_.reload([slips](const service_config& now) {
        return slips ? now.next_with_a_slip() : now.next();
      });
      mine.accepted += accepted ? 1 : 0;
      mine.misjudged += accepted == slips ? 1 : 0;
    }

    const double reload_share_;
    std::vector<thread_state> threads_;
    std::atomic<std::int64_t> told_{0};
    std::atomic<std::int64_t> versions_told_{0};
    alignas(harness::padding) typename Subject::configuration config_;
  };
};

}  // namespace tussle::workloads::use_cases
