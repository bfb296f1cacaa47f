// late_look_at_count.h (planted): the double free.
//
// What is wrong: owners of a value are counted, but neither step is one: who takes a
// reference loads the count and then stores one more; who gives one up counts down and then
// looks again whether nobody is left. Two who give up at once both find nobody, and both
// delete the value; a reference that gets lost lets it die under its reader.
// The mend:      fetch_add, the result of fetch_sub, and protection of the value between
// finding it and counting it (tussle::atom).
// Must be caught by: the address sanitizer of the chaos build, under stress by chance;
// planted_subjects_test forces it; sim, always. Only there: elsewhere it would destroy the
// heap of the process that is to tell of it, so it is registered in modes chaos and sim
// only.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/sync/allocate.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::workloads::planted {

struct late_look_at_count {
  static harness::subject_info info() {
    return {.name = "late_look_at_count",
            .kind = harness::subject_kind::planted,
            .description =
                "Counts owners in two steps: a double free. In modes chaos and sim only, "
                "where it is stopped.",
            .source = "workloads/planted/late_look_at_count.h",
            .on_seam = true,
            .breaks_invariant = harness::expectation::yes};
  }

  template <typename T>
  class cell {
   public:
    explicit cell(const T& initial) : present_(make(initial)) {}
    // Relaxed: whoever destroys the cell is its last user.
    ~cell() { give_up(*present_.load(std::memory_order_relaxed)); }
    cell(const cell&) = delete;
    cell& operator=(const cell&) = delete;

    T load() const {
      holder& held = *present_.load(std::memory_order_acquire);  // (2)
      take(held);
      const T value = *held.value;
      give_up(held);
      return value;
    }

    template <typename F>
    void update(F f) {
      sync::mutex_lock lock(updating_);
      holder& old = *present_.load(std::memory_order_acquire);
      // (1) release; pairs with (2): the new value.
      present_.store(make(f(*old.value)), std::memory_order_release);
      give_up(old);
    }

   private:
    // Holders stay until the cell dies: what goes wrong is about their values.
    struct holder {
      sync::atomic<int> count{1};
      T* value;
    };

    holder* make(const T& value) {
      all_.push_back(std::make_unique<holder>());
      all_.back()->value =
          new (sync::allocate(sizeof(T), alignof(T))) T(value);  // watched in mode sim
      return all_.back().get();
    }

    static void take(holder& held) {
      const int count = held.count.load(std::memory_order_acquire);
      held.count.store(count + 1, std::memory_order_release);  // planted: not one step
    }
    static void give_up(holder& held) {
      held.count.fetch_sub(1, std::memory_order_acq_rel);
      sync::schedule_point("planted.late_look_at_count.before_look");
      // Planted: another may have brought it to nothing.
      if (held.count.load(std::memory_order_acquire) == 0) destroy(held.value);
    }

    static void destroy(T* value) {
      value->~T();
      sync::deallocate(value, alignof(T));
    }

    sync::mutex updating_;
    std::vector<std::unique_ptr<holder>> all_;
    sync::atomic<holder*> present_;
  };
};

}  // namespace tussle::workloads::planted
