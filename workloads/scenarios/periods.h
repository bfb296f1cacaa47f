// periods.h: what threads use for a while, one after the other, each judged when it is over.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "harness/case/verdict.h"
#include "workloads/scenarios/injected_faults.h"

namespace tussle::workloads {

// `Period::judge()` ends it, and says whether all went well. All functions from any threads
// at once; what is told is final when no thread uses a period any more.
template <typename Period>
class periods {
 public:
  // None: before the first begin(), and after end().
  std::shared_ptr<Period> present() const {
    const std::lock_guard held(lock_);
    return present_;
  }

  // Another one, in memory that does not fail. The last thread that lets go of the one before
  // judges it.
  template <typename... Args>
  void begin(const Args&... args) {
    const injected_faults::pause nothing_fails;
    std::shared_ptr<Period> other(std::make_unique<Period>(args...).release(),
                                  [this](Period* over) {
                                    judge(*over);
                                    delete over;
                                  });
    const std::lock_guard held(lock_);
    present_.swap(other);
  }

  void end() {
    std::shared_ptr<Period> last;
    const std::lock_guard held(lock_);
    present_.swap(last);
  }

  std::int64_t judged() const { return judged_; }
  // Of the first one that did not go well.
  const std::optional<harness::verdict>& failure() const { return failure_; }

 private:
  void judge(Period& over) {
    const harness::verdict found = over.judge();
    const std::lock_guard held(judging_);
    ++judged_;
    if (!found.passed && !failure_) failure_ = found;
  }

  std::mutex judging_;
  std::int64_t judged_ = 0;
  std::optional<harness::verdict> failure_;
  mutable std::mutex lock_;
  std::shared_ptr<Period> present_;
};

}  // namespace tussle::workloads
