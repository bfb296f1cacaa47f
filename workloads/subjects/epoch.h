// epoch.h (subject): a value behind a pointer, reclaimed by epochs; what the atom's hazard
// pointers were measured against.
//
// A reader announces the epoch in which it entered; what was taken out in epoch e is freed
// when everybody inside has been seen in a later one (Fraser 2004, "Practical lock freedom",
// section 5.2.3). The announcement is as light as a hazard pointer's: a plain store, with a
// heavy barrier on the side of those who free (asymmetric_barrier.h).
//
// What it gives up: memory is not bounded. One reader that stalls inside keeps everything
// alive that is replaced from then on.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "primitives/sync/asymmetric_barrier.h"
#include "primitives/sync/hooks.h"

namespace tussle::workloads::subjects {

class epochs {
 public:
  using destroyer = void (*)(void*);

 private:
  static constexpr std::uint64_t outside = 0;
  static constexpr std::size_t collect_every = 512;

  struct waiting_object {
    std::uint64_t epoch;
    void* object;
    destroyer destroy;
  };

  struct alignas(harness::padding) row {
    std::atomic<std::uint64_t> entered{outside};
    int depth = 0;
    alignas(harness::padding) row* next = nullptr;
    std::atomic<bool> taken{true};
    std::vector<waiting_object> waiting;
    std::size_t collect_at = collect_every;
  };

 public:
  // A reader's section.
  class section {
   public:
    section() : own_(mine()) {
      // Nested sections belong to the outermost.
      if (own_.depth++ > 0) return;
      // Relaxed: an old epoch only makes others wait longer.
      const std::uint64_t present = all().epoch.load(std::memory_order_relaxed);
      if (sync::light_barriers()) {
        // (1) release; pairs with (3) through a heavy barrier: who frees sees the entry, or
        // this thread finds the new pointer.
        own_.entered.store(present, std::memory_order_release);
        sync::light_barrier();
      } else {
        own_.entered.store(present, std::memory_order_seq_cst);  // (1)
      }
    }
    section(const section&) = delete;
    section& operator=(const section&) = delete;
    ~section() {
      // (2) release; pairs with (3): what was read comes before it is freed.
      if (--own_.depth == 0) own_.entered.store(outside, std::memory_order_release);
    }

   private:
    row& own_;
  };

  // Frees `object` when nobody can be using it. It is out of reach for those who enter.
  static void retire(void* object, destroyer destroy) {
    row& own = mine();
    own.waiting.push_back({all().epoch.load(std::memory_order_seq_cst), object, destroy});
    if (own.waiting.size() >= own.collect_at) collect(own);
  }

 private:
  struct shared {
    alignas(harness::padding) std::atomic<std::uint64_t> epoch{1};
    alignas(harness::padding) std::atomic<row*> rows{nullptr};
    std::mutex adding;
  };

  // Never destroyed, as are the rows: threads may outlive static objects.
  static shared& all() {
    static shared& only = *new shared;
    return only;
  }

  static row& take_row() {
    const std::lock_guard guard(all().adding);
    for (row* r = all().rows.load(std::memory_order_acquire); r != nullptr; r = r->next) {
      if (!r->taken.exchange(true, std::memory_order_acquire)) return *r;
    }
    row* const made = new row;
    made->next = all().rows.load(std::memory_order_relaxed);
    all().rows.store(made, std::memory_order_seq_cst);
    return *made;
  }

  // What waits stays in the row, for the thread that takes it next.
  struct membership {
    row& own = take_row();
    membership() = default;
    membership(const membership&) = delete;
    membership& operator=(const membership&) = delete;
    ~membership() {
      collect(own);
      own.taken.store(false, std::memory_order_release);
    }
  };
  static row& mine() {
    static thread_local const membership member;
    return member.own;
  }

  // The epoch may move on when everybody inside is in the present one.
  static bool all_inside_are_in(std::uint64_t present) {
    for (const row* r = all().rows.load(std::memory_order_seq_cst); r != nullptr;
         r = r->next) {
      // (3) seq_cst; pairs with (1) and (2).
      const std::uint64_t entered = r->entered.load(std::memory_order_seq_cst);
      if (entered != outside && entered != present) return false;
    }
    return true;
  }

  static void collect(row& own) {
    sync::heavy_barrier();
    std::uint64_t present = all().epoch.load(std::memory_order_seq_cst);
    if (all_inside_are_in(present)) {
      all().epoch.compare_exchange_strong(present, present + 1,
                                          std::memory_order_seq_cst);
      present = all().epoch.load(std::memory_order_seq_cst);
    }
    // Out of reach since two epochs: whoever entered before is gone.
    const auto rest = std::partition(
        own.waiting.begin(), own.waiting.end(),
        [present](const waiting_object& w) { return w.epoch + 2 > present; });
    std::vector<waiting_object> free(rest, own.waiting.end());
    own.waiting.erase(rest, own.waiting.end());
    own.collect_at = own.waiting.size() + collect_every;
    for (const waiting_object& w : free) w.destroy(w.object);
  }
};

struct epoch {
  static harness::subject_info info() {
    return {.name = "epoch",
            .kind = harness::subject_kind::baseline,
            .description =
                "A pointer to an immutable value, replaced by compare-exchange and "
                "reclaimed by epochs; memory is not bounded when a reader stalls.",
            .source = "workloads/subjects/epoch.h",
            .counts_failed_attempts = true};
  }

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(new T(std::move(initial))) {}
    cell(const cell&) = delete;
    cell& operator=(const cell&) = delete;
    ~cell() { delete value_.load(std::memory_order_relaxed); }

    T load() const {
      return read([](const T& value) { return value; });
    }

    template <typename F>
    auto read(F f) const {
      const epochs::section inside;
      return f(std::as_const(*value_.load(std::memory_order_seq_cst)));
    }

    template <typename F>
    void update(F f) {
      T* old = nullptr;
      {
        const epochs::section inside;
        old = value_.load(std::memory_order_seq_cst);
        for (;;) {
          auto next = std::make_unique<T>(f(std::as_const(*old)));
          if (value_.compare_exchange_weak(old, next.get(), std::memory_order_seq_cst)) {
            static_cast<void>(next.release());  // the cell has it
            break;
          }
          sync::count(sync::event::failed_attempt);
        }
      }
      epochs::retire(old, [](void* object) { delete static_cast<T*>(object); });
    }

   private:
    std::atomic<T*> value_;
  };
};

}  // namespace tussle::workloads::subjects
