// case_run.h: one workload on one subject, set up and ready to be run once.
//
// The typed pieces (a workload's run<Subject>) meet the untyped harness here. The loop
// around `step` is inside the typed part, so that a step is inlined into it.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <type_traits>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "harness/measure/latency_sampler.h"

namespace tussle::harness {

// Life of a run: constructed (the workload's set-up) → loop, on every thread of a team →
// settle → verify.
class case_run {
 public:
  virtual ~case_run() = default;

  // Steps until `stop`. Called on all threads of the team at once. Throws what a step
  // throws.
  virtual void loop(worker& self, const std::atomic<bool>& stop) = 0;

  // The same, with some steps timed. Apart from `loop`, which pays nothing for it.
  virtual void sampled_loop(worker& /*self*/, const std::atomic<bool>& /*stop*/,
                            latency_sampler& /*sampler*/) {
    throw std::logic_error("the steps of this run cannot be timed one by one");
  }

  // So many steps. For schedulers that bound what they explore.
  virtual void steps(worker& /*self*/, std::uint64_t /*count*/) {
    throw std::logic_error("the steps of this run cannot be counted out");
  }

  // Waits until what the steps set in motion has happened. Called once, after all loops
  // have ended.
  virtual void settle() = 0;

  // Called once, after settle.
  virtual verdict verify(const tally& done) = 0;
};

// What a workload's run<Subject> offers. A step returns nothing, or which of the
// workload's `operations` it was.
template <typename Run>
concept workload_run = std::constructible_from<Run, const conditions&> &&
    requires(Run run, worker& self, const tally& done) {
  run.step(self);
  { run.verify(done) } -> std::same_as<verdict>;
};

template <workload_run Run>
class typed_case_run final : public case_run {
 public:
  explicit typed_case_run(const conditions& values) : run_(values) {}

  void loop(worker& self, const std::atomic<bool>& stop) override {
    // Relaxed: the flag publishes nothing.
    for (std::uint64_t steps = 0; !stop.load(std::memory_order_relaxed);) {
      static_cast<void>(run_.step(self));
      self.publish(++steps);
    }
  }

  void sampled_loop(worker& self, const std::atomic<bool>& stop,
                    latency_sampler& sampler) override {
    for (std::uint64_t steps = 0; !stop.load(std::memory_order_relaxed);) {
      const bool timed = sampler.due();
      const std::uint64_t began = timed ? sampler.now() : 0;
      const std::size_t operation = step(self);
      if (timed) sampler.record(began, operation);
      self.publish(++steps);
    }
  }

  void steps(worker& self, std::uint64_t count) override {
    for (std::uint64_t done = 0; done < count;) {
      static_cast<void>(run_.step(self));
      self.publish(++done);
    }
  }

  void settle() override {
    if constexpr (requires { run_.settle(); }) run_.settle();
  }

  verdict verify(const tally& done) override { return run_.verify(done); }

 private:
  std::size_t step(worker& self) {
    if constexpr (std::is_void_v<decltype(run_.step(self))>) {
      run_.step(self);
      return 0;
    } else {
      return run_.step(self);
    }
  }

  Run run_;
};

}  // namespace tussle::harness
