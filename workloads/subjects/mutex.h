// mutex.h (subject): std::mutex around a plain value.
#pragma once

#include <mutex>

#include "harness/case/case_info.h"
#include "workloads/subjects/locked_cell.h"

namespace tussle::workloads::subjects {

struct mutex {
  static harness::subject_info info() {
    return {.name = "mutex",
            .kind = harness::subject_kind::baseline,
            .description = "std::mutex around a plain value.",
            .source = "workloads/subjects/mutex.h"};
  }

  template <typename T>
  using cell = locked_cell<T, std::mutex>;
};

}  // namespace tussle::workloads::subjects
