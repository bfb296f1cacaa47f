// locked_node.h (subject): a counted node whose handle a mutex protects; what the atom's
// boxed values were before, and what its hazard pointers were measured against.
#pragma once

#include <cstdint>
#include <mutex>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/reference/counted_ptr.h"
#include "primitives/sync/hooks.h"

namespace tussle::workloads::subjects {

struct locked_node {
  static harness::subject_info info() {
    return {.name = "locked_node",
            .kind = harness::subject_kind::baseline,
            .description =
                "A counted pointer to an immutable value; a mutex is held while the "
                "pointer is copied or compared and replaced, not while f runs.",
            .source = "workloads/subjects/locked_node.h",
            .counts_failed_attempts = true};
  }

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(pointer::make(std::move(initial))) {}

    T load() const { return *present(); }

    template <typename F>
    auto read(F f) const {
      const pointer held = present();
      return f(*held);
    }

    template <typename F>
    void update(F f) {
      for (;;) {
        pointer held = present();
        pointer next = pointer::make(f(*held));
        if (install(held, next)) return;
        sync::count(sync::event::failed_attempt);
      }
    }

   private:
    using pointer = counted_ptr<const T>;

    pointer present() const {
      const std::lock_guard guard(mutex_);
      return value_;
    }

    // What is displaced dies with `next`, after the unlock.
    bool install(const pointer& expected, pointer& next) {
      const std::lock_guard guard(mutex_);
      if (!(value_ == expected)) return false;
      std::swap(value_, next);
      return true;
    }

    mutable std::mutex mutex_;
    pointer value_;
  };
};

}  // namespace tussle::workloads::subjects
