// waiting_pools.h (subjects): pools of UC-5 that make who wants something wait for it.
//
// channel_pool:   what is free waits in a channel; a release is a put.
// condition_pool: a list behind a std::mutex, and a condition variable.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "harness/case/case_info.h"
#include "primitives/atom/atom.h"
#include "primitives/channel/channel.h"
#include "workloads/subjects/pools.h"
#include "workloads/use_cases/resources.h"

namespace tussle::workloads::subjects {

struct channel_pool {
  static constexpr bool waits = true;

  static harness::subject_info info() {
    return {.name = "channel_pool",
            .kind = harness::subject_kind::ours,
            .description =
                "A tussle::channel of what is free, and a tussle::atom of who "
                "has the rest.",
            .source = "workloads/subjects/waiting_pools.h"};
  }

  class pool {
   public:
    pool(resource_maker& maker, std::size_t handles) : free_(fixed(handles)) {
      for (const handle each : made_by(maker, handles)) free_.put(each);
    }

    handle acquire(std::size_t holder) {
      const handle got = free_.take().value();
      lent_.swap([&](const holders& all) { return all.assoc(got, holder); });
      return got;
    }
    // Noted as free before it is: who has it next may note it at once.
    bool release(handle which, std::size_t holder) {
      const auto [before, after] = lent_.swap_vals([&](const holders& all) {
        return has(all, which, holder) ? all.dissoc(which) : all;
      });
      if (!has(*before, which, holder)) return false;
      free_.put(which);
      return true;
    }
    // Takes out what is free meanwhile, so that nothing is seen twice.
    void look(pool_view& seen) {
      for (auto next = free_.try_take(); next.value; next = free_.try_take())
        seen.free.push_back(*next.value);
      const auto lent = lent_.load();
      lent->for_each([&](handle which, std::size_t) { seen.lent.push_back(which); });
      for (const handle each : seen.free) free_.put(each);
    }

   private:
    static bool has(const holders& all, handle which, std::size_t holder) {
      const std::size_t* const found = all.find(which);
      return found != nullptr && *found == holder;
    }

    channel<handle> free_;
    tussle::atom<holders> lent_{holders()};
  };
};

struct condition_pool {
  static constexpr bool waits = true;

  static harness::subject_info info() {
    return {.name = "condition_pool",
            .kind = harness::subject_kind::baseline,
            .description =
                "A vector and an absl::flat_hash_map behind one std::mutex, and "
                "a condition variable.",
            .source = "workloads/subjects/waiting_pools.h"};
  }

  class pool {
   public:
    pool(resource_maker& maker, std::size_t handles) : free_(made_by(maker, handles)) {}

    handle acquire(std::size_t holder) {
      std::unique_lock held(lock_);
      returned_.wait(held, [this] { return !free_.empty(); });
      return lend(holder);
    }
    bool release(handle which, std::size_t holder) {
      const std::lock_guard held(lock_);
      if (!take_back(which, holder)) return false;
      returned_.notify_one();
      return true;
    }
    void look(pool_view& seen) const {
      const std::lock_guard held(lock_);
      seen.free = free_;
      for (const auto& [which, holder] : lent_) seen.lent.push_back(which);
    }

   protected:  // for the planted one; with the lock
    handle lend(std::size_t holder) {
      const handle got = free_.back();
      free_.pop_back();
      lent_[got] = holder;
      return got;
    }
    bool take_back(handle which, std::size_t holder) {
      const auto found = lent_.find(which);
      if (found == lent_.end() || found->second != holder) return false;
      lent_.erase(found);
      free_.push_back(which);
      return true;
    }

    mutable std::mutex lock_;
    std::condition_variable returned_;
    std::vector<handle> free_;
    absl::flat_hash_map<handle, std::size_t> lent_;
  };
};

}  // namespace tussle::workloads::subjects
