// tables.h (subjects): tables for dining philosophers.
//
// ref_table:     a ref for each fork. Both are taken in one transaction, or none; the meal
//                comes after it, as a body may run again.
// atom_table:    one atom of all forks, likewise.
// ordered_table: a std::mutex for each fork, the one with the smaller number first.
// scoped_table:  std::scoped_lock, which tries, gives back and tries again.
// waiter_table:  one std::mutex and a condition variable; who wants forks waits until both lie.
//
// Nobody can be blocked until a ref changes: who finds a fork taken lets others go first, and
// looks again.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "primitives/atom/atom.h"
#include "primitives/stm/transact.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/sync/per_thread.h"
#include "workloads/scenarios/forks.h"
#include "workloads/subjects/stm_account.h"

namespace tussle::workloads::subjects {

inline harness::subject_info table_info(std::string name, harness::subject_kind kind,
                                        std::string description) {
  return {.name = std::move(name),
          .kind = kind,
          .description = std::move(description),
          .source = "workloads/subjects/tables.h",
          .counts_failed_attempts = kind == harness::subject_kind::ours,
          .on_seam = kind == harness::subject_kind::ours};
}

struct ref_table {
  static harness::subject_info info() {
    return table_info("ref_table", harness::subject_kind::ours,
                      "A tussle::tx_ref for each fork; both or none in a transaction.");
  }

  class table {
   public:
    explicit table(std::size_t seats) {
      is_taken_.reserve(seats);
      for (std::size_t i = 0; i < seats; ++i) is_taken_.emplace_back(false);
    }

    template <typename Meal>
    void eat(std::size_t seat, const Meal& meal) {
      const two_forks mine = forks_of(seat, is_taken_.size());
      while (!take(mine)) sync::yield();
      meal();
      lay_down(mine);
    }

    // Of all transactions since it was laid.
    std::string account() const { return since_opening_.told(); }
    auto counts() const { return since_opening_.counts(); }

   protected:  // for the planted ones
    bool is_taken(std::size_t fork) const {
      return is_taken_[fork].read([](bool taken) { return taken; });
    }
    bool take(two_forks mine) {
      return transact([&] {
        if (is_taken(mine.left) || is_taken(mine.right)) return false;
        is_taken_[mine.left].set(true);
        is_taken_[mine.right].set(true);
        return true;
      });
    }
    void lay_down(two_forks mine) {
      transact([&] {
        is_taken_[mine.left].set(false);
        is_taken_[mine.right].set(false);
      });
    }

    std::vector<tx_ref<bool>> is_taken_;

   private:
    const stm_account since_opening_;
  };
};

struct atom_table {
  static harness::subject_info info() {
    return table_info("atom_table", harness::subject_kind::ours,
                      "One tussle::atom of all forks, a bit each.");
  }

  class table {
   public:
    explicit table(std::size_t seats) : seats_(seats) {}

    template <typename Meal>
    void eat(std::size_t seat, const Meal& meal) {
      const two_forks forks = forks_of(seat, seats_);
      const std::uint64_t mine = bit(forks.left) | bit(forks.right);
      while (!take(mine)) sync::yield();
      meal();
      taken_.swap([mine](std::uint64_t taken) { return taken & ~mine; });
    }

   private:
    static std::uint64_t bit(std::size_t fork) { return std::uint64_t{1} << fork; }
    bool take(std::uint64_t mine) {
      const auto [before, after] = taken_.swap_vals([mine](std::uint64_t taken) {
        return (taken & mine) == 0 ? taken | mine : taken;
      });
      return (*before & mine) == 0;
    }

    const std::size_t seats_;
    atom<std::uint64_t> taken_{0};
  };
};

struct ordered_table {
  static harness::subject_info info() {
    return table_info("ordered_table", harness::subject_kind::baseline,
                      "A std::mutex for each fork, the smaller number first.");
  }

  class table {
   public:
    explicit table(std::size_t seats) : forks_(seats) {}

    template <typename Meal>
    void eat(std::size_t seat, const Meal& meal) {
      const two_forks mine = forks_of(seat, forks_.size());
      const std::lock_guard first(forks_[std::min(mine.left, mine.right)].lock);
      const std::lock_guard second(forks_[std::max(mine.left, mine.right)].lock);
      meal();
    }

   private:
    struct alignas(harness::padding) fork {
      std::mutex lock;
    };
    std::vector<fork> forks_;
  };
};

struct scoped_table {
  static harness::subject_info info() {
    return table_info("scoped_table", harness::subject_kind::baseline,
                      "A std::mutex for each fork; std::scoped_lock of both.");
  }

  class table {
   public:
    explicit table(std::size_t seats) : forks_(seats) {}

    template <typename Meal>
    void eat(std::size_t seat, const Meal& meal) {
      const two_forks mine = forks_of(seat, forks_.size());
      const std::scoped_lock both(forks_[mine.left].lock, forks_[mine.right].lock);
      meal();
    }

   private:
    struct alignas(harness::padding) fork {
      std::mutex lock;
    };
    std::vector<fork> forks_;
  };
};

struct waiter_table {
  static harness::subject_info info() {
    return table_info("waiter_table", harness::subject_kind::baseline,
                      "One std::mutex and a condition variable for all forks.");
  }

  class table {
   public:
    explicit table(std::size_t seats) : is_taken_(seats) {}

    template <typename Meal>
    void eat(std::size_t seat, const Meal& meal) {
      const two_forks mine = forks_of(seat, is_taken_.size());
      {
        std::unique_lock held(lock_);
        laid_down_.wait(held,
                        [&] { return !is_taken_[mine.left] && !is_taken_[mine.right]; });
        put(mine, true);
      }
      meal();
      {
        const std::lock_guard held(lock_);
        put(mine, false);
      }
      laid_down_.notify_all();
    }

   private:
    void put(two_forks which, bool taken) {
      is_taken_[which.left] = taken;
      is_taken_[which.right] = taken;
    }

    std::mutex lock_;
    std::condition_variable laid_down_;
    std::vector<bool> is_taken_;
  };
};

}  // namespace tussle::workloads::subjects
