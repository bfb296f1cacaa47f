// stores.h (subjects): stores whose transactions are recorded.
//
// ref_store:     a ref for each key: snapshots, with write skew.
// ensured_store: likewise; what is read is ensured, and nothing is skewed.
// atom_store:    one atom of all keys.
// mutex_store:   all keys behind one std::mutex; what is aborted is undone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/atom/atom.h"
#include "primitives/stm/transact.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/value/vector.h"
#include "workloads/gives_up_nodes.h"
#include "workloads/scenarios/stores.h"

namespace tussle::workloads::subjects {

inline harness::subject_info store_info(std::string name, harness::subject_kind kind,
                                        std::string description) {
  return {.name = std::move(name),
          .kind = kind,
          .description = std::move(description),
          .source = "workloads/subjects/stores.h",
          .counts_failed_attempts = kind == harness::subject_kind::ours,
          .on_seam = kind == harness::subject_kind::ours};
}

// A ref for each key. With Ensures, what is read stays as it is until the commit.
template <bool Ensures>
class store_of_refs {
 public:
  explicit store_of_refs(std::size_t keys) {
    all_.reserve(keys);
    for (std::size_t i = 0; i < keys; ++i) all_.emplace_back(0);
  }

  // Out of a body that is not to commit an exception leads, which is not tried again.
  template <typename Body>
  bool transact(const Body& body) {
    try {
      tussle::transact([&] {
        view seen{all_};
        if (!body(seen)) throw aborted();
      });
      return true;
    } catch (const aborted&) {
      return false;
    }
  }

 private:
  struct aborted {};
  struct view {
    std::int64_t read(std::size_t key) {
      if constexpr (Ensures) {
        return *all[key].ensure();
      } else {
        return all[key].read([](std::int64_t v) { return v; });
      }
    }
    void write(std::size_t key, std::int64_t value) { all[key].set(value); }

    std::vector<tx_ref<std::int64_t>>& all;
  };

  std::vector<tx_ref<std::int64_t>> all_;
};

struct ref_store {
  static harness::subject_info info() {
    return store_info("ref_store", harness::subject_kind::ours,
                      "A tussle::tx_ref for each key.");
  }
  static constexpr bool serializable = false;
  using store = store_of_refs<false>;
};

struct ensured_store {
  static harness::subject_info info() {
    return store_info("ensured_store", harness::subject_kind::ours,
                      "A tussle::tx_ref for each key; what is read is ensured.");
  }
  static constexpr bool serializable = true;
  using store = store_of_refs<true>;
};

struct atom_store {
  static harness::subject_info info() {
    return store_info("atom_store", harness::subject_kind::ours,
                      "One tussle::atom of a tussle::value::vector of all keys.");
  }
  static constexpr bool serializable = true;

  class store {
   public:
    explicit store(std::size_t keys)
        : all_(contents(value::from_range, std::vector<std::int64_t>(keys))) {}

    template <typename Body>
    bool transact(const Body& body) {
      bool stays = false;  // of the last run: each sets it
      all_.swap([&](const contents& all) {
        view seen{all};
        stays = body(seen);
        return stays ? seen.all : all;
      });
      return stays;
    }

   private:
    using contents = value::vector<std::int64_t>;
    struct view {
      std::int64_t read(std::size_t key) { return all[key]; }
      void write(std::size_t key, std::int64_t value) {
        all = std::move(all).assoc(key, value);
      }
      contents all;
    };

    gives_up_nodes at_end_;
    atom<contents> all_;
  };
};

struct mutex_store {
  static harness::subject_info info() {
    return store_info("mutex_store", harness::subject_kind::baseline,
                      "All keys behind one std::mutex; what is aborted is undone.");
  }
  static constexpr bool serializable = true;

  class store {
   public:
    explicit store(std::size_t keys) : all_(keys) {}

    template <typename Body>
    bool transact(const Body& body) {
      const std::lock_guard held(lock_);
      view seen{all_, {}};
      const bool stays = body(seen);
      if (!stays) seen.undo();
      return stays;
    }

   private:
    struct view {
      std::int64_t read(std::size_t key) { return all[key]; }
      void write(std::size_t key, std::int64_t value) {
        before.emplace_back(key, all[key]);
        all[key] = value;
      }
      void undo() {
        for (; !before.empty(); before.pop_back())
          all[before.back().first] = before.back().second;
      }
      std::vector<std::int64_t>& all;
      std::vector<std::pair<std::size_t, std::int64_t>> before;
    };

    std::mutex lock_;
    std::vector<std::int64_t> all_;
  };
};

}  // namespace tussle::workloads::subjects
