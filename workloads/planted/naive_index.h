// naive_index.h (planted): UC-7 as it is often written first.
//
// rebuilt_in_place: clears the index that everybody searches, and fills it again.
// older_overwrites: starts a rebuild for each request, and resets to whatever one comes to last.
// forgets_requests: says that it is free when it is done: what was asked for while it was at
//                   it is forgotten, and what had changed stays out of the index.
// rebuilt_in_swap:  builds in the function of the swap: again and again where documents change.
// The mend:         subjects/indices.h.
// Must be caught by: verification of index_rebuild.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/atom/atom.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/future.h"
#include "primitives/task/runtime.h"
#include "workloads/subjects/indices.h"
#include "workloads/use_cases/search_index.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_index_info(std::string name, std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_index.h",
          .breaks_invariant = harness::expectation::may};
}

struct rebuilt_in_place {
  static harness::subject_info info() {
    return naive_index_info("rebuilt_in_place",
                            "An index that is cleared and filled while it is searched.");
  }

  class index {
   public:
    index(runtime& on, use_cases::rebuild_monitor& monitor,
          const use_cases::documents& initial)
        : monitor_(monitor), catalog_(state{initial, 0}), rebuilder_(0, {.on = &on}) {}

    void change(std::int64_t document) {
      catalog_.swap([document](const state& now) {
        return state{now.all.update(document, [](std::int64_t v) { return v + 1; }),
                     now.generation + 1};
      });
    }
    void ask_for_rebuild() {
      if (asked_.exchange(true)) return;
      rebuilder_.send_off([this](std::int64_t rebuilds) {
        asked_.store(false);
        rebuild();
        return rebuilds + 1;
      });
    }
    template <typename F>
    void search(F f) const {
      use_cases::search_index seen{.generation =
                                       generation_.load(std::memory_order_acquire)};
      for (std::size_t i = 0; i < seen.on_shelf.size(); ++i)
        seen.on_shelf[i] = on_shelf_[i].load(std::memory_order_relaxed);
      f(seen);
    }
    void finish() { await(rebuilder_); }

   private:
    struct state {
      use_cases::documents all;
      std::int64_t generation;
    };

    // The words are atomic, so that what is wrong is only what is seen of them.
    void rebuild() {
      const use_cases::rebuild_monitor::rebuilding now(monitor_);
      const auto seen = catalog_.load();
      for (auto& shelf : on_shelf_) shelf.store(0, std::memory_order_relaxed);
      sync::schedule_point("planted.rebuilt_in_place.cleared");
      sync::yield();  // what happens now and then, often
      seen->all.for_each([this](std::int64_t document, std::int64_t version) {
        on_shelf_[use_cases::search_index::shelf_of(document)].fetch_add(
            version, std::memory_order_relaxed);
      });
      generation_.store(seen->generation, std::memory_order_release);
    }

    use_cases::rebuild_monitor& monitor_;
    tussle::atom<state> catalog_;
    std::array<sync::atomic<std::int64_t>, use_cases::search_index::shelves> on_shelf_{};
    sync::atomic<std::int64_t> generation_{0};
    std::atomic<bool> asked_{false};
    agent<std::int64_t> rebuilder_;
  };
};

// What both share that keep the index apart from the documents.
class index_apart {
 public:
  index_apart(runtime& on, use_cases::rebuild_monitor& monitor,
              const use_cases::documents& initial)
      : on_(on), monitor_(monitor), catalog_(subjects::search_catalog{.all = initial}) {}

  void change(std::int64_t document) {
    catalog_.swap([document](const subjects::search_catalog& c) {
      return subjects::search_catalog{
          c.all.update(document, [](std::int64_t v) { return v + 1; }),
          c.generation + 1,
          {},
          {}};
    });
  }
  template <typename F>
  void search(F f) const {
    f(*index_.load());
  }

 protected:
  runtime& on_;
  use_cases::rebuild_monitor& monitor_;
  tussle::atom<subjects::search_catalog> catalog_;
  tussle::atom<use_cases::search_index> index_{use_cases::search_index()};
};

struct older_overwrites {
  static harness::subject_info info() {
    return naive_index_info("older_overwrites",
                            "Rebuilds at once, of which the last to end wins.");
  }

  class index : public index_apart {
   public:
    using index_apart::index_apart;
    // Waits where threads would pile up.
    void ask_for_rebuild() {
      while (running_.load() >= most_at_once) sync::yield();
      running_.fetch_add(1);
      future_call(on_, [this] {
        rebuild();
        running_.fetch_sub(1);
      });
    }
    void finish() {
      while (running_.load() != 0) sync::yield();
    }

   private:
    static constexpr std::int64_t most_at_once = 8;

    void rebuild() {
      const use_cases::rebuild_monitor::rebuilding now(monitor_);
      const auto seen = catalog_.load();
      const use_cases::search_index fresh =
          use_cases::built_index(seen->all, seen->generation);
      sync::schedule_point("planted.older_overwrites.before_reset");
      sync::yield();  // what happens now and then, often
      index_.reset(fresh);
    }

    std::atomic<std::int64_t> running_{0};
  };
};

struct forgets_requests {
  static harness::subject_info info() {
    return naive_index_info("forgets_requests",
                            "Forgets what is asked for while it rebuilds, and catches up "
                            "with nothing.");
  }

  class index : public index_apart {
   public:
    using index_apart::index_apart;
    void ask_for_rebuild() {
      if (busy_.exchange(true)) return;  // somebody is at it: but may have looked already
      future_call(on_, [this] {
        rebuild();
        sync::schedule_point("planted.forgets_requests.before_free");
        sync::yield();  // what happens now and then, often
        busy_.store(false);
      });
    }
    void finish() {
      while (busy_.load()) sync::yield();
    }

   private:
    void rebuild() {
      const use_cases::rebuild_monitor::rebuilding now(monitor_);
      const auto seen = catalog_.load();
      index_.reset(use_cases::built_index(seen->all, seen->generation));
    }

    std::atomic<bool> busy_{false};
  };
};

struct rebuilt_in_swap {
  static harness::subject_info info() {
    return naive_index_info("rebuilt_in_swap",
                            "Builds the index in the function of a swap.");
  }

  class index : public subjects::atom_index {
   public:
    index(runtime& on, use_cases::rebuild_monitor& monitor,
          const use_cases::documents& initial)
        : subjects::atom_index(monitor, initial), rebuilder_(0, {.on = &on}) {}

    void ask_for_rebuild() {
      rebuilder_.send_off([this](std::int64_t rebuilds) {
        catalog_.swap([this](const subjects::search_catalog& c) {
          const use_cases::rebuild_monitor::rebuilding now(monitor_);
          const auto fresh = use_cases::built_index(c.all, c.generation);
          sync::schedule_point("planted.rebuilt_in_swap.built");
          sync::yield();  // what happens now and then, often
          return c.published(fresh);
        });
        return rebuilds + 1;
      });
    }
    void finish() { await(rebuilder_); }

   private:
    agent<std::int64_t> rebuilder_;
  };
};

}  // namespace tussle::workloads::planted
