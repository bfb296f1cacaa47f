// read_mostly.h: what do readers pay for a few writers?
//
// Question:  what does it cost to read a shared value that is now and then replaced?
// Invariant: every read sees a whole value, a thread never sees a version older than one
//            that it has seen or written, and the final version is the number of updates.
// A failure means: a reader saw a half-written or an outdated value, or an update was
// lost.
//
// A read borrows the value where the subject can lend it, else copies it; either way it
// compares the first word with the last, and every 64th time all words (payload.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/roles.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/counting.h"
#include "workloads/scenarios/payload.h"
#include "workloads/scenarios/versions_seen.h"

namespace tussle::workloads {

template <typename Subject, typename Value>
class read_mostly_run;

struct read_mostly {
  static harness::workload_info info() {
    return {
        .name = "read_mostly",
        .question =
            "What does it cost to read a shared value that is now and then replaced?",
        .invariant =
            "Every read sees a whole value, a thread never sees a version older than one "
            "that it has seen or written, and the final version is the number of "
            "updates.",
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
                       payload_condition({8, 64, 256, 1024, 4096}, {8}, true),
                       {.name = "burst",
                        .unit = "updates",
                        .description =
                            "Updates that a thread does in a row; the share of reads "
                            "stays what read_share says.",
                        .default_values = {1},
                        .minimum = 1,
                        .maximum = 1'000'000,
                        .optional = true},
                       harness::threads_condition()},
        .operations = {"read", "update"}};
  }

  template <harness::cell_subject Subject>
  using run = read_mostly_run<Subject, payload<8>>;

  template <typename Subject>
  static std::unique_ptr<harness::case_run> make(const harness::conditions& values) {
    return make_sized<read_mostly_run, Subject, 8, 64, 256, 1024, 4096>(
        static_cast<std::size_t>(values.count("payload")), values);
  }
};

template <typename Subject, typename Value>
class read_mostly_run {
 public:
  explicit read_mostly_run(const harness::conditions& values)
      : burst_(static_cast<std::uint64_t>(values.count("burst"))),
        keep_reading_(1 - share_of_bursts(values.fraction("read_share"))),
        think_(values.count("think")),
        threads_(static_cast<std::size_t>(values.threads())) {}

  static harness::limit limit() { return one_word_limit<Subject>(); }

  // Returns which of the operations it was.
  std::size_t step(harness::worker& self) {
    thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
    const bool reads = reads_next(self, mine);
    if (reads) {
      const bool fully = mine.seen.is_check_due();
      mine.seen.read(harness::read_cell(
          shared_, [fully](const Value& value) { return look_at(value, fully); }));
    } else {
      update_once(shared_, mine.seen);
    }
    harness::work(think_);
    return reads ? 0 : 1;
  }

  harness::verdict verify(const harness::tally& /*done*/) {
    if (Subject::info().kind == harness::subject_kind::harness) {
      return harness::verdict::pass(
          "stores nothing: it shows what the harness itself costs");
    }
    std::vector<versions_seen> all;
    for (const thread_state& each : threads_) all.push_back(each.seen);
    return verify_versions(shared_.load().version(), all);
  }

 private:
  struct thread_state {
    versions_seen seen;
    std::uint64_t burst_left = 0;  // updates still to be done in a row
  };

  // A burst is `burst` operations long, a read one: with probability q of beginning a burst
  // where one may begin, reads are (1 - q) / (1 - q + q * burst) of all.
  double share_of_bursts(double read_share) const {
    const double updates = 1 - read_share;
    const double reads = read_share * static_cast<double>(burst_);
    return updates / (updates + reads);
  }

  bool reads_next(harness::worker& self, thread_state& mine) const {
    if (mine.burst_left == 0) {
      if (self.random.chance(keep_reading_)) return true;
      mine.burst_left = burst_;
    }
    --mine.burst_left;
    return false;
  }

  const std::uint64_t burst_;
  const double keep_reading_;
  const std::int64_t think_;
  std::vector<thread_state> threads_;
  // Last, and on lines of its own: every step reads the members above.
  alignas(harness::padding) typename Subject::template cell<Value> shared_{Value{}};
};

}  // namespace tussle::workloads
