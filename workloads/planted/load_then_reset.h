// load_then_reset.h (planted): the lost update.
//
// What is wrong: load, compute, reset. Between the load and the reset another thread's
// update can land, and the reset overwrites it. Every single access is atomic, so no race
// detector has anything to say.
// The mend:      swap, which installs its result only if nothing came between.
// Must be caught by: verification of counter and read_mostly, as soon as two threads
// overlap.
#pragma once

#include <utility>

#include "harness/case/case_info.h"
#include "primitives/atom/atom.h"

namespace tussle::workloads::planted {

struct load_then_reset {
  static harness::subject_info info() {
    return {.name = "load_then_reset",
            .kind = harness::subject_kind::planted,
            .description =
                "An atom updated by load and reset instead of swap: loses updates.",
            .source = "workloads/planted/load_then_reset.h",
            .on_seam = true,
            .breaks_invariant = harness::expectation::yes};
  }

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(std::move(initial)) {}

    T load() const { return *value_.load(); }

    template <typename F>
    void update(F f) {
      const auto present = value_.load();
      value_.reset(f(*present));
    }

   private:
    tussle::atom<T> value_;
  };
};

}  // namespace tussle::workloads::planted
