// fetch_add.h (subject): one atomic addition. A limit, not an equal: it can add, and
// nothing else.
#pragma once

#include <atomic>
#include <cstdint>

#include "harness/case/case_info.h"

namespace tussle::workloads::subjects {

struct fetch_add {
  static harness::subject_info info() {
    return {.name = "fetch_add",
            .kind = harness::subject_kind::baseline,
            .description =
                "std::atomic::fetch_add: the fastest shared counter; cannot apply a "
                "function.",
            .source = "workloads/subjects/fetch_add.h"};
  }

  class counter {
   public:
    explicit counter(std::int64_t initial) : value_(initial) {}

    void increment(std::int64_t /*hold*/) {
      value_.fetch_add(1, std::memory_order_seq_cst);
    }
    std::int64_t load() const { return value_.load(std::memory_order_seq_cst); }

   private:
    std::atomic<std::int64_t> value_;
  };
};

}  // namespace tussle::workloads::subjects
