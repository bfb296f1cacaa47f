// torn_pair.h (planted): the torn read.
//
// What is wrong: a value of two words, each of them atomic, written one after the other. A
// reader that comes between sees the first of the new value and the second of the old. No
// race detector has anything to say.
// The mend:      one atomic word, a lock that readers take too, or an immutable node that is
// replaced as a whole (tussle::atom).
// Must be caught by: verification of read_mostly, which counts reads that do not fit
// together; planted_subjects_test forces one.
#pragma once

#include "harness/case/case_info.h"
#include "primitives/sync/mutex.h"
#include "workloads/planted/words.h"

namespace tussle::workloads::planted {

struct torn_pair {
  static harness::subject_info info() {
    return {.name = "torn_pair",
            .kind = harness::subject_kind::planted,
            .description = "Two atomic words written one after the other: torn reads.",
            .source = "workloads/planted/torn_pair.h",
            .on_seam = true,
            .breaks_invariant = harness::expectation::yes};
  }

  template <typename T>
  class cell {
   public:
    explicit cell(const T& initial) { words_.write(initial); }

    T load() const { return words_.read(); }

    // Writers keep out of each other's way, so that no update is lost.
    template <typename F>
    void update(F f) {
      sync::mutex_lock lock(writing_);
      words_.write(f(words_.read()));
    }

   private:
    sync::mutex writing_;
    words<T> words_;
  };
};

}  // namespace tussle::workloads::planted
