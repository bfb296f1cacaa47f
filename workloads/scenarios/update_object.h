// update_object.h: what does it cost to replace a whole object?
//
// Question:  what does an update cost, as the value that it replaces grows?
// Invariant: every update sees a whole object and the version that the one before left, a
//            thread's versions only grow, and the final version is the number of updates.
// A failure means: an update worked on a half-written or an outdated object, or was lost.
//
// An update compares the first word of the present object with the last, every 64th time
// all words, and makes a new object of the same size, all words of it (payload.h).
#pragma once

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
class update_object_run;

struct update_object {
  static harness::workload_info info() {
    return {
        .name = "update_object",
        .question = "What does it cost to replace a whole object, as the object grows?",
        .invariant =
            "Every update sees a whole object, a thread's versions only "
            "grow, and the final version is the number of updates.",
        .failure =
            "An update worked on a half-written or an outdated object, or was "
            "lost.",
        .role = "cell",
        .conditions = {payload_condition({64, 256, 1024, 4096}, {64, 1024}, false),
                       think_condition(), harness::threads_condition()}};
  }

  template <harness::cell_subject Subject>
  using run = update_object_run<Subject, payload<64>>;

  template <typename Subject>
  static std::unique_ptr<harness::case_run> make(const harness::conditions& values) {
    return make_sized<update_object_run, Subject, 64, 256, 1024, 4096>(
        static_cast<std::size_t>(values.count("payload")), values);
  }
};

template <typename Subject, typename Value>
class update_object_run {
 public:
  explicit update_object_run(const harness::conditions& values)
      : think_(values.count("think")),
        threads_(static_cast<std::size_t>(values.threads())) {}

  void step(harness::worker& self) {
    update_once(shared_, threads_[static_cast<std::size_t>(self.index())]);
    harness::work(think_);
  }

  harness::verdict verify(const harness::tally& /*done*/) {
    if (Subject::info().kind == harness::subject_kind::harness) {
      return harness::verdict::pass(
          "stores nothing: it shows what the harness itself costs");
    }
    const Value last = shared_.load();
    return harness::first_failure(
        {verify_versions(last.version(), threads_),
         harness::expect_equal("words of the final object that fit", last.intact(), "all",
                               true)});
  }

 private:
  const std::int64_t think_;
  std::vector<versions_seen> threads_;
  alignas(harness::padding) typename Subject::template cell<Value> shared_{Value{}};
};

}  // namespace tussle::workloads
