// read_mostly.h: what do readers pay for a few writers?
//
// Question:  what does it cost to read a shared value that is now and then replaced?
// Invariant: every read sees a whole value, a thread's reads never go back in time, and
//            the final version is the number of updates.
// A failure means: a reader saw a half-written or an outdated value, or an update was
// lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/roles.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/counting.h"

namespace tussle::workloads {

// A value that shows when it is torn: the second half is the complement of the first.
// One aligned word, so that every subject can hold it in a lock-free atomic.
struct alignas(8) versioned {
  std::uint32_t version = 0;
  std::uint32_t complement = ~std::uint32_t{0};

  bool whole() const { return complement == ~version; }
  versioned next() const { return {version + 1, ~(version + 1)}; }
  friend bool operator==(const versioned&, const versioned&) = default;
};

struct read_mostly {
  static harness::workload_info info() {
    return {
        .name = "read_mostly",
        .question =
            "What does it cost to read a shared value that is now and then replaced?",
        .invariant =
            "Every read sees a whole value, a thread's reads never go back in time, and "
            "the final version is the number of updates.",
        .failure =
            "A reader saw a half-written or an outdated value, or an update was lost.",
        .role = "cell",
        .conditions = {{.name = "read_share",
                        .unit = "fraction",
                        .description = "Share of the operations that only read.",
                        .default_values = {0.9, 0.99},
                        .minimum = 0,
                        .maximum = 1,
                        .integer = false},
                       think_condition(),
                       harness::threads_condition()},
        .operations = {"read", "update"}};
  }

  template <harness::cell_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : read_share_(values.fraction("read_share")),
          think_(values.count("think")),
          seen_(static_cast<std::size_t>(values.threads())) {}

    // Returns which of the operations it was.
    std::size_t step(harness::worker& self) {
      seen& mine = seen_[static_cast<std::size_t>(self.index())];
      const bool reads = self.random.chance(read_share_);
      if (reads) {
        mine.read(shared_.load());
      } else {
        shared_.update([](const versioned& v) { return v.next(); });
        ++mine.updates;
      }
      harness::work(think_);
      return reads ? 0 : 1;
    }

    harness::verdict verify(const harness::tally& /*done*/) {
      if (Subject::info().kind == harness::subject_kind::harness) {
        return harness::verdict::pass(
            "stores nothing: it shows what the harness itself costs");
      }
      std::uint64_t updates = 0;
      std::int64_t torn = 0;
      std::int64_t backward = 0;
      for (const seen& each : seen_) {
        updates += each.updates;
        torn += each.torn;
        backward += each.backward;
      }
      // Versions wrap at 2^32, and so does what they are compared with.
      return harness::first_failure(
          {harness::expect_equal("final version", shared_.load().version, "updates",
                                 static_cast<std::uint32_t>(updates)),
           harness::expect_equal("torn reads", torn, "allowed", 0),
           harness::expect_equal("reads that went back", backward, "allowed", 0)});
    }

   private:
    struct alignas(harness::padding) seen {
      void read(const versioned& value) {
        torn += value.whole() ? 0 : 1;
        // Modulo 2^32: a difference beyond half the range is a step back.
        backward += static_cast<std::int32_t>(value.version - last) < 0 ? 1 : 0;
        last = value.version;
      }

      std::uint32_t last = 0;
      std::int64_t torn = 0;
      std::int64_t backward = 0;
      std::uint64_t updates = 0;
    };

    const double read_share_;
    const std::int64_t think_;
    std::vector<seen> seen_;
    // Last, and on lines of its own: every step reads the members above.
    alignas(harness::padding)
        typename Subject::template cell<versioned> shared_{versioned{}};
  };
};

}  // namespace tussle::workloads
