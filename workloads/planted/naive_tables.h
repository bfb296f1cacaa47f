// naive_tables.h (planted): tables of dining philosophers on refs, as they are often laid
// first.
//
// looks_before:  looks for the forks before the transaction that takes them.
// skewed_table:  a ref for each seat, whether somebody eats there. Who wants to eat reads what
//                his neighbours do, and changes his own: two neighbours change different refs,
//                and both commit (write skew). `ensure` the neighbours, or have a ref for each
//                fork.
// The mend:      subjects/tables.h, ref_table.
// Must be caught by: verification of dining.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/stm/transact.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/scenarios/forks.h"
#include "workloads/subjects/tables.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_table_info(std::string name, std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_tables.h",
          .on_seam = true,
          .breaks_invariant = harness::expectation::may};
}

struct looks_before {
  static harness::subject_info info() {
    return naive_table_info("looks_before", "Looks before the transaction begins.");
  }

  class table : public subjects::ref_table::table {
   public:
    using subjects::ref_table::table::table;

    template <typename Meal>
    void eat(std::size_t seat, const Meal& meal) {
      const two_forks mine = forks_of(seat, is_taken_.size());
      while (is_taken(mine.left) || is_taken(mine.right)) sync::yield();
      sync::schedule_point("planted.looks_before.looked");
      sync::yield();  // what happens now and then, often
      transact([&] {
        is_taken_[mine.left].set(true);
        is_taken_[mine.right].set(true);
      });
      meal();
      lay_down(mine);
    }
  };
};

struct skewed_table {
  static harness::subject_info info() {
    return naive_table_info("skewed_table",
                            "Reads what neighbours do without ensure: write skew.");
  }

  class table {
   public:
    explicit table(std::size_t seats) {
      eats_.reserve(seats);
      for (std::size_t i = 0; i < seats; ++i) eats_.emplace_back(false);
    }

    template <typename Meal>
    void eat(std::size_t seat, const Meal& meal) {
      while (!begin(seat)) sync::yield();
      sync::yield();  // what happens now and then, often
      meal();
      transact([&] { eats_[seat].set(false); });
    }

   private:
    bool begin(std::size_t seat) {
      return transact([&] {
        const std::size_t seats = eats_.size();
        if (is_eating(seat) || is_eating((seat + 1) % seats) ||
            is_eating((seat + seats - 1) % seats))
          return false;
        sync::schedule_point("planted.skewed_table.looked");
        sync::yield();  // what happens now and then, often
        eats_[seat].set(true);
        return true;
      });
    }
    bool is_eating(std::size_t seat) const {
      return eats_[seat].read([](bool eats) { return eats; });
    }

    std::vector<tx_ref<bool>> eats_;
  };
};

}  // namespace tussle::workloads::planted
