// atomic_shared_ptr.h (subject): std::atomic<std::shared_ptr> to an immutable value.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/sync/hooks.h"

namespace tussle::workloads::subjects {

struct atomic_shared_ptr {
  static harness::subject_info info() {
    return {
        .name = "atomic_shared_ptr",
        .kind = harness::subject_kind::baseline,
        .description =
            "std::atomic<std::shared_ptr>: each update makes a new value and "
            "installs it by compare_exchange.",
        .source = "workloads/subjects/atomic_shared_ptr.h",
        .not_race_checkable =
            "libstdc++ 12 guards the pointer by a spin bit whose unlock after a load is "
            "relaxed, which ThreadSanitizer reports in correct programs",
        .counts_failed_attempts = true};
  }

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(std::make_shared<const T>(std::move(initial))) {}

    T load() const { return *held(); }

    template <typename F>
    auto read(F f) const {
      return f(*held());
    }

    template <typename F>
    void update(F f) {
      std::shared_ptr<const T> present = held();
      while (!value_.compare_exchange_weak(
          present, std::make_shared<const T>(f(*present)), std::memory_order_seq_cst)) {
        sync::count(sync::event::failed_attempt);
      }
    }

   private:
    std::shared_ptr<const T> held() const {
      return value_.load(std::memory_order_seq_cst);
    }

    std::atomic<std::shared_ptr<const T>> value_;
  };
};

}  // namespace tussle::workloads::subjects
