// pools.h (subjects): pools of UC-5.
//
// atom_pool:  one atom of what is free and who has the rest.
// ref_pool:   a ref for what is free, and one for who has the rest.
// mutex_pool: both behind one std::mutex.
// flags_pool: an atomic word for each handle, which says who has it: who wants one walks along
//             them. Nothing can be free and lent; but a look is of no one moment.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "primitives/atom/atom.h"
#include "primitives/stm/transact.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/value/map.h"
#include "primitives/value/vector.h"
#include "workloads/subjects/stm_account.h"
#include "workloads/use_cases/resources.h"

namespace tussle::workloads::subjects {

using use_cases::handle;
using use_cases::pool_view;
using use_cases::resource_maker;

inline harness::subject_info pool_info(std::string name, harness::subject_kind kind,
                                       std::string description) {
  return {.name = std::move(name),
          .kind = kind,
          .description = std::move(description),
          .source = "workloads/subjects/pools.h",
          .counts_failed_attempts = kind == harness::subject_kind::ours,
          .on_seam = kind == harness::subject_kind::ours};
}

inline std::vector<handle> made_by(resource_maker& maker, std::size_t how_many) {
  std::vector<handle> made(how_many);
  for (handle& each : made) each = maker.make();
  return made;
}

using free_handles = value::vector<handle>;
using holders = value::map<handle, std::size_t>;

// Handles by who has them. Never changes.
struct pool_state {
  pool_state lent_to(std::size_t holder) const {
    return {free.pop_back(), lent.assoc(free.back(), holder)};
  }
  bool has(std::size_t holder, handle which) const {
    const std::size_t* const found = lent.find(which);
    return found != nullptr && *found == holder;
  }
  pool_state back(handle which) const {
    return {free.push_back(which), lent.dissoc(which)};
  }

  free_handles free;
  holders lent;
};

inline void look_at(const free_handles& free, const holders& lent, pool_view& seen) {
  for (const handle each : free) seen.free.push_back(each);
  lent.for_each([&](handle which, std::size_t) { seen.lent.push_back(which); });
}

struct atom_pool {
  static harness::subject_info info() {
    return pool_info("atom_pool", harness::subject_kind::ours,
                     "A tussle::atom of what is free and who has the rest.");
  }

  class pool {
   public:
    // All are made here: a function of a swap may run again, and must not make anything.
    pool(resource_maker& maker, std::size_t handles)
        : all_(pool_state{free_handles(value::from_range, made_by(maker, handles)), {}}) {
    }

    // What was got stands in what the swap replaced: nothing that an attempt has told.
    handle acquire(std::size_t holder) {
      const auto before = all_.swap_vals([holder](const pool_state& all) {
                                return all.free.empty() ? all : all.lent_to(holder);
                              })
                              .first;
      return before->free.empty() ? handle() : before->free.back();
    }
    bool release(handle which, std::size_t holder) {
      const auto before = all_.swap_vals([which, holder](const pool_state& all) {
                                return all.has(holder, which) ? all.back(which) : all;
                              })
                              .first;
      return before->has(holder, which);
    }
    void look(pool_view& seen) const {
      const auto now = all_.load();
      look_at(now->free, now->lent, seen);
    }

   protected:  // for the planted ones
    tussle::atom<pool_state> all_;
  };
};

struct ref_pool {
  static harness::subject_info info() {
    return pool_info("ref_pool", harness::subject_kind::ours,
                     "A tussle::tx_ref of what is free, one of who has the rest.");
  }

  class pool {
   public:
    pool(resource_maker& maker, std::size_t handles)
        : free_(free_handles(value::from_range, made_by(maker, handles))) {}

    // The result is what the attempt that committed has returned: nothing of one that failed.
    handle acquire(std::size_t holder) {
      return transact([&]() -> handle {
        const auto free = free_.load();
        if (free->empty()) return handle();
        const handle got = free->back();
        free_.alter([](const free_handles& all) { return all.pop_back(); });
        lent_.alter([&](const holders& all) { return all.assoc(got, holder); });
        return got;
      });
    }
    bool release(handle which, std::size_t holder) {
      return transact([&] {
        const auto lent = lent_.load();
        const std::size_t* const found = lent->find(which);
        if (found == nullptr || *found != holder) return false;
        lent_.alter([&](const holders& all) { return all.dissoc(which); });
        free_.alter([&](const free_handles& all) { return all.push_back(which); });
        return true;
      });
    }
    void look(pool_view& seen) const {
      transact([&] {
        seen.free.clear();  // of nothing, unless a body did run again
        seen.lent.clear();
        look_at(*free_.load(), *lent_.load(), seen);
      });
    }

    // Of all transactions since it was opened.
    std::string account() const { return since_opening_.told(); }
    auto counts() const { return since_opening_.counts(); }

   private:
    tx_ref<free_handles> free_;
    tx_ref<holders> lent_{holders()};
    const stm_account since_opening_;
  };
};

struct mutex_pool {
  static harness::subject_info info() {
    return pool_info("mutex_pool", harness::subject_kind::baseline,
                     "A vector and an absl::flat_hash_map behind one std::mutex.");
  }

  class pool {
   public:
    pool(resource_maker& maker, std::size_t handles) : free_(made_by(maker, handles)) {}

    handle acquire(std::size_t holder) {
      const std::lock_guard held(lock_);
      if (free_.empty()) return handle();
      const handle got = free_.back();
      free_.pop_back();
      lent_[got] = holder;
      return got;
    }
    bool release(handle which, std::size_t holder) {
      const std::lock_guard held(lock_);
      const auto found = lent_.find(which);
      if (found == lent_.end() || found->second != holder) return false;
      lent_.erase(found);
      free_.push_back(which);
      return true;
    }
    void look(pool_view& seen) const {
      const std::lock_guard held(lock_);
      seen.free = free_;
      for (const auto& [which, holder] : lent_) seen.lent.push_back(which);
    }

   private:
    mutable std::mutex lock_;
    std::vector<handle> free_;
    absl::flat_hash_map<handle, std::size_t> lent_;
  };
};

struct flags_pool {
  static harness::subject_info info() {
    return pool_info("flags_pool", harness::subject_kind::baseline,
                     "A std::atomic for each handle; who wants one walks along them.");
  }

  class pool {
   public:
    pool(resource_maker& maker, std::size_t handles) : all_(handles) {
      for (place& each : all_) each.which = maker.make();
    }

    // Begins where its holder has begun before, so that not all meet at the first one.
    handle acquire(std::size_t holder) {
      for (std::size_t i = 0; i < all_.size(); ++i) {
        place& here = all_[(holder + i) % all_.size()];
        std::size_t expected = nobody;
        // Acquire; pairs with the release in `release`: what its last holder did is seen.
        // Relaxed when it looks: the compare-exchange decides.
        if (here.holder.load(std::memory_order_relaxed) == nobody &&
            here.holder.compare_exchange_strong(
                expected, holder, std::memory_order_acquire, std::memory_order_relaxed))
          return here.which;
      }
      return handle();
    }
    bool release(handle which, std::size_t holder) {
      const auto here =
          std::find_if(all_.begin(), all_.end(),
                       [which](const place& each) { return each.which == which; });
      // Relaxed: only a holder himself makes it his own number, or not.
      if (here->holder.load(std::memory_order_relaxed) != holder) return false;
      here->holder.store(nobody, std::memory_order_release);
      return true;
    }
    void look(pool_view& seen) const {
      for (const place& each : all_) {
        const bool is_free = each.holder.load(std::memory_order_relaxed) == nobody;
        (is_free ? seen.free : seen.lent).push_back(each.which);
      }
    }

   private:
    static constexpr std::size_t nobody = ~std::size_t{0};
    struct alignas(harness::padding) place {
      handle which;
      std::atomic<std::size_t> holder{nobody};
    };

    std::vector<place> all_;
  };
};

}  // namespace tussle::workloads::subjects
