// atom.h (subject): tussle::atom, updated by swap.
#pragma once

#include <utility>

#include "harness/case/case_info.h"
#include "primitives/atom/atom.h"

namespace tussle::workloads::subjects {

struct atom {
  static harness::subject_info info() {
    return {.name = "atom",
            .kind = harness::subject_kind::ours,
            .description = "tussle::atom: load and swap, no lock for values of one word.",
            .source = "workloads/subjects/atom.h",
            .counts_failed_attempts = true,
            .on_seam = true};
  }

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(std::move(initial)) {}

    T load() const { return *value_.load(); }

    template <typename F>
    auto read(F f) const {
      return value_.read(f);
    }

    template <typename F>
    void update(F f) {
      value_.swap(f);
    }

   private:
    tussle::atom<T> value_;
  };
};

}  // namespace tussle::workloads::subjects
