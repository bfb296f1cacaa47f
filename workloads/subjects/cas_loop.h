// cas_loop.h (subject): std::atomic with a hand-written compare-exchange loop.
#pragma once

#include <atomic>
#include <cstddef>

#include "harness/case/case_info.h"
#include "primitives/sync/hooks.h"

namespace tussle::workloads::subjects {

struct cas_loop {
  static harness::subject_info info() {
    return {.name = "cas_loop",
            .kind = harness::subject_kind::baseline,
            .description =
                "std::atomic updated by a compare_exchange_weak loop, sequentially "
                "consistent as the atom is.",
            .source = "workloads/subjects/cas_loop.h",
            .counts_failed_attempts = true};
  }

  // A larger value would be kept by a hidden lock of the library.
  static constexpr std::size_t largest_value = sizeof(void*);

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial) {}

    T load() const { return value_.load(std::memory_order_seq_cst); }

    template <typename F>
    void update(F f) {
      T present = value_.load(std::memory_order_seq_cst);
      while (
          !value_.compare_exchange_weak(present, f(present), std::memory_order_seq_cst)) {
        sync::count(sync::event::failed_attempt);
      }
    }

   private:
    std::atomic<T> value_;
  };
};

}  // namespace tussle::workloads::subjects
