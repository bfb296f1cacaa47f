// empty.h (subject): does nothing. Its rows show what the harness's own loop costs;
// nothing is subtracted.
#pragma once

#include <cstdint>

#include "harness/case/case_info.h"

namespace tussle::workloads::subjects {

struct empty {
  static harness::subject_info info() {
    return {.name = "empty",
            .kind = harness::subject_kind::harness,
            .description = "Does nothing: the cost of the harness's own loop.",
            .source = "workloads/subjects/empty.h"};
  }

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial) {}

    T load() const { return value_; }

    template <typename F>
    auto read(F f) const {
      return f(value_);
    }

    template <typename F>
    void update(F f) {
      T result = f(value_);
      asm volatile("" : : "m"(result));  // computed, and kept nowhere
    }

   private:
    const T value_;
  };
};

}  // namespace tussle::workloads::subjects
