// ordered_map.h (subject): std::mutex around std::map.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "harness/case/case_info.h"
#include "workloads/subjects/locked_maps.h"

namespace tussle::workloads::subjects {

struct ordered_map {
  static harness::subject_info info() {
    return {
        .name = "ordered_map",
        .kind = harness::subject_kind::baseline,
        .description = "std::mutex around std::map: the tree of the standard library.",
        .source = "workloads/subjects/ordered_map.h"};
  }

  template <typename Key>
  using map = locked_map<std::map<Key, std::int64_t>, std::mutex>;
};

}  // namespace tussle::workloads::subjects
