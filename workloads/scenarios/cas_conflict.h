// cas_conflict.h: what do updates that are thrown away cost?
//
// Question:  how much work is wasted when update functions are long enough to collide?
// Invariant: the final version is the number of updates, and each thread's updates build on
//            versions that only grow.
// A failure means: an update was installed over one that it had not seen.
//
// Where updates retry, the function's work is done again for each failed attempt; where
// they exclude each other, none is lost, and threads wait. The verdict says how often the
// function was called in vain, for subjects that do not count failed attempts, too.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
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
class cas_conflict_run;

struct cas_conflict {
  static harness::workload_info info() {
    harness::condition_info hold = hold_condition();
    hold.default_values = {100, 1000};
    return {.name = "cas_conflict",
            .question =
                "How much work is wasted when update functions are long enough to "
                "collide?",
            .invariant =
                "The final version is the number of updates, and each thread's "
                "updates build on versions that only grow.",
            .failure = "An update was installed over one that it had not seen.",
            .role = "cell",
            .conditions = {std::move(hold), payload_condition({8, 64}, {8}, true),
                           harness::threads_condition()}};
  }

  template <harness::cell_subject Subject>
  using run = cas_conflict_run<Subject, payload<8>>;

  template <typename Subject>
  static std::unique_ptr<harness::case_run> make(const harness::conditions& values) {
    return make_sized<cas_conflict_run, Subject, 8, 64>(
        static_cast<std::size_t>(values.count("payload")), values);
  }
};

template <typename Subject, typename Value>
class cas_conflict_run {
 public:
  explicit cas_conflict_run(const harness::conditions& values)
      : hold_(values.count("hold")),
        threads_(static_cast<std::size_t>(values.threads())) {}

  static harness::limit limit() { return one_word_limit<Subject>(); }

  void step(harness::worker& self) {
    thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
    sight last_seen;
    shared_.update([this, &mine, &last_seen](const Value& value) {
      ++mine.calls;
      last_seen = look_at(value, false);
      harness::work(hold_);
      return value.next();
    });
    mine.seen.updated_from(last_seen);
  }

  harness::verdict verify(const harness::tally& /*done*/) {
    if (Subject::info().kind == harness::subject_kind::harness) {
      return harness::verdict::pass(
          "stores nothing: it shows what the harness itself costs");
    }
    std::vector<versions_seen> all;
    for (const thread_state& each : threads_) all.push_back(each.seen);
    harness::verdict found = verify_versions(shared_.load().version(), all);
    found.message += "; " + waste();
    return found;
  }

 private:
  struct thread_state {
    versions_seen seen;
    std::uint64_t calls = 0;  // of the update function
  };

  std::string waste() const {
    std::uint64_t calls = 0;
    std::uint64_t updates = 0;
    for (const thread_state& each : threads_) {
      calls += each.calls;
      updates += each.seen.updates;
    }
    return "the function was called " + std::to_string(calls) + " times, " +
           std::to_string(calls - updates) + " of them in vain";
  }

  const std::int64_t hold_;
  std::vector<thread_state> threads_;
  alignas(harness::padding) typename Subject::template cell<Value> shared_{Value{}};
};

}  // namespace tussle::workloads
