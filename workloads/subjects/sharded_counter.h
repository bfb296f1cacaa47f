// sharded_counter.h (subject): a sum kept in pieces, one for each of the first threads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"

namespace tussle::workloads::subjects {

// What it gives up for its speed: an increment does not learn the value that it made, so
// nothing can be decided by it; and load adds the shards up one after another, so that it
// may give a sum that the counter never had while others increment. Exact when they do
// not: that is where workloads verify it.
struct sharded_counter {
  static harness::subject_info info() {
    return {.name = "sharded_counter",
            .kind = harness::subject_kind::baseline,
            .description =
                "64 padded std::atomic counters, a thread adds to one of them: "
                "gives up the value after an increment, and a load that is a "
                "snapshot (exact only when nobody increments).",
            .source = "workloads/subjects/sharded_counter.h"};
  }

  class counter {
   public:
    explicit counter(std::int64_t initial) { shards_[0].value.store(initial); }

    void increment(std::int64_t /*hold*/) {
      // Relaxed: an increment publishes nothing.
      shards_[shard_of_this_thread()].value.fetch_add(1, std::memory_order_relaxed);
    }

    std::int64_t load() const {
      std::int64_t sum = 0;
      // Relaxed: not a snapshot, and a thread that was joined has been seen.
      for (const shard& each : shards_) sum += each.value.load(std::memory_order_relaxed);
      return sum;
    }

   private:
    static constexpr std::size_t shards = 64;

    struct alignas(harness::padding) shard {
      std::atomic<std::int64_t> value{0};
    };

    // Threads take turns; more than 64 at a time share, which costs time and no counts.
    static std::size_t shard_of_this_thread() {
      static std::atomic<std::size_t> next{0};
      // Relaxed: only has to differ from thread to thread.
      thread_local const std::size_t mine =
          next.fetch_add(1, std::memory_order_relaxed) % shards;
      return mine;
    }

    std::array<shard, shards> shards_;
  };
};

}  // namespace tussle::workloads::subjects
