// atom_backoff.h (subject): the atom with a contention manager around it: after a failed
// attempt a thread waits, longer each time, and remembers how long was enough.
//
// Exponential backoff with memory: Dice, Hendler and Mirsky 2013, "Lightweight contention
// management for efficient compare-and-swap operations", section 3 (the level is kept per
// thread, halved by success and doubled by failure).
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "primitives/atom/atom.h"
#include "primitives/sync/hooks.h"

namespace tussle::workloads::subjects {

struct atom_backoff {
  static harness::subject_info info() {
    return {
        .name = "atom_backoff",
        .kind = harness::subject_kind::ours,
        .description =
            "tussle::atom updated by load and compare_and_set; a thread whose attempt "
            "failed waits exponentially, as long as was enough before.",
        .source = "workloads/subjects/atom_backoff.h",
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
      while (!attempt(f)) {
        sync::count(sync::event::failed_attempt);
        harness::work(level());
        level() = std::min(2 * level(), longest);
      }
      level() = std::max(level() / 2, shortest);
    }

   private:
    // Units of work, about a nanosecond each.
    static constexpr std::int64_t shortest = 16;
    static constexpr std::int64_t longest = 4096;

    static std::int64_t& level() {
      static thread_local std::int64_t units = shortest;
      return units;
    }

    template <typename F>
    bool attempt(F& f) {
      const auto present = value_.load();
      return value_.compare_and_set(present, f(*present));
    }

    tussle::atom<T> value_;
  };
};

}  // namespace tussle::workloads::subjects
