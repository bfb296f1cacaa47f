// naive_selectors.h (planted): taking from each source, to be sure to have the first.
//
// takes_of_all: takes from every source that has something, and returns the first; what the
//               others gave is dropped.
// no_room:      nobody waits for room: memory grows with whoever is faster.
// The mend:     subjects/selectors.h: only one of the takes has an effect; sources have a bound.
// Must be caught by: verification of select, with two or more sources; where producers are
//               faster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <thread>

#include "harness/case/case_info.h"
#include "workloads/subjects/selectors.h"

namespace tussle::workloads::planted {

struct takes_of_all {
  static harness::subject_info info() {
    return {.name = "takes_of_all",
            .kind = harness::subject_kind::planted,
            .description =
                "A take from every source, of which the first that succeeds counts.",
            .source = "workloads/planted/naive_selectors.h",
            .breaks_invariant = harness::expectation::may};
  }

  class selector : public subjects::polling_selector::selector {
   public:
    using subjects::polling_selector::selector::selector;

    std::optional<std::int64_t> take() {
      for (;;) {
        const bool closed = closed_.load();
        std::optional<std::int64_t> first;
        for (place& each : sources_) {
          const std::optional<std::int64_t> element = each.try_take();
          if (!first) first = element;
        }
        if (first || closed) return first;
        std::this_thread::yield();
      }
    }
  };
};

struct no_room {
  static harness::subject_info info() {
    return {.name = "no_room",
            .kind = harness::subject_kind::planted,
            .description = "Sources of which nobody waits for room.",
            .source = "workloads/planted/naive_selectors.h",
            .breaks_invariant = harness::expectation::may};
  }

  class selector : public subjects::condition_selector::selector {
   public:
    selector(std::size_t sources, std::size_t /*capacity*/)
        : subjects::condition_selector::selector(
              sources, std::numeric_limits<std::size_t>::max()) {}
  };
};

}  // namespace tussle::workloads::planted
