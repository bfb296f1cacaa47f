// semaphore.h (subject): std::binary_semaphore used as a lock.
#pragma once

#include <semaphore>

#include "harness/case/case_info.h"
#include "workloads/subjects/locked_cell.h"

namespace tussle::workloads::subjects {

// One permit. libstdc++ 12 wakes nobody when a release finds a permit left over (its bug
// 104928); a lock has only one, so its releases never find any.
class one_permit_lock {
 public:
  void lock() { permits_.acquire(); }
  void unlock() { permits_.release(); }

 private:
  std::binary_semaphore permits_{1};
};

struct semaphore {
  static harness::subject_info info() {
    return {.name = "semaphore",
            .kind = harness::subject_kind::baseline,
            .description =
                "std::binary_semaphore as a lock around a plain value; knows no "
                "owner.",
            .source = "workloads/subjects/semaphore.h"};
  }

  template <typename T>
  using cell = locked_cell<T, one_permit_lock>;
};

}  // namespace tussle::workloads::subjects
