// shared_mutex.h (subject): std::shared_mutex around a plain value.
#pragma once

#include <shared_mutex>

#include "harness/case/case_info.h"
#include "workloads/subjects/locked_cell.h"

namespace tussle::workloads::subjects {

struct shared_mutex {
  static harness::subject_info info() {
    return {.name = "shared_mutex",
            .kind = harness::subject_kind::baseline,
            .description =
                "std::shared_mutex around a plain value: readers share, updates exclude.",
            .source = "workloads/subjects/shared_mutex.h"};
  }

  template <typename T>
  using cell = locked_cell<T, std::shared_mutex>;
};

}  // namespace tussle::workloads::subjects
