// stale_read.h (planted): reads that may be old.
//
// What is wrong: a thread keeps a copy of the value and reads it eight times before it
// looks at the cell again. Every update is atomic, none is lost, no value is torn, and a
// thread never sees a value older than one that it has seen or written. Only the order in
// real time is broken: a read returns what others had replaced before the read began.
// The mend:      read the cell.
// Must be caught by: the history checker (history_cell), and by nothing else.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "harness/case/case_info.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::workloads::planted {

struct stale_read {
  static harness::subject_info info() {
    return {.name = "stale_read",
            .kind = harness::subject_kind::planted,
            .description =
                "A compare-exchange loop whose reads come from a copy that each thread "
                "keeps: values that are out of date.",
            .source = "workloads/planted/stale_read.h",
            .on_seam = true,
            .breaks_invariant = harness::expectation::yes};
  }

  static constexpr std::size_t largest_value = sizeof(void*);

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial), id_(next_id()) {}

    T load() const {
      copy& mine = copy_of_this_thread();
      if (mine.cell != id_ || mine.reads_left == 0) {
        keep(value_.load(std::memory_order_seq_cst));
      }
      --mine.reads_left;
      const T seen = mine.value;
      // A copy is read without an operation that others see. Here the next read ages.
      sync::schedule_point("planted.stale_read.after_read");
      return seen;
    }

    template <typename F>
    void update(F f) {
      T present = value_.load(std::memory_order_seq_cst);
      T next = f(present);
      while (!value_.compare_exchange_weak(present, next, std::memory_order_seq_cst,
                                           std::memory_order_seq_cst)) {
        next = f(present);
      }
      keep(next);
    }

   private:
    static constexpr int reads_of_a_copy = 8;

    struct copy {
      std::uint64_t cell = 0;
      T value{};
      int reads_left = 0;
    };

    static copy& copy_of_this_thread() { return sync::per_thread<cell, copy>::mine(); }

    void keep(T value) const { copy_of_this_thread() = {id_, value, reads_of_a_copy}; }

    // Another cell may come to lie at the same address.
    static std::uint64_t next_id() {
      static std::atomic<std::uint64_t> last{0};
      // Relaxed: only has to be different each time.
      return last.fetch_add(1, std::memory_order_relaxed) + 1;
    }

    sync::atomic<T> value_;
    const std::uint64_t id_;
  };
};

}  // namespace tussle::workloads::planted
