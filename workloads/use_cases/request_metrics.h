// request_metrics.h (UC-1): does every request count, in every report?
//
// Question:  what does it cost to keep statistics by route that can be reported at any time?
// Invariant: all requests are in the harvests and the rest, once each; in every report a
//            route has no more errors than requests and a mean between least and most; its
//            count never goes back.
// A failure means: requests were lost or counted twice, or a report mixed two moments.
//
// All threads begin with an empty map, so that the first requests of a route meet; two entries
// for one route would lose requests.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/use_cases/route_stats.h"

namespace tussle::workloads::use_cases {

template <typename S>
concept metrics_subject = requires(typename S::metrics metrics, const std::string& route,
                                   const request& r,
                                   void (*f)(const std::string&, const route_stats&)) {
  metrics.record(route, r);
  metrics.report(f);   // calls f for each route, as it was at one moment
  metrics.harvest(f);  // likewise, and begins anew
};

struct request_metrics {
  static harness::workload_info info() {
    return {.name = "request_metrics",
            .question =
                "What does it cost to keep statistics by route that can be "
                "reported at any time?",
            .invariant =
                "All requests are in the harvests and the rest, once each; every "
                "report is possible, and counts never go back.",
            .failure =
                "Requests were lost or counted twice, or a report mixed two "
                "moments.",
            .role = "metrics",
            .conditions = {{.name = "routes",
                            .unit = "routes",
                            .description = "How many different routes are asked for.",
                            .default_values = {4, 64},
                            .minimum = 1,
                            .maximum = 10'000},
                           {.name = "harvest",
                            .unit = "",
                            .description = "Whether reports begin the statistics anew.",
                            .default_values = {0, 1},
                            .minimum = 0,
                            .maximum = 1,
                            .labels = {"no", "yes"}},
                           harness::threads_condition()},
            .operations = {"record", "report"}};
  }

  template <metrics_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : harvests_(values.count("harvest") == 1),
          threads_(static_cast<std::size_t>(values.threads())) {
      for (std::int64_t i = 0; i < values.count("routes"); ++i)
        routes_.push_back("/api/v1/resource/" + std::to_string(i));
    }

    // Returns which of the operations it was.
    std::size_t step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      const std::uint64_t drawn = self.random();
      if (drawn % records_a_report == 0) {
        report(mine);
        return 1;
      }
      // A request that takes its time has taken it before it is recorded.
      const request done{.failed = drawn / 64 % 2 == 0,
                         .microseconds = static_cast<std::int64_t>(drawn / 128 % 1000)};
      metrics_.record(routes_[drawn / 4096 % routes_.size()], done);
      ++mine.recorded;
      return 0;
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      thread_state sum;
      for (const thread_state& each : threads_) {
        sum.recorded += each.recorded;
        sum.harvested += each.harvested;
        sum.impossible += each.impossible;
        sum.backward += each.backward;
      }
      metrics_.report([&sum](const std::string&, const route_stats& stats) {
        sum.harvested += stats.count;
        sum.impossible += stats.possible() ? 0 : 1;
      });
      return harness::first_failure(
          {harness::expect_equal("requests in all reports and the rest", sum.harvested,
                                 "requests", sum.recorded),
           harness::expect_equal("impossible reports", sum.impossible, "allowed", 0),
           harness::expect_equal("counts that went back", sum.backward, "allowed", 0)});
    }

   private:
    struct alignas(harness::padding) thread_state {
      std::int64_t recorded = 0;
      std::int64_t harvested = 0;
      std::int64_t impossible = 0;
      std::int64_t backward = 0;
      absl::flat_hash_map<std::string, std::int64_t> last_counts;
    };

    static constexpr std::uint64_t records_a_report = 32;

    void report(thread_state& mine) {
      if (harvests_) {
        metrics_.harvest([&mine](const std::string&, const route_stats& stats) {
          mine.impossible += stats.possible() ? 0 : 1;
          mine.harvested += stats.count;
        });
      } else {
        metrics_.report([&mine](const std::string& route, const route_stats& stats) {
          mine.impossible += stats.possible() ? 0 : 1;
          std::int64_t& last = mine.last_counts[route];
          mine.backward += stats.count < last ? 1 : 0;
          last = stats.count;
        });
      }
    }

    const bool harvests_;
    std::vector<std::string> routes_;
    std::vector<thread_state> threads_;
    alignas(harness::padding) typename Subject::metrics metrics_;
  };
};

}  // namespace tussle::workloads::use_cases
