// history_transactions.h: were transactions isolated from each other?
//
// Question:  could all that transactions saw have been seen in snapshots?
// Invariant: no cycle of dependencies that snapshot isolation forbids, and none at all where
//            the subject promises serializability; nobody sees what was aborted, half done or
//            replaced before he began.
// A failure means: an anomaly, which is named, with the few transactions that show it.
//
// Every thread notes what its first `transactions` saw and wrote, with the moments of begin
// and end (harness/history), and does nothing when it is through. No thread gets far ahead of
// the others. So its rates say nothing of the subject. A transaction reads up to four keys, some
// twice, and writes some of them, some twice; every sixteenth that writes is aborted after all.
// Who writes has read, so that versions are known to follow each other and nothing is searched.
// Write skew, which snapshot isolation allows, is counted in the verdict.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "harness/history/isolation_report.h"
#include "harness/history/transaction_recorder.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/scenarios/stores.h"

namespace tussle::workloads {

struct history_transactions {
  static harness::workload_info info() {
    return {
        .name = "history_transactions",
        .question = "Could all that transactions saw have been seen in snapshots?",
        .invariant =
            "No cycle of dependencies that snapshot isolation forbids, and none at "
            "all where the subject promises serializability.",
        .failure =
            "An anomaly: a dirty or lost write, a stale or torn read, a long fork, or "
            "write skew that was promised away.",
        .role = "store",
        .conditions = {{.name = "keys",
                        .unit = "keys",
                        .description = "Keys that transactions read and write.",
                        .default_values = {4},
                        .minimum = 2,
                        .maximum = 10'000,
                        .drawn_maximum = 16},
                       {.name = "transactions",
                        .unit = "transactions",
                        .description = "Transactions that each thread notes.",
                        .default_values = {1000},
                        .minimum = 1,
                        .maximum = 100'000,
                        .optional = true},
                       harness::threads_condition()},
        .timed = false};
  }

  template <store_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : keys_(static_cast<std::size_t>(values.count("keys"))),
          recorded_(values.threads(),
                    static_cast<std::size_t>(values.count("transactions"))),
          threads_(static_cast<std::size_t>(values.threads())),
          store_(keys_) {}

    void step(harness::worker& self) {
      history::transaction_recorder::lane& mine = recorded_.of(self.index());
      if (mine.is_full() || is_ahead(self.index())) return std::this_thread::yield();
      const plan next = drawn(self.random);
      mine.begin();
      const bool stays = store_.transact([&](auto& view) {
        mine.attempt();
        do_all(next, mine, view);
        return !next.aborts;
      });
      mine.end(stays ? history::ending::committed : history::ending::aborted);
      // Relaxed: it paces the threads and orders nothing.
      of(self.index()).noted.fetch_add(1, std::memory_order_relaxed);
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      return history::verdict_of(recorded_, Subject::serializable);
    }

   private:
    static constexpr std::int64_t farthest_ahead = 64;  // transactions
    static constexpr std::size_t most_accesses = 5;
    static constexpr double only_reads = 1.0 / 3;
    static constexpr double aborts = 1.0 / 16;

    struct plan {
      struct one {
        std::size_t key;
        bool writes;
      };
      std::array<one, most_accesses> what{};
      std::size_t count = 0;
      bool aborts = false;
    };
    struct alignas(harness::padding) thread_state {
      std::atomic<std::int64_t> noted{0};
    };

    thread_state& of(int index) { return threads_[static_cast<std::size_t>(index)]; }

    bool is_ahead(int index) {
      const std::int64_t mine = of(index).noted.load(std::memory_order_relaxed);
      return std::any_of(threads_.begin(), threads_.end(), [mine](const auto& each) {
        return each.noted.load(std::memory_order_relaxed) + farthest_ahead < mine;
      });
    }

    plan drawn(harness::generator& random) const {
      plan made;
      made.count = 2 + (random() >> 32) % (most_accesses - 1);
      const double writing = random.chance(only_reads) ? 0 : 0.5;
      for (std::size_t i = 0; i < made.count; ++i)
        made.what[i] = {(random() >> 32) % keys_, random.chance(writing)};
      made.aborts = writing > 0 && random.chance(aborts);
      return made;
    }

    template <typename View>
    void do_all(const plan& next, history::transaction_recorder::lane& mine, View& view) {
      for (std::size_t i = 0; i < next.count; ++i) {
        const auto [key, writes] = next.what[i];
        const auto number = static_cast<std::int64_t>(key);
        const std::int64_t seen = mine.read(number, view.read(key));
        sync::schedule_point("history_transactions.between");
        if (writes) view.write(key, mine.write(number, seen));
      }
    }

    const std::size_t keys_;
    history::transaction_recorder recorded_;
    std::vector<thread_state> threads_;
    typename Subject::store store_;
  };
};

}  // namespace tussle::workloads
