// atom_node.h (subject): tussle::atom of a value that does not fit a word, whatever T is:
// what a boxed value costs beside an inline one.
#pragma once

#include <cstdint>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/atom/atom.h"

namespace tussle::workloads::subjects {

struct atom_node {
  static harness::subject_info info() {
    return {.name = "atom_node",
            .kind = harness::subject_kind::ours,
            .description =
                "tussle::atom of a value wider than a word: an immutable node, read and "
                "replaced without locks by hazard pointers.",
            .source = "workloads/subjects/atom_node.h",
            .counts_failed_attempts = true,
            .on_seam = true};
  }

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(wide{std::move(initial)}) {}

    T load() const {
      return read([](const T& value) { return value; });
    }

    template <typename F>
    auto read(F f) const {
      return value_.read([&f](const wide& w) { return f(w.value); });
    }

    template <typename F>
    void update(F f) {
      value_.swap([&f](const wide& w) { return wide{f(w.value)}; });
    }

   private:
    struct wide {
      T value;
      std::uint64_t more_than_a_word = 0;
    };
    static_assert(!inline_value<wide>);

    tussle::atom<wide> value_;
  };
};

}  // namespace tussle::workloads::subjects
