// indices.h (subjects): the index of UC-7, rebuilt by an agent, by futures, and by a thread.
//
// agent_index:  documents and index in one atom; an agent rebuilds, one action at a time.
// future_index: likewise, with a future that nobody needs to wait for.
// thread_index: documents behind a mutex, the index in a shared_ptr behind another, and a
//               thread that rebuilds when it is told to.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/atom/atom.h"
#include "primitives/sync/per_thread.h"
#include "primitives/task/future.h"
#include "primitives/task/runtime.h"
#include "primitives/value/vector.h"
#include "workloads/use_cases/search_index.h"

namespace tussle::workloads::subjects {

// Documents, their index, and what has changed since that was published. Never changes.
struct search_catalog {
  search_catalog changed(std::int64_t document) const {
    return {all.update(document, [](std::int64_t version) { return version + 1; }),
            generation + 1, index, since.push_back(document)};
  }
  // With an index of an earlier generation, and what has changed after that: cheap, as the
  // function of a swap must be. The same catalog if it is older than the one that is there.
  search_catalog published(use_cases::search_index fresh) const {
    if (fresh.generation < index.generation) return *this;
    const auto known = static_cast<std::size_t>(fresh.generation - index.generation);
    for (std::size_t i = known; i < since.size(); ++i) fresh.add(since[i], 1);
    fresh.generation = generation;
    return {all, generation, fresh, {}};
  }

  use_cases::documents all = {};
  std::int64_t generation = 0;
  use_cases::search_index index = {};
  value::vector<std::int64_t> since = {};  // index.generation ... generation
};

// An index in an atom; derived classes say who rebuilds it, and when.
class atom_index {
 public:
  atom_index(use_cases::rebuild_monitor& monitor, const use_cases::documents& initial)
      : monitor_(monitor), catalog_(search_catalog{.all = initial}) {}

  void change(std::int64_t document) {
    catalog_.swap([document](const search_catalog& c) { return c.changed(document); });
  }
  template <typename F>
  void search(F f) const {
    f(catalog_.load()->index);
  }

 protected:
  // The work is done on a snapshot, before the swap.
  void rebuild() {
    const use_cases::rebuild_monitor::rebuilding now(monitor_);
    const auto seen = catalog_.load();
    const use_cases::search_index fresh =
        use_cases::built_index(seen->all, seen->generation);
    catalog_.swap([&fresh](const search_catalog& c) { return c.published(fresh); });
  }

  use_cases::rebuild_monitor& monitor_;
  tussle::atom<search_catalog> catalog_;
};

struct agent_index {
  static harness::subject_info info() {
    return {.name = "agent_index",
            .kind = harness::subject_kind::ours,
            .description =
                "A tussle::atom of documents and index, which a tussle::agent rebuilds.",
            .source = "workloads/subjects/indices.h",
            .counts_failed_attempts = true};
  }

  class index : public atom_index {
   public:
    index(runtime& on, use_cases::rebuild_monitor& monitor,
          const use_cases::documents& initial)
        : atom_index(monitor, initial), rebuilder_(0, {.on = &on}) {}

    // One that waits does for all: it has not looked at the documents yet.
    void ask_for_rebuild() {
      if (asked_.exchange(true)) return;
      rebuilder_.send_off([this](std::int64_t rebuilds) {
        asked_.store(false);  // before it looks: what comes now needs another one
        rebuild();
        return rebuilds + 1;
      });
    }
    void finish() { await(rebuilder_); }

   private:
    std::atomic<bool> asked_{false};
    agent<std::int64_t> rebuilder_;
  };
};

struct future_index {
  static harness::subject_info info() {
    return {.name = "future_index",
            .kind = harness::subject_kind::ours,
            .description =
                "A tussle::atom of documents and index, which a tussle::future rebuilds.",
            .source = "workloads/subjects/indices.h",
            .counts_failed_attempts = true};
  }

  class index : public atom_index {
   public:
    index(runtime& on, use_cases::rebuild_monitor& monitor,
          const use_cases::documents& initial)
        : atom_index(monitor, initial), on_(on) {}

    // Who finds nobody at it begins; who finds somebody says that there is more to do.
    void ask_for_rebuild() {
      const auto [before, after] = state_.swap_vals([](state now) {
        return now == state::idle ? state::rebuilding : state::again;
      });
      if (*before == state::idle)
        future_call(on_, [this, own = state_]() mutable { rebuild_until_idle(own); });
    }
    void finish() {
      while (*state_.load() != state::idle) sync::yield();
    }

   private:
    enum class state : std::int64_t { idle, rebuilding, again };

    // By a handle of its own: the index may be gone when the swap to idle returns.
    void rebuild_until_idle(tussle::atom<state>& shared) {
      do {
        shared.swap([](state) { return state::rebuilding; });
        rebuild();
      } while (*shared.swap(after_a_rebuild) == state::again);
    }
    static state after_a_rebuild(state now) {
      return now == state::again ? state::again : state::idle;
    }

    runtime& on_;
    tussle::atom<state> state_{state::idle};
  };
};

struct thread_index {
  static harness::subject_info info() {
    return {.name = "thread_index",
            .kind = harness::subject_kind::baseline,
            .description =
                "Documents and a std::shared_ptr to the index behind a std::mutex each, "
                "and a std::thread that rebuilds.",
            .source = "workloads/subjects/indices.h"};
  }

  class index {
   public:
    index(runtime& /*on*/, use_cases::rebuild_monitor& monitor,
          const use_cases::documents& initial)
        : monitor_(monitor),
          all_(initial),
          rebuilder_([this] { rebuild_until_closed(); }) {}
    ~index() {
      {
        const std::lock_guard held(asking_);
        closed_ = true;
      }
      asked_or_done_.notify_all();
      rebuilder_.join();
    }

    void change(std::int64_t document) {
      const std::lock_guard held(changing_);
      all_ = std::move(all_).update(document, [](std::int64_t v) { return v + 1; });
      ++generation_;
    }
    void ask_for_rebuild() {
      {
        const std::lock_guard held(asking_);
        asked_ = true;
      }
      asked_or_done_.notify_all();
    }
    template <typename F>
    void search(F f) const {
      std::shared_ptr<const use_cases::search_index> current;
      {
        const std::lock_guard held(publishing_);
        current = index_;
      }
      f(*current);
    }
    void finish() {
      std::unique_lock held(asking_);
      asked_or_done_.wait(held, [this] { return !asked_ && !rebuilding_; });
    }

   private:
    void rebuild_until_closed() {
      std::unique_lock held(asking_);
      for (;;) {
        asked_or_done_.wait(held, [this] { return asked_ || closed_; });
        if (closed_) return;
        asked_ = false;
        rebuilding_ = true;
        held.unlock();
        rebuild();
        held.lock();
        rebuilding_ = false;
        asked_or_done_.notify_all();
      }
    }
    // The documents are a value that never changes: taking them is copying a handle.
    void rebuild() {
      const use_cases::rebuild_monitor::rebuilding now(monitor_);
      use_cases::documents seen;
      std::int64_t generation = 0;
      {
        const std::lock_guard held(changing_);
        seen = all_;
        generation = generation_;
      }
      auto fresh = std::make_shared<const use_cases::search_index>(
          use_cases::built_index(seen, generation));
      const std::lock_guard held(publishing_);
      index_ = std::move(fresh);
    }

    use_cases::rebuild_monitor& monitor_;
    std::mutex changing_;
    use_cases::documents all_;
    std::int64_t generation_ = 0;
    mutable std::mutex publishing_;
    std::shared_ptr<const use_cases::search_index> index_ =
        std::make_shared<const use_cases::search_index>();
    std::mutex asking_;
    std::condition_variable asked_or_done_;
    bool asked_ = false;
    bool rebuilding_ = false;
    bool closed_ = false;
    std::thread rebuilder_;
  };
};

}  // namespace tussle::workloads::subjects
