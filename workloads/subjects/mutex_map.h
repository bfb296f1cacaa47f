// mutex_map.h (subject): std::mutex around absl::flat_hash_map, or std::vector.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "harness/case/case_info.h"
#include "workloads/subjects/locked_maps.h"

namespace tussle::workloads::subjects {

struct mutex_map {
  static harness::subject_info info() {
    return {.name = "mutex_map",
            .kind = harness::subject_kind::baseline,
            .description = "std::mutex around absl::flat_hash_map, or std::vector.",
            .source = "workloads/subjects/mutex_map.h"};
  }

  template <typename Key>
  using map = locked_map<absl::flat_hash_map<Key, std::int64_t>, std::mutex>;
  using sequence = locked_sequence<std::mutex>;
  using metrics = locked_metrics<absl::flat_hash_map<std::string, use_cases::route_stats>,
                                 std::mutex>;
  using configuration = locked_configuration<std::mutex>;
};

}  // namespace tussle::workloads::subjects
