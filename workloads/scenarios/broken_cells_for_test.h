// broken_cells_for_test.h: cells that are broken in one way each, and ways to run a
// workload on them without a team.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <latch>
#include <memory>
#include <thread>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"

namespace tussle::workloads {

// Subjects for tests only.
inline harness::subject_info made_here(const char* name) {
  return {.name = name,
          .kind = harness::subject_kind::planted,
          .description = "Made for a test.",
          .source = "workloads/scenarios/broken_cells_for_test.h"};
}

// Lets the first two updates of a cell meet after each has computed its result from what
// it read, and before either installs it.
template <typename Subject>
struct staged {
  static harness::subject_info info() { return Subject::info(); }

  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : inner_(initial) {}

    T load() const { return inner_.load(); }

    template <typename F>
    void update(F f) {
      inner_.update([&](const T& present) {
        const T next = f(present);
        if (calls_.fetch_add(1) < 2) both_computed_.arrive_and_wait();
        return next;
      });
    }

   private:
    typename Subject::template cell<T> inner_;
    std::atomic<int> calls_{0};
    std::latch both_computed_{2};
  };
};

inline harness::conditions two_threads_that_only_update() {
  harness::conditions values;
  for (const char* name : {"think", "hold", "read_share"}) values.set(name, 0);
  values.set("burst", 1);
  values.set("operations", 1000);
  values.set("threads", 2);
  return values;
}

// The verdict after one step on each of two threads.
template <typename Run>
harness::verdict after_two_steps_at_once() {
  Run run(two_threads_that_only_update());
  std::array<std::thread, 2> threads;
  for (int i = 0; i < 2; ++i) {
    threads[static_cast<std::size_t>(i)] = std::thread([&run, i] {
      harness::worker self(i, 2, 1);
      run.step(self);
    });
  }
  for (std::thread& each : threads) each.join();
  return run.verify({{1, 1}});
}

// Drops its first update.
struct drops_one {
  static harness::subject_info info() { return made_here("drops_one"); }
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial) {}
    T load() const { return value_; }
    template <typename F>
    void update(F f) {
      if (dropped_) value_ = f(value_);
      dropped_ = true;
    }

   private:
    T value_;
    bool dropped_ = false;
  };
};

// Reads give the first half of the present value and the second half of the one before.
struct torn {
  static harness::subject_info info() { return made_here("torn"); }
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial), before_(initial) {}
    T load() const {
      T mixed = value_;
      constexpr std::size_t half = sizeof(T) / 2;
      std::memcpy(reinterpret_cast<char*>(&mixed) + half,
                  reinterpret_cast<const char*>(&before_) + half, half);
      return mixed;
    }
    template <typename F>
    void update(F f) {
      before_ = value_;
      value_ = f(value_);
    }

   private:
    T value_;
    T before_;
  };
};

// One read, after many, gives the value of the very beginning.
struct stale {
  static harness::subject_info info() { return made_here("stale"); }
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial), initial_(initial) {}
    T load() const {
      constexpr int stale_read = 100;
      return ++reads_ == stale_read ? initial_ : value_;
    }
    template <typename F>
    void update(F f) {
      value_ = f(value_);
    }

   private:
    T value_;
    const T initial_;
    mutable int reads_ = 0;
  };
};

// One thread's verdict after many steps, half of them reads.
template <typename Run>
harness::verdict after_many_steps() {
  constexpr int steps = 1000;
  harness::conditions values;
  values.set("think", 0);
  values.set("hold", 0);
  values.set("read_share", 0.5);
  values.set("burst", 1);
  values.set("operations", 1000);
  values.set("threads", 1);
  Run run(values);
  harness::worker self(0, 1, 1);
  for (int i = 0; i < steps; ++i) run.step(self);
  return run.verify({{steps}});
}

// Remembers where its last cell was made.
struct located {
  static harness::subject_info info() { return made_here("located"); }
  inline static std::uintptr_t at = 0;
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial) {
      at = reinterpret_cast<std::uintptr_t>(this);
    }
    T load() const { return value_; }
    template <typename F>
    void update(F f) {
      value_ = f(value_);
    }

   private:
    T value_;
  };
};

// The shared cell must be alone on its cache lines, or the numbers are of its neighbours.
template <typename Run>
void expect_cell_alone() {
  const auto run = std::make_unique<Run>(two_threads_that_only_update());
  const auto end = reinterpret_cast<std::uintptr_t>(run.get()) + sizeof(Run);

  EXPECT_EQ(located::at % harness::padding, 0U);
  EXPECT_EQ(end - located::at, harness::padding);
}

}  // namespace tussle::workloads
