// plain_int.h (planted): the data race.
//
// What is wrong: a plain int that several threads increment. Undefined behaviour; in
// practice updates get lost, or the compiler keeps the value in a register and nothing
// seems wrong.
// The mend:      std::atomic, or any subject of this suite.
// Must be caught by: the race run. Verification may notice lost updates, but need not.
#pragma once

#include <cstdint>

#include "harness/case/case_info.h"
#include "primitives/sync/plain.h"

namespace tussle::workloads::planted {

struct plain_int {
  static harness::subject_info info() {
    return {.name = "plain_int",
            .kind = harness::subject_kind::planted,
            .description = "A plain int incremented by all threads: a data race.",
            .source = "workloads/planted/plain_int.h",
            .on_seam = true,
            .breaks_invariant = harness::expectation::may,
            .races = harness::expectation::yes};
  }

  class counter {
   public:
    explicit counter(std::int64_t initial) : value_(initial) {}

    void increment(std::int64_t /*hold*/) { ++value_.modify(); }
    std::int64_t load() const { return value_.read(); }

   private:
    sync::plain<std::int64_t> value_;
  };
};

}  // namespace tussle::workloads::planted
