// sharded_metrics.h (subject): the metrics of UC-1 in shards, each behind a mutex.
//
// Requests for different routes seldom meet. What it gives up: a report is no snapshot of all
// routes at one moment, only of each route.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "workloads/subjects/locked_maps.h"

namespace tussle::workloads::subjects {

struct sharded_metrics {
  static harness::subject_info info() {
    return {.name = "sharded_metrics",
            .kind = harness::subject_kind::baseline,
            .description =
                "Metrics in 16 shards, each an absl::flat_hash_map behind a "
                "std::mutex; a report is no snapshot.",
            .source = "workloads/subjects/sharded_metrics.h"};
  }

  class metrics {
   public:
    void record(const std::string& route, const use_cases::request& r) {
      shards_[absl::Hash<std::string>()(route) % shards_.size()].part.record(route, r);
    }
    template <typename F>
    void report(F f) const {
      for (const shard& each : shards_) each.part.report(std::ref(f));
    }
    template <typename F>
    void harvest(F f) {
      for (shard& each : shards_) each.part.harvest(std::ref(f));
    }

   private:
    struct alignas(harness::padding) shard {
      locked_metrics<absl::flat_hash_map<std::string, use_cases::route_stats>, std::mutex>
          part;
    };
    std::array<shard, 16> shards_;
  };
};

}  // namespace tussle::workloads::subjects
