// index_rebuild.h (UC-7): can an index be rebuilt while it is searched and documents change?
//
// Question:  what do searches and changes pay for an index that is rebuilt in the background?
// Invariant: a search has a complete index of one generation, and a thread's generations never
//            go back; one rebuild at a time; requests cause as many rebuilds at most, and one at
//            least that begins after the last; in the end every change is in the index.
// A failure means: somebody searched an index that was being built, an older one replaced a
//            newer, or documents are missing from it for good.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/search_index.h"

namespace tussle::workloads::use_cases {

template <typename S>
concept index_subject = std::constructible_from<typename S::index, runtime&,
                                                rebuild_monitor&, const documents&> &&
    requires(typename S::index index, std::int64_t document,
             void (*use)(const search_index&)) {
  index.change(document);   // one version newer; in the index after a later rebuild
  index.ask_for_rebuild();  // does not wait for it
  index.search(use);
  index.finish();  // all rebuilds that were asked for are over
};

struct index_rebuild {
  static harness::workload_info info() {
    return {.name = "index_rebuild",
            .question =
                "What do searches and changes pay for an index that is rebuilt in the "
                "background?",
            .invariant =
                "Every search has a complete index, generations never go back, one "
                "rebuild runs at a time, and in the end every change is in the index.",
            .failure =
                "Somebody searched an index that was being built, an older one replaced "
                "a newer, or documents are missing from it for good.",
            .role = "index",
            .conditions = {{.name = "documents",
                            .unit = "documents",
                            .description = "How many an index is built of.",
                            .default_values = {100, 10'000},
                            .minimum = 1,
                            .maximum = 1'000'000,
                            .drawn_maximum = 1000},
                           {.name = "change_share",
                            .unit = "fraction",
                            .description = "Share of the steps that change a document; "
                                           "every eighth of them asks for a rebuild.",
                            .default_values = {0.1},
                            .minimum = 0,
                            .maximum = 1,
                            .integer = false},
                           harness::threads_condition()},
            .operations = {"search", "change"}};
  }

  template <index_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : documents_(values.count("documents")),
          change_share_(values.fraction("change_share")),
          threads_(static_cast<std::size_t>(values.threads())),
          index_(runtime_, monitor_, unchanged(documents_)) {}

    // Returns which of the operations it was.
    std::size_t step(harness::worker& self) {
      thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
      if (self.random.chance(change_share_)) {
        change(mine, self.random());
        return 1;
      }
      index_.search([&mine](const search_index& index) { mine.see(index); });
      return 0;
    }

    // First what the threads asked for; then once more, for changes after their last requests.
    void settle() {
      index_.finish();
      index_.search([this](const search_index& index) { served_ = index.generation; });
      index_.ask_for_rebuild();
      index_.finish();
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      thread_state sum;
      std::int64_t requests = 1;  // that of settle
      index_.search([&sum](const search_index& index) { sum.see(index); });
      for (const thread_state& each : threads_) {
        sum.incomplete += each.incomplete;
        sum.backward += each.backward;
        sum.changes += each.changes;
        requests += each.requests;
      }
      const std::int64_t rebuilds = monitor_.rebuilds();
      return harness::first_failure(
          {harness::expect_equal("changes before a request that were not in the index",
                                 std::max<std::int64_t>(0, requested_.load() - served_),
                                 "allowed", 0),
           harness::expect_equal("changes in the last index", sum.last, "changes",
                                 sum.changes),
           harness::expect_equal("incomplete indices", sum.incomplete, "allowed", 0),
           harness::expect_equal("generations that went back", sum.backward, "allowed",
                                 0),
           harness::expect_equal("rebuilds at the same time", monitor_.overlapped(),
                                 "allowed", 0),
           harness::expect_equal("rebuilds without a request",
                                 std::max<std::int64_t>(0, rebuilds - requests),
                                 "allowed", 0),
           harness::expect_equal("runs without a rebuild", rebuilds > 0 ? 0 : 1,
                                 "allowed", 0)});
    }

   private:
    struct alignas(harness::padding) thread_state {
      void see(const search_index& index) {
        incomplete += index.complete() ? 0 : 1;
        backward += index.generation < last ? 1 : 0;
        last = index.generation;
      }

      std::int64_t last = 0;
      std::int64_t incomplete = 0;
      std::int64_t backward = 0;
      std::int64_t changes = 0;
      std::int64_t requests = 0;
    };

    static constexpr std::int64_t changes_a_request = 8;

    // Documents of version 0.
    static documents unchanged(std::int64_t count) {
      documents all;
      for (std::int64_t i = 0; i < count; ++i) all = std::move(all).assoc(i, 0);
      return all;
    }

    void change(thread_state& mine, std::uint64_t drawn) {
      index_.change(
          static_cast<std::int64_t>(drawn % static_cast<std::uint64_t>(documents_)));
      if (++mine.changes % changes_a_request != 0) return;
      ++mine.requests;
      requested_.fetch_add(changes_a_request);
      index_.ask_for_rebuild();
    }

    const std::int64_t documents_;
    const double change_share_;
    std::vector<thread_state> threads_;
    // Changes that somebody asked to have in the index, after they were made.
    alignas(harness::padding) std::atomic<std::int64_t> requested_{0};
    std::int64_t served_ = 0;  // of these
    rebuild_monitor monitor_;
    runtime runtime_;
    typename Subject::index index_;
  };
};

}  // namespace tussle::workloads::use_cases
