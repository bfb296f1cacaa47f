// naive_stores.h (planted): stores whose transactions see or lose what they must not.
//
// reads_uncommitted: writers take turns, readers do not wait for them: they see what is
//                    half done, or undone later (dirty read).
// loses_updates:     gathers writes, and installs them at the end without a look at what has
//                    been installed meanwhile (lost update).
// reads_committed:   installs only if what it writes was not changed meanwhile; but each read
//                    sees what is newest at its time (non-repeatable read, read skew).
// two_sites:         two copies, each of which is changed as a whole, one after the other:
//                    readers of different copies see commits in different orders (long fork).
// promises_too_much: refs without ensure that say they are serializable: write skew, which is
//                    no fault of ref_store, as that promises snapshots.
// The mend:          subjects/stores.h.
// Must be caught by: the history checker (history_transactions).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "harness/case/case_info.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/scenarios/stores.h"
#include "workloads/subjects/stores.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_store_info(std::string name, std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_stores.h",
          .on_seam = true,
          .breaks_invariant = harness::expectation::may};
}

// Values that are read and written one by one, so that nothing here is a data race.
class single_values {
 public:
  explicit single_values(std::size_t keys) : all_(keys) {}
  std::int64_t get(std::size_t key) const {
    return all_[key].load(std::memory_order_seq_cst);
  }
  void put(std::size_t key, std::int64_t value) {
    all_[key].store(value, std::memory_order_seq_cst);
  }

 private:
  std::vector<sync::atomic<std::int64_t>> all_;
};

// What a transaction has seen, and means to write.
struct gathered_writes {
  std::map<std::size_t, std::int64_t> seen;
  std::map<std::size_t, std::int64_t> written;
};

struct reads_uncommitted {
  static harness::subject_info info() {
    return naive_store_info("reads_uncommitted", "Readers do not wait for writers.");
  }
  static constexpr bool serializable = false;

  class store {
   public:
    explicit store(std::size_t keys) : all_(keys) {}

    // The lock is taken at the first write, if there is one: the analysis cannot follow.
    template <typename Body>
    bool transact(const Body& body) ABSL_NO_THREAD_SAFETY_ANALYSIS {
      view seen{*this, {}, false};
      const bool stays = body(seen);
      if (!stays) seen.undo();
      if (seen.writes) turn_.unlock();
      return stays;
    }

   private:
    struct view {
      std::int64_t read(std::size_t key) { return in.all_.get(key); }
      // From the first write on; what has been read before may have changed.
      void write(std::size_t key, std::int64_t value) ABSL_NO_THREAD_SAFETY_ANALYSIS {
        if (!std::exchange(writes, true)) in.turn_.lock();
        before.emplace_back(key, in.all_.get(key));
        in.all_.put(key, value);
        sync::schedule_point("planted.reads_uncommitted.written");
        sync::yield();  // what happens now and then, often
      }
      void undo() {
        for (; !before.empty(); before.pop_back())
          in.all_.put(before.back().first, before.back().second);
      }
      store& in;
      std::vector<std::pair<std::size_t, std::int64_t>> before;
      bool writes;
    };

    single_values all_;
    sync::mutex turn_;
  };
};

struct loses_updates {
  static harness::subject_info info() {
    return naive_store_info("loses_updates",
                            "Installs writes without a look at what came meanwhile.");
  }
  static constexpr bool serializable = false;

  class store {
   public:
    explicit store(std::size_t keys) : all_(keys) {}

    // Whole snapshots, and whole commits: nothing else is wrong.
    template <typename Body>
    bool transact(const Body& body) {
      view seen{snapshot(), {}};
      if (!body(seen)) return false;
      sync::schedule_point("planted.loses_updates.before_commit");
      sync::yield();  // what happens now and then, often
      const sync::mutex_lock held(lock_);
      for (const auto& [key, value] : seen.written) all_[key] = value;
      return true;
    }

   private:
    struct view {
      std::int64_t read(std::size_t key) {
        const auto own = written.find(key);
        return own != written.end() ? own->second : all[key];
      }
      void write(std::size_t key, std::int64_t value) { written[key] = value; }
      std::vector<std::int64_t> all;
      std::map<std::size_t, std::int64_t> written;
    };

    std::vector<std::int64_t> snapshot() {
      const sync::mutex_lock held(lock_);
      return all_;
    }

    sync::mutex lock_;
    std::vector<std::int64_t> all_;
  };
};

struct reads_committed {
  static harness::subject_info info() {
    return naive_store_info("reads_committed", "Each read sees what is newest then.");
  }
  static constexpr bool serializable = false;

  class store {
   public:
    explicit store(std::size_t keys) : all_(keys) {}

    template <typename Body>
    bool transact(const Body& body) {
      for (;;) {
        view seen{*this, {}};
        if (!body(seen)) return false;
        if (install(seen.mine)) return true;
        sync::yield();
      }
    }

   private:
    struct view {
      std::int64_t read(std::size_t key) {
        const auto own = mine.written.find(key);
        if (own != mine.written.end()) return own->second;
        sync::schedule_point("planted.reads_committed.before_read");
        sync::yield();  // what happens now and then, often
        return mine.seen[key] = in.get(key);
      }
      void write(std::size_t key, std::int64_t value) { mine.written[key] = value; }
      store& in;
      gathered_writes mine;
    };

    std::int64_t get(std::size_t key) {
      const sync::mutex_lock held(lock_);
      return all_[key];
    }
    bool install(gathered_writes& mine) {
      const sync::mutex_lock held(lock_);
      for (const auto& [key, value] : mine.written)
        if (all_[key] != mine.seen[key]) return false;
      for (const auto& [key, value] : mine.written) all_[key] = value;
      return true;
    }

    sync::mutex lock_;
    std::vector<std::int64_t> all_;
  };
};

struct two_sites {
  static harness::subject_info info() {
    return naive_store_info("two_sites",
                            "Two copies, of which commits change one after the other.");
  }
  static constexpr bool serializable = false;

  class store {
   public:
    explicit store(std::size_t keys)
        : newest_(keys), sites_{contents(keys), contents(keys)} {}

    // Each transaction reads at one site, and its commit comes there first.
    template <typename Body>
    bool transact(const Body& body) {
      const std::size_t here = next_.fetch_add(1, std::memory_order_seq_cst) % 2;
      for (;;) {
        view seen{snapshot(here), {}};
        if (!body(seen)) return false;
        if (seen.mine.written.empty()) return true;
        if (commit(here, seen.mine)) break;
        sync::yield();
      }
      sync::schedule_point("planted.two_sites.in_between");
      for (int i = 0; i < 8; ++i) sync::yield();  // what happens now and then, often
      tell_the_other(here);
      return true;
    }

   private:
    using contents = std::vector<std::int64_t>;
    using writes = std::map<std::size_t, std::int64_t>;

    struct view {
      std::int64_t read(std::size_t key) {
        const auto own = mine.written.find(key);
        return own != mine.written.end() ? own->second : mine.seen[key] = all[key];
      }
      void write(std::size_t key, std::int64_t value) { mine.written[key] = value; }
      contents all;
      gathered_writes mine;
    };

    contents snapshot(std::size_t here) {
      const sync::mutex_lock held(lock_);
      return sites_[here];
    }
    // Unless another one has replaced what this one replaces: so no update is lost.
    bool commit(std::size_t here, gathered_writes& mine) {
      const sync::mutex_lock held(lock_);
      for (const auto& [key, value] : mine.written)
        if (newest_[key] != mine.seen[key]) return false;
      put(newest_, mine.written);
      put(sites_[here], mine.written);
      to_tell_[here].push_back(std::move(mine.written));
      return true;
    }
    // In their order: who sees a commit sees what that one has seen.
    void tell_the_other(std::size_t here) {
      const sync::mutex_lock held(lock_);
      for (const writes& each : to_tell_[here]) put(sites_[1 - here], each);
      to_tell_[here].clear();
    }
    static void put(contents& all, const writes& what) {
      for (const auto& [key, value] : what) all[key] = value;
    }

    sync::mutex lock_;
    contents newest_;
    std::array<contents, 2> sites_;
    std::array<std::vector<writes>, 2> to_tell_;
    sync::atomic<std::size_t> next_{0};
  };
};

struct promises_too_much {
  static harness::subject_info info() {
    return naive_store_info("promises_too_much",
                            "Refs without ensure that say they are serializable.");
  }
  static constexpr bool serializable = true;

  class store : public subjects::store_of_refs<false> {
   public:
    using subjects::store_of_refs<false>::store_of_refs;

    template <typename Body>
    bool transact(const Body& body) {
      return subjects::store_of_refs<false>::transact([&](auto& seen) {
        const bool stays = body(seen);
        sync::yield();  // what happens now and then, often
        return stays;
      });
    }
  };
};

}  // namespace tussle::workloads::planted
