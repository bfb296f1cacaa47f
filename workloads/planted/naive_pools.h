// naive_pools.h (planted): UC-5 as it is often written first.
//
// looks_then_takes:  looks for a free handle, then takes it in a second step: two get the same.
// makes_in_swap:     makes what it lends in the function of the swap, once for each attempt.
//                    (It keeps nothing that is idle, so that it makes often.)
// stale_capture:     tells what it got through a variable that no attempt clears: when the
//                    attempt that counts finds the pool empty, it is what a failed one had
//                    picked.
// releases_anything: takes back what is not lent: a second release makes a handle free twice.
// forgets_on_throw:  releases when the work is done: who throws keeps the handle for ever.
// The mend:          subjects/pools.h; use_cases/resources.h, lease.
// Must be caught by: verification of resource_pool; the last two with one thread, too.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/atom/atom.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/subjects/pools.h"
#include "workloads/use_cases/resources.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_pool_info(std::string name, std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_pools.h",
          .on_seam = true,
          .breaks_invariant = harness::expectation::may};
}

struct looks_then_takes {
  static harness::subject_info info() {
    return naive_pool_info("looks_then_takes",
                           "Looks for a free handle, and takes it in a second step.");
  }

  class pool : public subjects::atom_pool::pool {
   public:
    using subjects::atom_pool::pool::pool;

    use_cases::handle acquire(std::size_t holder) {
      const auto now = all_.load();
      if (now->free.empty()) return use_cases::handle();
      const use_cases::handle got = now->free.back();
      sync::schedule_point("planted.looks_then_takes.looked");
      sync::yield();  // what happens now and then, often
      all_.swap([&](const subjects::pool_state& all) {
        const bool there = !all.free.empty() && all.free.back() == got;
        return subjects::pool_state{there ? all.free.pop_back() : all.free,
                                    all.lent.assoc(got, holder)};
      });
      return got;
    }
  };
};

struct makes_in_swap {
  static harness::subject_info info() {
    return naive_pool_info("makes_in_swap",
                           "Makes what it lends in the function of the swap.");
  }

  class pool : public subjects::atom_pool::pool {
   public:
    pool(use_cases::resource_maker& maker, std::size_t handles)
        : subjects::atom_pool::pool(maker, 0), maker_(maker), most_(handles) {}

    use_cases::handle acquire(std::size_t holder) {
      use_cases::handle got;
      all_.swap([&](const subjects::pool_state& all) {
        got = use_cases::handle();
        if (all.lent.size() == most_) return all;
        got = maker_.make();
        sync::schedule_point("planted.makes_in_swap.made");
        sync::yield();  // what happens now and then, often
        return subjects::pool_state{all.free, all.lent.assoc(got, holder)};
      });
      return got;
    }
    bool release(use_cases::handle which, std::size_t holder) {
      const auto [before, after] = all_.swap_vals([&](const subjects::pool_state& all) {
        return all.has(holder, which)
                   ? subjects::pool_state{all.free, all.lent.dissoc(which)}
                   : all;
      });
      if (!before->has(holder, which)) return false;
      maker_.close(which);
      return true;
    }

   private:
    use_cases::resource_maker& maker_;
    const std::size_t most_;
  };
};

struct stale_capture {
  static harness::subject_info info() {
    return naive_pool_info("stale_capture",
                           "Tells what it got through a variable that nobody clears.");
  }

  class pool : public subjects::atom_pool::pool {
   public:
    using subjects::atom_pool::pool::pool;

    use_cases::handle acquire(std::size_t holder) {
      use_cases::handle got;
      all_.swap([&](const subjects::pool_state& all) {
        if (all.free.empty()) return all;
        got = all.free.back();
        sync::schedule_point("planted.stale_capture.picked");
        sync::yield();  // what happens now and then, often
        return all.lent_to(holder);
      });
      return got;
    }
  };
};

struct releases_anything {
  static harness::subject_info info() {
    return naive_pool_info("releases_anything", "Takes back what is not lent.");
  }

  class pool : public subjects::atom_pool::pool {
   public:
    using subjects::atom_pool::pool::pool;

    bool release(use_cases::handle which, std::size_t /*holder*/) {
      all_.swap([which](const subjects::pool_state& all) { return all.back(which); });
      return true;
    }
  };
};

struct forgets_on_throw {
  static harness::subject_info info() {
    return naive_pool_info("forgets_on_throw", "Releases after the work, if it returns.");
  }

  class pool : public subjects::atom_pool::pool {
   public:
    using subjects::atom_pool::pool::pool;

    template <typename Work>
    bool use(std::size_t holder, const Work& work) {
      const use_cases::handle got = acquire(holder);
      if (got.is_none()) return false;
      work(got);
      release(got, holder);
      return true;
    }
  };
};

}  // namespace tussle::workloads::planted
